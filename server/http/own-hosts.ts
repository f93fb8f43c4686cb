import type { MiddlewareHandler } from 'hono'
import { networkInterfaces } from 'node:os'
import { Fault } from '../fault.ts'

/**
 * Answers only for names that are this server's: else a page elsewhere, whose name was pointed at this address, would be
 * its "same origin". Its own are this machine's names for itself (with any port), those of the addresses that it listens
 * on, and what ORIGIN names.
 */
export function ownHosts(origins: readonly string[], listensOn: string | undefined): MiddlewareHandler {
  const names = new Set(['localhost', '127.0.0.1', '[::1]', ...addressesOf(listensOn)])
  const hosts = new Set(origins.map((origin) => new URL(origin).host))
  const isOwn = (host: string) => hosts.has(host.toLowerCase()) || names.has(host.toLowerCase().replace(/:\d+$/, ''))
  return async (c, next) => {
    const named = c.req.header('host') ?? ''
    // the request line may name another one than the header
    const asked = c.req.url.startsWith(`http://${named}/`) ? named : hostOf(c.req.url)
    for (const host of [named, asked]) {
      if (isOwn(host)) continue
      throw new Fault('UNKNOWN_HOST', `this server is not ${JSON.stringify(host)} (its operator sets ORIGIN)`)
    }
    await next()
  }
}

/** What the operator should know at the start, if nobody but this machine could use the server; null: nothing. */
export function adviceAbout(origins: readonly string[], listensOn: string | undefined): string | null {
  const ownMachine = ['127.0.0.1', '::1', 'localhost'].includes(listensOn ?? '')
  if (origins.length === 0 && !ownMachine) {
    return (
      'Nobody else can use this server yet: it does not know its own address, and refuses requests for another one. ' +
      'Say what people type into their browser, for example ORIGIN=https://chat.example.org'
    )
  }
  const open = origins.find((origin) => /^http:(?!\/\/(?:localhost|127\.|\[::1\]))/.test(origin))
  if (open === undefined) return null
  return `Nobody can sign in at ${open}: browsers keep a sign-in only over https. Put a proxy with a certificate in front, and set ORIGIN=${open.replace('http:', 'https:')}`
}

/** A host that is none (a number beyond all addresses) makes an address that cannot be read. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : '')

/** undefined, 0.0.0.0 and :: listen on every address of this machine. */
function addressesOf(listensOn: string | undefined): string[] {
  const everywhere = listensOn === undefined || listensOn === '0.0.0.0' || listensOn === '::'
  const addresses = everywhere
    ? Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address))
    : [listensOn]
  return addresses.map((address) => (address.includes(':') ? `[${address}]` : address.toLowerCase()))
}
