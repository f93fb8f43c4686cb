import type { AnyEvent } from '../../schema/events/event.ts'
import type { Rights } from '../../schema/rights/rights.ts'
import type { Accounts } from '../accounts.ts'
import type { LogItem } from '../log/event-log.ts'

/**
 * What the actors of these events are called, the room and the space that they are in, and who asks (`me`): enough to word a
 * notification, and to know whether it names its reader.
 */
export function namesIn(
  items: readonly LogItem[],
  { space, room }: Rights,
  accounts: Accounts,
  me: string,
): Record<string, string> {
  const names: Record<string, string> = space ? { [space.stream]: space.name } : {}
  if (room) {
    const name = room.kind === 'private' ? room.name : space?.rooms.get(room.id)?.name
    // who is in a direct message is its name, and the push says who wrote
    if (name !== undefined && room.kind !== 'direct') names[room.stream] = names[room.id] = name
  }
  const actors = items.map(({ data }) => (JSON.parse(data) as AnyEvent).actor)
  for (const actor of [...actors, me]) {
    const person = space?.members.get(actor)?.name || accounts.nameOf(actor)
    if (person) names[actor] = person
  }
  return names
}
