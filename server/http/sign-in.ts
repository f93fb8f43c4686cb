import { Hono, type Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import * as v from 'valibot'
import { cleanName } from '../../schema/events/names.ts'
import type { Identity } from '../../schema/messages/http.ts'
import { sessionSeconds, type Accounts } from '../accounts.ts'
import { Fault } from '../fault.ts'
import { readJson } from './read-json.ts'

/** Guest sign-in and the session cookie. */
const cookieName = '__Host-sid'

const guestRequest = v.object({
  name: v.pipe(
    v.string(),
    v.transform(cleanName),
    v.minLength(1, 'must have a character that can be seen'),
    v.maxLength(80),
  ),
  importer: v.optional(v.boolean()),
})

export function signInRoutes(accounts: Accounts, options: { guests: boolean }): Hono {
  return new Hono()
    .post('/guest', async (c) => {
      const { name, importer = false } = await readJson(c, guestRequest)
      if (!options.guests) throw new Fault('GUESTS_OFF', 'this server takes no guests')
      requireCookieContext(c)
      const identity = accounts.createPerson(name, { importer })
      // No `secure`-by-scheme guess here: the prefix demands Secure, Path=/ and no Domain.
      setCookie(c, cookieName, accounts.signIn(identity.actor), {
        path: '/',
        secure: true,
        httpOnly: true,
        sameSite: 'Strict',
        maxAge: sessionSeconds,
      })
      return c.json(identity)
    })
    .get('/me', (c) => c.json(requireIdentity(c, accounts), 200, { 'cache-control': 'no-store' }))
    .post('/sign-out', (c) => {
      const token = getCookie(c, cookieName)
      if (token) accounts.signOut(token)
      deleteCookie(c, cookieName, { path: '/', secure: true })
      return c.body(null, 204)
    })
}

export function requireIdentity(c: Context, accounts: Accounts): Identity {
  const token = getCookie(c, cookieName)
  const identity = token === undefined ? null : accounts.whoIs(token)
  if (!identity) throw new Fault('SIGNED_OUT', 'sign in first')
  return identity
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
