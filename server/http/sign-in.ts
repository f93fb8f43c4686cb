import * as v from 'valibot'
import { cleanName } from '../../schema/events/names.ts'
import type { Identity } from '../../schema/messages/http.ts'
import type { Accounts } from '../accounts.ts'
import { Fault } from '../fault.ts'
import type { Limits } from '../limits.ts'
import { Buckets } from '../rate.ts'
import type { Bodies } from './bodies.ts'
import type { Routes } from './routes.ts'
import { addressOf, answerSignedIn, deviceOf, forgetCookie, requireCookieContext, tokenOf } from './session-cookie.ts'

/** What a person may be called. */
export const personName = v.pipe(
  v.string(),
  v.check((name) => name.isWellFormed(), 'must be well-formed Unicode'),
  v.transform(cleanName),
  v.minLength(1, 'must have a character that can be seen'),
  v.maxLength(80),
)

const guestRequest = v.object({ name: personName, importer: v.optional(v.boolean()) })

/** `limited`: guests found no spaces and no private rooms; that takes a passkey */
export type GuestPolicy = 'on' | 'limited' | 'off'

/** Guest sign-in, who one is, and sign-out. */
export function signInRoutes(
  routes: Routes,
  accounts: Accounts,
  bodies: Bodies,
  options: {
    readonly guests: GuestPolicy
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
      bodies.withJson(c, guestRequest, async ({ name, importer = false }) => {
        if (options.guests === 'off') throw new Fault('GUESTS_OFF', 'this server takes no guests')
        requireCookieContext(c)
        countGuest(addressOf(c, options.behindProxy))
        return answerSignedIn(c, await accounts.signInGuest(name, { importer, device: deviceOf(c) }))
      }),
    )
    .get('/api/me', 'signedIn', (c, { actor, name }) => c.json({ actor, name } satisfies Identity))
    .post('/api/sign-out', 'anyone', async (c) => {
      const token = tokenOf(c)
      if (token) options.onSignOut(await accounts.signOut(token))
      forgetCookie(c)
      // the browser's own way to forget all of a site, at once and whatever holds it open
      if (c.req.query('clear') !== undefined) c.header('clear-site-data', '"storage"')
      return c.body(null, 204)
    })
}
