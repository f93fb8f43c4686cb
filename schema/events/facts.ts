import type { ViewSource } from './view-source.ts'
import type { QuietHours } from '../notifications/quiet-hours.ts'

/**
 * What one event says of one field of one entity; schema/projections/fact.ts says what rests on it. The word before the
 * dot names the kind of row that the fact is folded into.
 */
export interface FactDraft {
  readonly entity: string
  readonly field: FactField
  readonly value: string | null
}
export type RowKind =
  'space' | 'member' | 'room' | 'message' | 'page' | 'comment' | 'marker' | 'view' | 'quiet' | 'invite'
export type FactField = PlainField | ReactionField | PinField | MarkerField

type PlainField = keyof typeof mayConflict
type ReactionField = `message.reaction ${string}`
type PinField = `message.pin ${string}`
type MarkerField = `marker.${'muted' | 'level'} ${string}`

/**
 * Whether two writes of a field that did not see each other are a conflict, which a person may want to settle. Who
 * writes such a field names what they saw in `deps`.
 */
const mayConflict = {
  'space.create': false,
  'space.name': true,
  'member.join': false,
  'member.active': false,
  'member.name': false,
  'member.role': false,
  'member.muted': false,
  'member.banned': false,
  'invite.create': false,
  'invite.used': false,
  'invite.revoked': false,
  'room.create': false,
  'room.name': true,
  'room.topic': true,
  'room.archived': false,
  'message.text': true,
  'message.deleted': false,
  'message.erased': false,
  'message.thread': false,
  'page.create': false,
  'page.title': true,
  'page.archived': false,
  'page.erased': false,
  'page.comment': false,
  'comment.create': false,
  'comment.resolved': false,
  'comment.deleted': false,
  'view.create': false,
  'view.name': false,
  'view.notify': false,
  'view.looked': false,
  'view.deleted': false,
  'quiet.hours': false,
} as const satisfies Record<`${RowKind}.${string}`, boolean>

export function isConflictField(field: FactField): boolean {
  return Object.hasOwn(mayConflict, field) && mayConflict[field as PlainField]
}

export function rowKindOf(field: FactField): RowKind {
  return field.slice(0, field.indexOf('.')) as RowKind
}

/** JSON keeps the pairs apart, whatever characters they hold. */
export function reactionField(actor: string, emoji: string): ReactionField {
  return `message.reaction ${JSON.stringify([actor, emoji])}`
}
export function readReactionField(field: string): readonly [actor: string, emoji: string] | null {
  const pair = after('message.reaction ', field)
  return pair === null ? null : (JSON.parse(pair) as [string, string])
}

export function pinField(actor: string): PinField {
  return `message.pin ${actor}`
}
export function readPinField(field: string): string | null {
  return after('message.pin ', field)
}

/** Of a room of that stream. */
export function muteField(stream: string): MarkerField {
  return `marker.muted ${stream}`
}
export function levelField(stream: string): MarkerField {
  return `marker.level ${stream}`
}
/** The stream that a field of a marker speaks of. */
export function readMarkerField(field: string): string {
  return field.slice(field.indexOf(' ') + 1)
}

/** Of the person that the stream is of. */
export const quietField = 'quiet.hours'
export function writeQuietHours({ from, to, zone }: QuietHours): string {
  return JSON.stringify([from, to, zone])
}
export function readQuietHours(value: string): QuietHours {
  const [from, to, zone] = JSON.parse(value) as [number, number, string]
  return { from, to, zone }
}

export function writeSpaceCreate(visibility: string, founder: string): string {
  return JSON.stringify([visibility, founder])
}
export function readSpaceCreate(value: string): readonly [visibility: string, founder: string] {
  return JSON.parse(value) as [string, string]
}

/** Until when somebody may write nothing (unix ms), why, and who says so. */
export interface Mute {
  readonly until: number
  readonly reason: string
  readonly by: string
}
export function writeMute(mute: Mute): string {
  return JSON.stringify(mute)
}
export function readMute(value: string): Mute {
  return JSON.parse(value) as Mute
}
export interface Ban {
  readonly banned: boolean
  readonly reason: string
  readonly by: string
}
export function writeBan(ban: Ban): string {
  return JSON.stringify(ban)
}
export function readBan(value: string): Ban {
  return JSON.parse(value) as Ban
}

/** What an invitation is from its first event on. */
export interface InviteBirth {
  readonly maker: string
  readonly role: string
  /** unix ms */
  readonly expiresAt: number
  readonly uses: number
}
export function writeInvite(birth: InviteBirth): string {
  return JSON.stringify(birth)
}
export function readInvite(value: string): InviteBirth {
  return JSON.parse(value) as InviteBirth
}

/** What a room is from its first create on. */
export interface RoomBirth {
  readonly kind: 'room' | 'thread' | 'direct'
  readonly parentRoom: string | null
  readonly parentMessage: string | null
}
export function writeRoomCreate(birth: RoomBirth): string {
  return JSON.stringify(birth)
}
export function readRoomCreate(value: string): RoomBirth {
  return JSON.parse(value) as RoomBirth
}

/** Where a page is kept, and who made it. */
export function writePageCreate(room: string, author: string): string {
  return JSON.stringify([room, author])
}
export function readPageCreate(value: string): readonly [room: string, author: string] {
  return JSON.parse(value) as [string, string]
}

/** What a comment on a page is from its first event on. */
export interface CommentBirth {
  readonly page: string
  readonly author: string
  readonly text: string
  readonly quote: string
  readonly anchor: string
}
export function writeCommentCreate(birth: CommentBirth): string {
  return JSON.stringify(birth)
}
export function readCommentCreate(value: string): CommentBirth {
  return JSON.parse(value) as CommentBirth
}

/** What a view asks, for as long as it is there. */
export function writeViewCreate(source: ViewSource): string {
  return JSON.stringify(source)
}
export function readViewCreate(value: string): ViewSource {
  return JSON.parse(value) as ViewSource
}
export interface ViewLook {
  /** unix ms */
  readonly at: number
  readonly rows: number
}
export function writeViewLook({ at, rows }: ViewLook): string {
  return JSON.stringify([at, rows])
}
export function readViewLook(value: string): ViewLook {
  const [at, rows] = JSON.parse(value) as [number, number]
  return { at, rows }
}

export function writeDeleted(person: string, deleted: boolean): string {
  return JSON.stringify([person, deleted])
}
/** What `timeline_items.deleted` says: an erased message cannot come back. */
export const deletedStates = { no: 0, deleted: 1, erased: 2 } as const
export type Deleted = (typeof deletedStates)[keyof typeof deletedStates]
interface OwnFact {
  readonly field: string
  readonly value: string | null
}
/** `own` in order. */
export function deletedOf(own: readonly OwnFact[]): Deleted {
  if (own.some(({ field }) => field === 'message.erased')) return deletedStates.erased
  return isDeleted(own) ? deletedStates.deleted : deletedStates.no
}
/** A message is deleted while anybody has deleted it; a person's restore takes back their own delete alone. */
function isDeleted(own: readonly OwnFact[]): boolean {
  const byPerson = new Map<string, boolean>()
  for (const { field, value } of own) {
    if (field === 'message.deleted') byPerson.set(...(JSON.parse(value!) as [string, boolean]))
  }
  return [...byPerson.values()].includes(true)
}

function after(prefix: string, field: string): string | null {
  return field.startsWith(prefix) ? field.slice(prefix.length) : null
}
