import type { EventDraft } from '../../../schema/events/event.ts'
import { nameFrom } from '../../../schema/events/names.ts'
import { directRoomId, privateRoomId, roomStream } from '../../../schema/events/streams.ts'
import { draftEvent, newId } from '../events/draft-event.ts'

export interface Named {
  readonly person_id: string
  readonly name: string
}
export interface NewRoom {
  readonly room: string
  readonly events: readonly EventDraft[]
}

export function createPrivateRoom(
  space: string,
  me: Named,
  people: readonly Named[],
  { name, topic }: { readonly name: string; readonly topic: string },
): NewRoom {
  const room = privateRoomId(space, newId())
  const by = { stream: roomStream(room), actor: me.person_id }
  const payload = { name, kind: 'room' as const, ...(topic ? { topic } : {}) }
  return {
    room,
    events: [
      draftEvent('room.create', { ...by, entity: room, payload }),
      ...[me, ...people].map((person) => roomMember(by.stream, me.person_id, person, true)),
    ],
  }
}

/** The same people always find the same one: beginning it again changes nothing. */
export function beginDirect(space: string, me: Named, people: readonly Named[]): NewRoom {
  const all = [me, ...people]
  const room = directRoomId(
    space,
    all.map((person) => person.person_id),
  )
  const by = { stream: roomStream(room), actor: me.person_id }
  const name = nameFrom(all.map((person) => person.name).join(', '), 'Direct message', 80)
  return {
    room,
    events: [
      draftEvent('room.create', { ...by, entity: room, payload: { name, kind: 'direct' } }),
      ...all.map((person) => roomMember(by.stream, me.person_id, person, true)),
    ],
  }
}

export function roomMember(stream: string, actor: string, { person_id, name }: Named, active: boolean): EventDraft {
  return draftEvent('room.member', { stream, actor, entity: person_id, payload: { name, active } })
}
