import type { Live } from '../../live/index.ts'
import { getIdentity, localActor } from '../identity/identity.ts'

const seed = 20_26

/**
 * Makes the demo space on this device (never uploaded), or finds the one that is there. One transaction: half a demo
 * never shows, whatever happens meanwhile.
 */
export async function openDemo({ client }: Live): Promise<{ readonly space: string; readonly room: string | null }> {
  const known = await client.query(`SELECT id FROM spaces WHERE stream LIKE 'local:demo-%' LIMIT 1`)
  if (known.rows[0]) return { space: known.rows[0][0] as string, room: null }
  const { makeDemoSpace } = await import('../../../schema/demo/demo-space.ts')
  const demo = makeDemoSpace({
    seed,
    now: Date.now(),
    self: { actor: localActor, name: getIdentity()?.name ?? 'You' },
    utcOffsetMinutes: -new Date().getTimezoneOffset(),
  })
  await client.dispatch(demo.events)
  return { space: demo.spaceId, room: demo.firstRoom }
}
