import { lookup, promises as dns, type LookupAddress, type LookupOptions } from 'node:dns'
import { BlockList, isIP } from 'node:net'

/**
 * Where this server sends what others ask it to send: to other people's servers over https, and never into the network
 * that it is in itself. Law: the address that a connection goes to was looked at; so a name that stood for another one
 * a moment ago, or stands for several, leads nowhere. One guard for webhooks and for pushes.
 *
 * `Exempt` names what may be asked all the same, over http too, for development and tests.
 */
export type Exempt = (url: URL) => boolean
export const nothingExempt: Exempt = () => false
export const thisMachine: Exempt = ({ hostname }) => hostname === 'localhost' || /^127\.0\.0\.\d+$/.test(hostname)
/** `hosts` as in a URL, with the port: `127.0.0.1:8080` */
export const theseHosts =
  (hosts: readonly string[]): Exempt =>
  ({ host }) =>
    hosts.includes(host)

export function isAllowedUrl(text: string, exempt: Exempt): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.username !== '' || url.password !== '') return false
  if (['http:', 'https:'].includes(url.protocol) && exempt(url)) return true
  if (url.protocol !== 'https:' || /(^|\.)(localhost|local|internal)\.?$/i.test(host)) return false
  return isIP(host) === 0 || !isPrivate(host)
}

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void
export type Resolve = (name: string) => Promise<readonly string[]>

/**
 * For `http.request`, which connects to what it is given here and to nothing else: refuses a name that stands for an
 * address of a private network, alone or among others.
 */
export function guardedLookup(resolve: Resolve = fromDns) {
  return (name: string, options: LookupOptions, found: Found): void => {
    resolve(name).then(
      (addresses) => {
        if (addresses.some(isPrivate)) return found(new Error(`${name} is in a private network`), [])
        const all = addresses.map((address) => ({ address, family: isIP(address) }))
        if (all.length === 0) found(new Error(`${name} has no address`), [])
        else if (options.all) found(null, all)
        else found(null, all[0]!.address, all[0]!.family)
      },
      (error: unknown) => found(error as Error, []),
    )
  }
}

/** For names that are exempt: as the system finds them. */
export const systemLookup = lookup

/**
 * Asks name servers itself. The system's own way has four threads for all of Node: four names whose servers stay silent
 * would hold up every other name, and every file.
 */
const resolver = new dns.Resolver({ timeout: 2000, tries: 2 })
async function fromDns(name: string): Promise<readonly string[]> {
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
  if (v4.status === 'rejected' && v6.status === 'rejected') throw v4.reason as Error
  return [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
}

/** Not an address of the public internet. What nobody can parse is none. */
export function isPrivate(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return notPublic4.check(address, 'ipv4')
    case 6: // everything public is in 2000::/3, and some of that is not
      return !global6.check(address, 'ipv6') || notPublic6.check(address, 'ipv6')
    default:
      return true
  }
}

const notPublic4 = new BlockList()
const global6 = new BlockList()
const notPublic6 = new BlockList()
global6.addSubnet('2000::', 3, 'ipv6')
const v4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16], // cloud metadata too
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24], // 6to4
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3], // multicast and reserved
]
const v6: readonly (readonly [string, number])[] = [
  ['2001::', 23], // Teredo, and what else is no host of anybody
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4
  ['3fff::', 20],
]
for (const [net, bits] of v4) notPublic4.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of v6) notPublic6.addSubnet(net, bits, 'ipv6')
