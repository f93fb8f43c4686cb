import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns'
import { BlockList, isIP } from 'node:net'

/**
 * Where webhooks may be sent: to other people's servers over https. Never into the network that this server is in: names
 * are looked at when the subscription is made, and the addresses that they stand for at each delivery. `local` also
 * allows http to this machine, for development and tests.
 */
export function isAllowedUrl(text: string, local: boolean): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.username !== '' || url.password !== '') return false
  if (local && isThisMachine(host)) return ['http:', 'https:'].includes(url.protocol)
  if (url.protocol !== 'https:' || /(^|\.)(localhost|local|internal)\.?$/i.test(host)) return false
  return isIP(host) === 0 || !isPrivate(host)
}

const isThisMachine = (host: string) => host === 'localhost' || /^127\.0\.0\.\d+$/.test(host)

/** For `http.request`: refuses a name that stands for an address of a private network. */
export function guardedLookup(local: boolean) {
  return (
    hostname: string,
    options: LookupOptions,
    callback: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
  ): void => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      const bad = addresses.find(({ address }) => isPrivate(address) && !(local && isThisMachine(hostname)))
      if (bad) return callback(new Error(`${hostname} is in a private network`), [])
      if (options.all) callback(null, addresses)
      else callback(null, addresses[0]!.address, addresses[0]!.family)
    })
  }
}

export function isPrivate(address: string): boolean {
  return isIP(address) === 6 ? blocked6.check(address, 'ipv6') : blocked4.check(address, 'ipv4')
}

// two lists: in one, the rule for v4 in v6 covers all of v4
const blocked4 = new BlockList()
const blocked6 = new BlockList()
const v4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16], // cloud metadata too
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3], // multicast and reserved
]
const v6: readonly (readonly [string, number])[] = [
  ['::', 96], // unspecified, this machine
  ['::ffff:0:0', 96], // v4 in v6: no name needs it
  ['64:ff9b::', 32],
  ['2001::', 32], // Teredo
  ['2002::', 16], // 6to4
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
]
for (const [net, bits] of v4) blocked4.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of v6) blocked6.addSubnet(net, bits, 'ipv6')
