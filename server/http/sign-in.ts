import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import * as v from 'valibot'
import { cleanName } from '../../schema/events/names.ts'
import type { Identity } from '../../schema/messages/http.ts'
import { sessionSeconds, type Accounts } from '../accounts.ts'
import { Fault } from '../fault.ts'
import type { Limits } from '../limits.ts'
import { Buckets } from '../rate.ts'
import type { Bodies } from './bodies.ts'
import type { Routes } from './routes.ts'

const cookieName = '__Host-sid'

const guestRequest = v.object({
  name: v.pipe(
    v.string(),
    v.check((name) => name.isWellFormed(), 'must be well-formed Unicode'),
    v.transform(cleanName),
    v.minLength(1, 'must have a character that can be seen'),
    v.maxLength(80),
  ),
  importer: v.optional(v.boolean()),
})

export interface Session extends Identity {
  /** names the session without giving it away */
  readonly session: string
}

/** Guest sign-in and the session cookie. */
export function signInRoutes(
  routes: Routes,
  accounts: Accounts,
  bodies: Bodies,
  options: {
    readonly guests: boolean
    /** a reverse proxy of ours is in front, and says who asked it */
    readonly behindProxy: boolean
    readonly limits: Pick<Limits, 'guestsPerAddress' | 'guestsInAll'>
    readonly onSignOut: (session: string) => void
  },
): void {
  const perAddress = new Buckets(options.limits.guestsPerAddress)
  const inAll = new Buckets(options.limits.guestsInAll)

  function countGuest(address: string): void {
    const waitSeconds = perAddress.take(address) || inAll.take('all')
    if (waitSeconds === 0) return
    throw new Fault('TOO_MANY_REQUESTS', `too many new guests: try again in ${waitSeconds} s`, {
      retryAfterSeconds: waitSeconds,
    })
  }

  routes
    .post('/api/guest', 'anyone', (c) =>
      bodies.withJson(c, guestRequest, ({ name, importer = false }) => {
        if (!options.guests) throw new Fault('GUESTS_OFF', 'this server takes no guests')
        requireCookieContext(c)
        countGuest(addressOf(c, options.behindProxy))
        const { identity, token } = accounts.signInGuest(name, { importer })
        // No `secure`-by-scheme guess here: the prefix demands Secure, Path=/ and no Domain.
        setCookie(c, cookieName, token, {
          path: '/',
          secure: true,
          httpOnly: true,
          sameSite: 'Strict',
          maxAge: sessionSeconds,
        })
        return c.json(identity)
      }),
    )
    .get('/api/me', 'signedIn', (c, { actor, name }) => c.json({ actor, name } satisfies Identity))
    .post('/api/sign-out', 'anyone', (c) => {
      const token = getCookie(c, cookieName)
      if (token) options.onSignOut(accounts.signOut(token))
      deleteCookie(c, cookieName, { path: '/', secure: true })
      return c.body(null, 204)
    })
}

/** Of the list that proxies make, the last entry is our own proxy's word; the others are the asker's. */
function addressOf(c: Context, behindProxy: boolean): string {
  const said = behindProxy ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined
  return said || ((c.env as HttpBindings).incoming.socket.remoteAddress ?? '')
}

export function requireSession(c: Context, accounts: Accounts): Session {
  const token = getCookie(c, cookieName)
  const session = token === undefined ? null : accounts.whoIs(token)
  if (!session) throw new Fault('SIGNED_OUT', 'sign in first')
  return session
}

/**
 * Browsers keep a Secure cookie only from https and from this machine's own names, and give workers and storage to
 * such pages alone. A plain-http address of the LAN gets that said, instead of a sign-in that silently does not last.
 */
function requireCookieContext(c: Context): void {
  const origin = c.req.header('origin')
  const url = new URL(origin !== undefined && URL.canParse(origin) ? origin : c.req.url)
  const ownMachine = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol === 'https:' || ownMachine) return
  throw new Fault(
    'INSECURE_CONTEXT',
    `browsers keep a sign-in only over https or on http://localhost: open this app there, not at ${url.origin}`,
  )
}
