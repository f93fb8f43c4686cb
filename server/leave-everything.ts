import { streamKind } from '../schema/events/streams.ts'
import { refusalOf } from '../schema/rights/may.ts'
import { deletedName } from './accounts.ts'
import { appendFor } from './append-for.ts'
import type { Committer } from './committer.ts'
import type { Directory } from './directory.ts'
import { Fault } from './fault.ts'

/**
 * Takes a person out of every space and private room, under a name that is nobody's: before their account is deleted. All
 * or nothing where it can be known beforehand: the only owner of a space with others in it is told so, and stays in all.
 * After a crash in between, it is asked again and goes on.
 */
export async function leaveEverything(directory: Directory, committer: Committer, actor: string): Promise<void> {
  const parts = { directory, committer }
  const readable = directory.streamsOf(actor)
  const spaces = readable.filter((stream) => streamKind(stream) === 'space')
  const kept = spaces.filter(
    (stream) =>
      refusalOf(directory.rights(stream), actor, { append: 'member.leave', entity: actor, now: Date.now() }, stream) !==
      null,
  )
  if (kept.length > 0) {
    const names = kept.map((stream) => directory.rights(stream).space?.name ?? stream).join(', ')
    throw new Fault('LAST_OWNER', `the only owner of ${names}: make somebody else an owner first`)
  }
  for (const stream of readable) {
    const room = streamKind(stream) === 'room' ? directory.rights(stream).room : null
    if (!room?.members.get(actor)) continue
    // who is in a direct message is settled for ever: only the name goes
    const payload = { name: deletedName, active: room.kind === 'direct' }
    await appendFor(parts, actor, stream, [{ type: 'room.member', payload }])
  }
  for (const stream of spaces) {
    await appendFor(parts, actor, stream, [
      { type: 'member.join', payload: { name: deletedName } },
      { type: 'member.leave', payload: {} },
    ])
  }
}
