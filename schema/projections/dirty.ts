import { assertNever } from '../assert.ts'
import { readMarkerField, readSpaceCreate, rowKindOf, type FactDraft } from '../events/facts.ts'
import { keyIn } from '../events/key.ts'
import { streamKind, streamOfRoom, streamOwner } from '../events/streams.ts'

/** What a fold works on: one thing of one stream. */
export interface Thing {
  readonly stream: string
  readonly id: string
}

/**
 * What a batch has touched and its end must fold again: so a message with ten new reactions in one batch is
 * recomputed once. Every map is by `keyIn(stream, id)`, but for timelines, which have a number (names.ts).
 */
export interface Dirty {
  /** streams */
  readonly spaces: Set<string>
  readonly members: Map<string, Thing>
  readonly invitations: Map<string, Thing>
  readonly rooms: Map<string, Thing>
  /** messages, and their fields that have new facts */
  readonly messages: Map<string, Thing & { readonly fields: Set<string> }>
  /** pages, and the Yjs updates that the batch brings; `rebuild` when they cannot simply be merged in */
  readonly pages: Map<string, TouchedPage>
  readonly comments: Map<string, Thing>
  /** stream of the person, and a room of another stream */
  readonly markers: Map<string, { readonly stream: string; readonly room: Thing }>
  readonly views: Map<string, Thing>
  /** streams of persons who said when they are told nothing */
  readonly quiet: Set<string>
  /** rooms and threads, and what the batch adds to them; `recount` when something left one */
  readonly timelines: Map<number, TouchedTimeline>
}
export interface TouchedPage extends Thing {
  readonly updates: Uint8Array[]
  /** the newest of them, unix ms */
  updatedAt: number
  rebuild: boolean
}
export interface TouchedTimeline {
  readonly stream: number
  readonly id: number
  added: number
  lastAt: number
  recount: boolean
}

export function nothingDirty(): Dirty {
  return {
    spaces: new Set(),
    members: new Map(),
    invitations: new Map(),
    rooms: new Map(),
    messages: new Map(),
    pages: new Map(),
    comments: new Map(),
    markers: new Map(),
    views: new Map(),
    quiet: new Set(),
    timelines: new Map(),
  }
}

/** Marks the row that a fact is folded into. */
export function markFact(dirty: Dirty, stream: string, { entity, field, value }: FactDraft): void {
  const kind = rowKindOf(field)
  switch (kind) {
    case 'space':
      dirty.spaces.add(stream)
      if (field === 'space.create') markMember(dirty, stream, readSpaceCreate(value!)[1])
      return
    case 'member':
      return markMember(dirty, stream, entity)
    case 'invite':
      return void dirty.invitations.set(keyIn(stream, entity), { stream, id: entity })
    case 'room':
      return markRoom(dirty, stream, entity)
    case 'message':
      return markMessage(dirty, stream, entity, field)
    case 'page':
      if (field === 'page.comment') return // the page's row has nothing of it
      return void touchPage(dirty, stream, entity)
    case 'comment':
      return void dirty.comments.set(keyIn(stream, entity), { stream, id: entity })
    case 'marker':
      return markMarker(dirty, stream, { stream: readMarkerField(field), id: entity })
    case 'view':
      return void dirty.views.set(keyIn(stream, entity), { stream, id: entity })
    case 'quiet':
      return void dirty.quiet.add(stream)
    default:
      return assertNever(kind)
  }
}

export function markMember(dirty: Dirty, stream: string, id: string): void {
  dirty.members.set(keyIn(stream, id), { stream, id })
}

/** A public room is told of in its space's stream; its row has the stream of what is in it. */
function markRoom(dirty: Dirty, told: string, id: string): void {
  const stream = streamKind(told) === 'space' ? streamOfRoom(streamOwner(told), id) : told
  dirty.rooms.set(keyIn(stream, id), { stream, id })
}

export function markMessage(dirty: Dirty, stream: string, id: string, field: string): void {
  const key = keyIn(stream, id)
  const touched = dirty.messages.get(key)
  if (touched) touched.fields.add(field)
  else dirty.messages.set(key, { stream, id, fields: new Set([field]) })
}

function markMarker(dirty: Dirty, stream: string, room: Thing): void {
  dirty.markers.set(keyIn(stream, keyIn(room.stream, room.id)), { stream, room })
}

export function touchTimeline(dirty: Dirty, stream: number, id: number): TouchedTimeline {
  let touched = dirty.timelines.get(id)
  if (!touched) dirty.timelines.set(id, (touched = { stream, id, added: 0, lastAt: 0, recount: false }))
  return touched
}

export function touchPage(dirty: Dirty, stream: string, id: string): TouchedPage {
  const key = keyIn(stream, id)
  let touched = dirty.pages.get(key)
  if (!touched) dirty.pages.set(key, (touched = { stream, id, updates: [], updatedAt: 0, rebuild: false }))
  return touched
}
