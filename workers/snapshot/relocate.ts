import type { AnyEvent } from '../../schema/events/event.ts'
import { isPrivateRoom, readDirectRoomId } from '../../schema/events/streams.ts'

/**
 * Events of a space, in as many streams as it has, as events of one stream of this device. What is named by its place gets another
 * name: the space, and private rooms, whose ids say that they have streams of their own. Law: who wrote what and when stays. The one who
 * opens it is nobody in it: who was called like them, such as the person of the device that it came from, gets another id.
 */
export function relocation(
  from: string,
  to: { readonly space: string; readonly stream: string; readonly opener: string },
) {
  const names = new Map<string, string>()
  const person = <Id>(id: Id): Id | string => (id === to.opener ? `${to.opener}-in-${from}`.slice(0, 200) : id)
  /** what is no text is for the validator to refuse */
  const moved = (id: string): string =>
    id === from ? to.space : typeof id === 'string' && isPrivateRoom(id) ? roomName(id) : id
  /** Example: private.S.R → in-R */
  const roomName = (id: string): string => `in-${id.split('.').slice(2).join('-')}`

  return {
    /** Null: who is in a private room, and who is invited, has no meaning here. */
    event(event: AnyEvent): AnyEvent | null {
      if (event.type === 'room.member' || String(event.type).startsWith('invite.')) return null
      if (event.type === 'member.join' && typeof event.entity === 'string')
        names.set(event.entity, nameIn(event.payload) ?? event.entity)
      return {
        ...event,
        stream: to.stream,
        actor: person(event.actor),
        ...(event.entity === undefined
          ? {}
          : { entity: isOfPerson(event) ? person(event.entity) : moved(event.entity) }),
        ...(event.room === undefined ? {} : { room: moved(event.room) }),
        payload: authored(payloadOf(event)),
      }
    },
  }

  function payloadOf({ type, entity, payload }: AnyEvent): unknown {
    if (type !== 'room.create' || typeof payload !== 'object' || payload === null) return payload
    const { kind, parentRoom } = payload as { kind?: unknown; parentRoom?: unknown }
    const parent = typeof parentRoom === 'string' ? { parentRoom: moved(parentRoom) } : {}
    const direct = kind === 'direct' && typeof entity === 'string' ? { kind: 'room', name: peopleOf(entity) } : {}
    return { ...payload, ...parent, ...direct }
  }

  function authored(payload: unknown): unknown {
    const author = (payload as { author?: { id?: unknown } } | null)?.author
    return author?.id === to.opener ? { ...(payload as object), author: { ...author, id: person(author.id) } } : payload
  }

  function peopleOf(room: string): string {
    const people = readDirectRoomId(room)?.people ?? []
    return people.map((person) => names.get(person) ?? person).join(', ').slice(0, 200) || 'Direct message' // prettier-ignore
  }
}

const isOfPerson = ({ type }: AnyEvent): boolean => typeof type === 'string' && type.startsWith('member.')

const nameIn = (payload: unknown): string | null => {
  const name = (payload as { name?: unknown } | null)?.name
  return typeof name === 'string' ? name : null
}
