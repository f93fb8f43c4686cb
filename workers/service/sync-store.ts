import type { AnyEvent } from '../../schema/events/event.ts'
import type { Received } from '../../schema/messages/received.ts'
import type { EventKey } from '../../schema/events/key.ts'

/**
 * What the sync client keeps for times without a tab. SQLite stays the truth of everything here: the cursors are a
 * hint of its own, the mirror a copy of its outbox; only the queue holds what SQLite has not got yet.
 * Writes of the queue and the mirror are durable (strict) before they resolve.
 */
export interface SyncStore {
  /** the database's cursor, as it was last acknowledged */
  rememberCursor(stream: string, seq: string): Promise<void>
  /** where the next queueing goes on: behind the queue, else behind the database; undefined: never synced */
  queueOffset(stream: string): Promise<string | undefined>
  /** Adds events that follow `after`, all or none. A full queue takes none: what lies behind it is read when a tab opens. */
  enqueue(stream: string, after: string | null, items: readonly Received[]): Promise<void>
  queue(stream: string): Promise<{ readonly after: string | null; readonly items: readonly Received[] }>
  unqueue(stream: string, upTo: string): Promise<void>
  /** Takes the words of these messages out of what is queued. */
  eraseQueued(stream: string, messages: readonly string[]): Promise<void>
  mirror(events: readonly AnyEvent[]): Promise<void>
  unmirror(events: readonly EventKey[]): Promise<void>
  /** oldest first */
  mirrored(): Promise<readonly AnyEvent[]>
  /** forgets everything: another person signed in */
  clear(): Promise<void>
}
