import type { KnownEvent } from '../events/event.ts'
import { usualLevel, type Level } from './levels.ts'
import { isQuietAt, type QuietHours } from './quiet-hours.ts'

/**
 * What a person wants to be told of: a fold of their own stream. The server asks it before it sends a push, and each
 * device once more before it shows one, since what is read or muted meanwhile is news no more.
 */

/** Of one room or thread. */
export interface Mark {
  readonly muted: boolean
  readonly mutedAt: bigint
  /** null: nobody said, so the room's counts for a thread, and the usual one for a room */
  readonly level: Level | null
  readonly levelAt: bigint
  /** the clock of the last message read */
  readonly readUpTo: bigint
}
export const noMark: Mark = { muted: false, mutedAt: -1n, level: null, levelAt: -1n, readUpTo: 0n }

/** Of the person, wherever they are. */
export interface Own {
  readonly quiet: QuietHours | null
  readonly quietAt: bigint
}
export const noOwn: Own = { quiet: null, quietAt: -1n }

/** The later word counts; reading only goes forward, and not beyond what the reader can have seen. */
export function foldMark(mark: Mark, event: KnownEvent): Mark {
  const clock = BigInt(event.clock)
  switch (event.type) {
    case 'room.mute':
      return clock > mark.mutedAt ? { ...mark, muted: event.payload.muted, mutedAt: clock } : mark
    case 'room.notify':
      return clock > mark.levelAt ? { ...mark, level: event.payload.level, levelAt: clock } : mark
    case 'read.mark': {
      const upTo = BigInt(event.payload.upTo)
      const readUpTo = upTo > clock ? clock : upTo
      return readUpTo > mark.readUpTo ? { ...mark, readUpTo } : mark
    }
    default:
      return mark
  }
}
export function foldOwn(own: Own, event: KnownEvent): Own {
  const clock = BigInt(event.clock)
  if (event.type !== 'quiet.hours' || clock <= own.quietAt) return own
  return { quiet: event.payload.hours, quietAt: clock }
}
/** Of another stream, which the event names; null: it says nothing of a room. */
export function roomOfMark(event: KnownEvent): { readonly stream: string; readonly room: string } | null {
  switch (event.type) {
    case 'read.mark':
    case 'room.mute':
    case 'room.notify':
      return { stream: event.payload.stream, room: event.room! }
    default:
      return null
  }
}

/** Where a message stands, as its reader has it. */
export interface Place {
  readonly room: Mark
  /** null: it is in no thread */
  readonly thread: Mark | null
  /** a conversation of a few people, in which everything is said to all of them */
  readonly direct: boolean
}

/** A muted room has muted threads. */
export const isMuted = ({ room, thread }: Place): boolean => room.muted || thread?.muted === true

/** Whether a message is news for the person: `named` when it names them. */
export function isTold(place: Place, message: { readonly clock: string; readonly named: boolean }): boolean {
  const { room, thread, direct } = place
  if (isMuted(place) || isRead(place, message.clock)) return false
  const level = thread?.level ?? room.level ?? usualLevel(direct)
  return level === 'all' || (level === 'mentions' && message.named)
}

/** Each thread is read for itself. */
export const isRead = ({ room, thread }: Place, clock: string): boolean => BigInt(clock) <= (thread ?? room).readUpTo

export const isQuiet = ({ quiet }: Own, now: number): boolean => isQuietAt(quiet, now)
