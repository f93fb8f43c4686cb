import type { AnyEvent } from '../../schema/events/event.ts'
import type { Accounts } from '../accounts.ts'
import type { LogItem } from '../event-log.ts'
import type { SpaceState } from '../space-state.ts'

/** What the actors and rooms of these events are called, and the space itself: enough to word a notification. */
export function namesIn(
  items: readonly LogItem[],
  space: SpaceState | null,
  accounts: Accounts,
): Record<string, string> {
  const names: Record<string, string> = space ? { [space.stream]: space.name } : {}
  for (const { data } of items) {
    const { actor, room } = JSON.parse(data) as AnyEvent
    const person = space?.members.get(actor)?.name || accounts.nameOf(actor)
    if (person) names[actor] = person
    const found = room === undefined ? undefined : space?.rooms.get(room)
    if (room !== undefined && found?.kind === 'room') names[room] = found.name
  }
  return names
}
