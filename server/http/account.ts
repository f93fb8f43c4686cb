import * as v from 'valibot'
import type { Account, Identity } from '../../schema/messages/http.ts'
import type { Accounts } from '../accounts.ts'
import { Fault } from '../fault.ts'
import type { Bodies } from './bodies.ts'
import type { Routes } from './routes.ts'
import { forgetCookie, type Session } from './session-cookie.ts'
import { personName } from './sign-in.ts'

const nameRequest = v.object({ name: personName })
const passkeyRequest = v.object({ id: v.pipe(v.string(), v.maxLength(1400)) })
const deviceRequest = v.object({ session: v.pipe(v.string(), v.maxLength(100)) })

/** A person's own account: their name, passkeys, devices and recovery codes, and its end. */
export function accountRoutes(
  routes: Routes,
  accounts: Accounts,
  bodies: Bodies,
  options: {
    readonly onSignOut: (session: string) => void
    /** takes the person out of every space and room; throws LAST_OWNER */
    readonly leaveEverything: (actor: string) => Promise<void>
  },
): void {
  const { passkeys, recoveryCodes } = accounts
  const accountOf = ({ actor, name, session }: Session): Account => ({
    actor,
    name,
    passkeys: passkeys.of(actor),
    devices: accounts.devices(actor, session),
    codesLeft: recoveryCodes.left(actor),
  })
  const end = async (actor: string, session: string): Promise<void> => {
    if (await accounts.endSession(actor, session)) options.onSignOut(session)
  }

  routes
    .get('/api/account', 'signedIn', (c, me) => c.json(accountOf(me)))
    .post('/api/account/name', 'signedIn', (c, { actor }) =>
      bodies.withJson(c, nameRequest, async ({ name }) => {
        await accounts.rename(actor, name)
        return c.json({ actor, name } satisfies Identity)
      }),
    )
    .post('/api/account/codes', 'signedIn', async (c, { actor }) => {
      if (!passkeys.has(actor)) throw new Fault('ACCOUNT_NEEDED', 'recovery codes are for who has a passkey')
      return c.json({ codes: await accounts.renewCodes(actor) })
    })
    .post('/api/account/passkeys/remove', 'signedIn', (c, me) =>
      bodies.withJson(c, passkeyRequest, async ({ id }) => {
        const [only, ...others] = passkeys.of(me.actor)
        if (only?.id === id && others.length === 0) throw new Fault('LAST_PASSKEY', 'this is the only passkey')
        await accounts.removePasskey(me.actor, id)
        return c.json(accountOf(me))
      }),
    )
    .post('/api/account/devices/sign-out', 'signedIn', (c, me) =>
      bodies.withJson(c, deviceRequest, async ({ session }) => {
        const others = accounts.devices(me.actor, me.session).filter((device) => !device.current)
        const chosen = session === 'others' ? others : others.filter((device) => device.session === session)
        for (const device of chosen) await end(me.actor, device.session)
        return c.json(accountOf(me))
      }),
    )
    .post('/api/account/delete', 'signedIn', async (c, { actor }) => {
      await options.leaveEverything(actor)
      for (const session of await accounts.remove(actor)) options.onSignOut(session)
      forgetCookie(c)
      c.header('clear-site-data', '"storage"')
      return c.body(null, 204)
    })
}
