import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Identity } from '../../schema/messages/http.ts'
import { sessionSeconds, type Accounts, type SignedIn } from '../accounts.ts'
import { Fault } from '../fault.ts'
import { deviceName } from './device-name.ts'

const cookieName = '__Host-sid'

export interface Session extends Identity {
  /** names the session without giving it away */
  readonly session: string
}

/**
 * Answers with the identity, and with the cookie that is the session from now on. The one of before stays open: should the
 * answer get lost, the browser has that one still.
 */
export function answerSignedIn(c: Context, { identity, token }: SignedIn, more: object = {}) {
  // No `secure`-by-scheme guess here: the prefix demands Secure, Path=/ and no Domain.
  setCookie(c, cookieName, token, {
    path: '/',
    secure: true,
    httpOnly: true,
    sameSite: 'Strict',
    maxAge: sessionSeconds,
  })
  return c.json({ ...identity, ...more })
}

export const tokenOf = (c: Context): string | undefined => getCookie(c, cookieName)

export const forgetCookie = (c: Context): void => void deleteCookie(c, cookieName, { path: '/', secure: true })

export function sessionOf(c: Context, accounts: Accounts): Session | null {
  const token = tokenOf(c)
  return token === undefined ? null : accounts.whoIs(token)
}

export function requireSession(c: Context, accounts: Accounts): Session {
  const session = sessionOf(c, accounts)
  if (!session) throw new Fault('SIGNED_OUT', 'sign in first')
  return session
}

export const deviceOf = (c: Context): string => deviceName(c.req.header('user-agent'))

/** Of the list that proxies make, the last entry is our own proxy's word; the others are the asker's. */
export function addressOf(c: Context, behindProxy: boolean): string {
  const said = behindProxy ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined
  return said || ((c.env as HttpBindings).incoming.socket.remoteAddress ?? '')
}

/**
 * The origin of the page that asks. Browsers keep a Secure cookie only from https and from this machine's own names, and
 * give workers and storage to such pages alone. A plain-http address of the LAN gets that said, instead of a sign-in that
 * silently does not last.
 */
export function requireCookieContext(c: Context): string {
  const origin = c.req.header('origin')
  const url = new URL(origin !== undefined && URL.canParse(origin) ? origin : c.req.url)
  const ownMachine = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol === 'https:' || ownMachine) return url.origin
  throw new Fault(
    'INSECURE_CONTEXT',
    `browsers keep a sign-in only over https or on http://localhost: open this app there, not at ${url.origin}`,
  )
}
