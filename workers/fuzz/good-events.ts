import type { Random } from '../../schema/demo/random.ts'
import type { KnownEvent } from '../../schema/events/event.ts'
import { eventId } from '../event-store/random-events.ts'

const stream = 'space:s1'
const people = ['ann', 'bob', 'cy']
const rooms = ['r1', 'r2', 't1']

/** The n-th event of an ordinary life: each has its own id, and all that the others may touch is touched. */
export function goodEvent(random: Random, n: number): KnownEvent {
  const at = 1_600_000_000_000 + n
  const id = eventId(n)
  const actor = random.pick(people)
  const room = random.pick(rooms)
  const about = { entity: eventId(random.between(Math.max(0, n - 40), n)), room }
  const envelope = { id, stream, actor, clock: String(BigInt(at) << 16n), at, deps: [] }
  switch (random.between(0, 11)) {
    case 0:
      return { ...envelope, type: 'member.join', entity: actor, payload: { name: `N${random.between(0, 3)}` } }
    case 1: {
      const payload = { name: `R${random.between(0, 3)}`, kind: 'room' } as const
      return { ...envelope, type: 'room.create', entity: room, payload }
    }
    case 2:
      return { ...envelope, type: 'message.edit', ...about, payload: { text: `edited ${n}` } }
    case 3:
      return { ...envelope, type: 'message.delete', ...about, payload: {} }
    case 4:
    case 5:
      return {
        ...envelope,
        type: 'reaction.add',
        ...about,
        payload: { emoji: random.pick(['👍', 'tada', '__proto__']) },
      }
    case 6:
      return { ...envelope, type: 'pin.add', ...about, payload: {} }
    default:
      return { ...envelope, type: 'message.create', room, payload: { text: `message ${n} \u0000 @ann` } }
  }
}
