import type { Live } from '../../live/index.ts'
import { getIdentity, localActor } from '../identity/identity.ts'

const seed = 20_26
const batch = 250

/**
 * Makes the demo space on this device (never uploaded), or finds the one that is there; resolves when its first rooms
 * can be opened. `onProgress` is told what part of the events is in.
 */
export async function openDemo(
  live: Live,
  onProgress: (part: number) => void,
): Promise<{ readonly space: string; readonly room: string | null }> {
  const { client } = live
  const known = await client.query(`SELECT id FROM spaces WHERE stream LIKE 'local:demo-%' LIMIT 1`)
  if (known.rows[0]) return { space: known.rows[0][0] as string, room: null }
  const { makeDemoSpace } = await import('../../../schema/demo/demo-space.ts')
  const demo = makeDemoSpace({
    seed,
    now: Date.now(),
    self: { actor: localActor, name: getIdentity()?.name ?? 'You' },
    utcOffsetMinutes: -new Date().getTimezoneOffset(),
  })
  for (let at = 0; at < demo.events.length; at += batch) {
    await client.dispatch(demo.events.slice(at, at + batch))
    onProgress(Math.min(1, (at + batch) / demo.events.length))
  }
  return { space: demo.spaceId, room: demo.firstRoom }
}
