import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { Context } from 'hono'
import * as v from 'valibot'
import type { Accounts } from '../accounts.ts'
import { Fault } from '../fault.ts'
import type { Limits } from '../limits.ts'
import type { Challenges } from '../passkeys/challenges.ts'
import { siteOf, startRelyingParty } from '../passkeys/relying-party.ts'
import { Buckets } from '../rate.ts'
import type { Bodies } from './bodies.ts'
import type { Routes } from './routes.ts'
import { addressOf, answerSignedIn, deviceOf, requireCookieContext, sessionOf } from './session-cookie.ts'
import { personName } from './sign-in.ts'

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
/** what browsers send; its parts are read by the library that verifies them */
const credential = {
  id: v.pipe(text(1400), v.regex(/^[\w-]+$/u, 'must be base64url')),
  rawId: text(1400),
  type: v.literal('public-key'),
  clientExtensionResults: v.optional(v.unknown(), {}),
  authenticatorAttachment: v.optional(text(40)),
}
const creationRequest = v.object({ name: v.optional(personName) })
const creationAnswer = v.object({
  response: v.object({
    ...credential,
    response: v.looseObject({
      clientDataJSON: text(4000),
      attestationObject: text(20_000),
      transports: v.optional(v.pipe(v.array(text(40)), v.maxLength(10))),
    }),
  }),
})
const signInAnswer = v.object({
  response: v.object({
    ...credential,
    response: v.looseObject({
      clientDataJSON: text(4000),
      authenticatorData: text(4000),
      signature: text(4000),
      userHandle: v.nullish(text(200)),
    }),
  }),
})
const recoveryRequest = v.object({ code: text(100) })

const maxPasskeys = 20

/** Passkeys: an account that lasts, on every device of a person; and the codes for when they are lost. */
export function passkeyRoutes(
  routes: Routes,
  accounts: Accounts,
  bodies: Bodies,
  options: {
    /** new people may come with a passkey */
    readonly signUp: boolean
    readonly challenges: Challenges
    readonly behindProxy: boolean
    readonly limits: Pick<Limits, 'signInsPerAddress' | 'recoveriesPerAddress' | 'recoveriesInAll'>
  },
): void {
  const { passkeys } = accounts
  const party = startRelyingParty(accounts, options.challenges)
  const signIns = new Buckets(options.limits.signInsPerAddress)
  const recoveries = new Buckets(options.limits.recoveriesPerAddress)
  const allRecoveries = new Buckets(options.limits.recoveriesInAll)

  function count(c: Context, ...buckets: readonly [Buckets, string?][]): void {
    for (const [bucket, key = addressOf(c, options.behindProxy)] of buckets) {
      const waitSeconds = bucket.take(key)
      if (waitSeconds === 0) continue
      const message = `too many tries: try again in ${waitSeconds} s`
      throw new Fault('TOO_MANY_REQUESTS', message, { retryAfterSeconds: waitSeconds })
    }
  }
  const siteThatAsks = (c: Context) => siteOf(requireCookieContext(c))

  /** A person who was known a moment ago, and whose account may have been deleted since. */
  async function letIn(c: Context, actor: string) {
    const signedIn = await accounts.signIn(actor, deviceOf(c))
    if (!signedIn) throw new Fault('PASSKEY_REFUSED', 'this account was deleted')
    return answerSignedIn(c, signedIn)
  }

  routes
    .post('/api/passkeys/creation', 'anyone', (c) =>
      bodies.withJson(c, creationRequest, async ({ name }) => {
        const site = siteThatAsks(c)
        count(c, [signIns])
        const session = sessionOf(c, accounts)
        if (!session && name === undefined) throw new Fault('SIGNED_OUT', 'sign in first, or give a name')
        if (!session && !options.signUp) throw new Fault('SIGN_UP_OFF', 'this server takes no new people')
        const person = session ?? { actor: accounts.newActor(), name: name!, session: null }
        if (passkeys.of(person.actor).length >= maxPasskeys) {
          throw new Fault('TOO_MANY_REQUESTS', `at most ${maxPasskeys} passkeys`, { retryAfterSeconds: 3600 })
        }
        return c.json(await party.creationOptions(site, person))
      }),
    )
    .post('/api/passkeys', 'anyone', (c) =>
      bodies.withJson(c, creationAnswer, async ({ response }) => {
        const made = await party.create(siteThatAsks(c), response as RegistrationResponseJSON)
        if (made.session === null) {
          if (!options.signUp) throw new Fault('SIGN_UP_OFF', 'this server takes no new people')
          const signedIn = await accounts.register(made.actor, made.name, deviceOf(c), made.credential)
          if (!signedIn) throw known()
          return answerSignedIn(c, signedIn, { codes: signedIn.codes })
        }
        // the session that asked, and no other: what one person began nobody else ends
        if (sessionOf(c, accounts)?.session !== made.session) {
          throw new Fault('PASSKEY_REFUSED', 'another session asked for this passkey')
        }
        const { actor, name, credential } = made
        const added = await accounts.addPasskey(actor, credential, deviceOf(c))
        if (!added) throw known()
        return c.json({ actor, name, codes: added.codes })
      }),
    )
    .post('/api/passkeys/request', 'anyone', async (c) => {
      const site = siteThatAsks(c)
      count(c, [signIns])
      return c.json(await party.requestOptions(site))
    })
    .post('/api/passkeys/sign-in', 'anyone', (c) =>
      bodies.withJson(c, signInAnswer, async ({ response }) => {
        count(c, [signIns])
        return letIn(c, await party.signIn(siteThatAsks(c), response as AuthenticationResponseJSON))
      }),
    )
    .post('/api/recovery', 'anyone', (c) =>
      bodies.withJson(c, recoveryRequest, async ({ code }) => {
        requireCookieContext(c)
        count(c, [recoveries], [allRecoveries, 'all'])
        const actor = await accounts.useCode(code)
        if (actor === null) throw new Fault('CODE_REFUSED', 'code: nobody has it, or it was used', { field: 'code' })
        return letIn(c, actor)
      }),
    )
}

const known = () => new Fault('PASSKEY_KNOWN', 'this passkey is here already')
