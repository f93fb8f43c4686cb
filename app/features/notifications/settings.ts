import { readQuietHours } from '../../../schema/events/facts.ts'
import type { EventDraft } from '../../../schema/events/event.ts'
import { localStream, personStream, streamKind } from '../../../schema/events/streams.ts'
import type { Level } from '../../../schema/notifications/levels.ts'
import type { QuietHours } from '../../../schema/notifications/quiet-hours.ts'
import { sql, type TypedQuery } from '../../live/index.ts'
import { draftEvent } from '../events/draft-event.ts'

/** What a person asked for is in their own stream, so that all their devices agree. */
interface RoomOf {
  /** the person */
  readonly actor: string
  readonly stream: string
  readonly room: string
}
export interface NoticeRow {
  readonly muted: number
  readonly level: Level | null
}
export function noticeOf({ actor, stream, room }: RoomOf): TypedQuery<NoticeRow> {
  return sql('SELECT muted, level FROM read_markers WHERE actor_id = ? AND stream = ? AND room_id = ?', [
    actor,
    stream,
    room,
  ])
}

export function muteRoom({ actor, stream, room }: RoomOf, muted: boolean): EventDraft {
  return draftEvent('room.mute', { stream: ownStream(actor, stream), actor, room, payload: { stream, muted } })
}
export function setLevel({ actor, stream, room }: RoomOf, level: Level): EventDraft {
  return draftEvent('room.notify', { stream: ownStream(actor, stream), actor, room, payload: { stream, level } })
}
const ownStream = (actor: string, stream: string): string =>
  streamKind(stream) === 'local' ? localStream(actor) : personStream(actor)

export function quietHoursOf(actor: string): TypedQuery<{ readonly hours: string }> {
  return sql('SELECT hours FROM quiet_hours WHERE actor_id = ?', [actor])
}
export const hoursIn = (row: { readonly hours: string } | null | undefined): QuietHours | null =>
  row ? readQuietHours(row.hours) : null

export function setQuietHours(actor: string, hours: QuietHours | null): EventDraft {
  return draftEvent('quiet.hours', { stream: personStream(actor), actor, payload: { hours } })
}

/** As in an `<input type="time">`: 22:30 is 1350. */
export const timeOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
export function minuteOf(time: string): number | null {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)/.exec(time) ?? []
  return hour === undefined ? null : Number(hour) * 60 + Number(minute)
}
