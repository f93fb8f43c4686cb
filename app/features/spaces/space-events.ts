import type { EventDraft } from '../../../schema/events/event.ts'
import { spaceStream } from '../../../schema/events/streams.ts'
import type { Identity } from '../../../schema/messages/http.ts'
import type { GivenRole } from '../../../schema/rights/roles.ts'
import { draftEvent, newId } from '../events/draft-event.ts'
import type { SpaceRow } from './spaces-query.ts'

export interface NewSpace {
  readonly space: string
  readonly room: string
  readonly events: readonly EventDraft[]
}

/** A space with its founder in it and one room to begin with. */
export function createSpace(founder: Identity, name: string, visibility: 'public' | 'invite'): NewSpace {
  const space = newId()
  const room = newId()
  const by = { stream: spaceStream(space), actor: founder.actor }
  return {
    space,
    room,
    events: [
      draftEvent('space.create', { ...by, entity: space, payload: { name, visibility } }),
      draftEvent('member.join', { ...by, entity: founder.actor, payload: { name: founder.name } }),
      draftEvent('room.create', { ...by, entity: room, payload: { name: 'general', kind: 'room' } }),
    ],
  }
}

export function joinSpace(person: Identity, stream: string): EventDraft {
  return draftEvent('member.join', {
    stream,
    actor: person.actor,
    entity: person.actor,
    payload: { name: person.name },
  })
}

export function createRoom(
  place: { readonly stream: string; readonly actor: string },
  { name, topic }: { readonly name: string; readonly topic: string },
): { readonly room: string; readonly events: readonly EventDraft[] } {
  const room = newId()
  const payload = topic ? { name, kind: 'room' as const, topic } : { name, kind: 'room' as const }
  return { room, events: [draftEvent('room.create', { ...place, entity: room, payload })] }
}

export function leaveSpace({ stream, me }: SpaceRow, person: string): EventDraft {
  return draftEvent('member.leave', { stream, actor: me, entity: person, payload: {} })
}

export function giveRole({ stream, me }: SpaceRow, person: string, role: GivenRole): EventDraft {
  return draftEvent('member.role', { stream, actor: me, entity: person, payload: { role } })
}

export function updateRoom(
  place: { stream: string; actor: string },
  room: string,
  change: { readonly name: string } | { readonly topic: string },
): EventDraft {
  return draftEvent('room.update', { ...place, entity: room, payload: change })
}
