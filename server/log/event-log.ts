/*
 * The log behind the server: ordered streams of events, durable before an append resolves, deduplicated by event id
 * for ever. One adapter per store (embedded SQLite, NATS JetStream); the same suite
 * (event-log.conformance.ts) runs on each.
 */

/** opaque, sortable as text, monotonic per stream, not dense */
export type Seq = string

export interface LogItem {
  readonly seq: Seq
  readonly id: string
  /** unix ms */
  readonly receivedAt: number
  /** the event as JSON text */
  readonly data: string
  /** from `find`, of an event whose words were taken out: the hash of what was sent */
  readonly erased?: string
}
/** What is written of an event; `erased` as in LogItem. */
export type NewItem = Pick<LogItem, 'id' | 'data' | 'erased'>

export interface AppendOptions {
  readonly expect?: Seq | null
  readonly rewrite?: readonly NewItem[]
}

export interface Appended {
  readonly seq: Seq
  readonly receivedAt: number
  /** the id was there before; `seq` and `receivedAt` are of its first time */
  readonly duplicate: boolean
}

/** What one append added to a stream: `items` follow `after` without a gap. */
export interface Commit {
  readonly stream: string
  readonly after: Seq | null
  readonly items: readonly LogItem[]
}

export interface EventLog {
  /**
   * All or none; durable when it resolves. With `expect` it rejects with StaleHead unless that is the stream's head.
   * One that cannot be written harms no other. `rewrite` puts another content in the place of events that are there, not
   * later than the append itself: they keep id, seq and time, nobody is told, and what they said is soon in no file.
   */
  append(stream: string, events: readonly NewItem[], options?: AppendOptions): Promise<Appended[]>
  /**
   * Up to `limit` items beyond `after`, fewer once their data pass `maxBytes`, but at least one if there is one.
   * `after` need not be the seq of an item; rejects with BadOffset if it cannot be one of this stream's.
   */
  read(
    stream: string,
    after: Seq | null,
    limit: number,
    maxBytes: number,
  ): Promise<{ items: LogItem[]; upToDate: boolean }>
  /** the newest page, oldest first */
  latest(stream: string, limit: number): Promise<LogItem[]>
  /** those of `ids` that the stream has, in no order */
  find(stream: string, ids: readonly string[]): Promise<LogItem[]>
  /** null: there is no such stream */
  head(stream: string): Promise<Seq | null>
  /** items beyond `after` */
  count(stream: string, after: Seq | null): Promise<number>
  streams(): Promise<string[]>
  /** Takes a stream away with all that is in it; durable when it resolves. Its name is free again, its ids too. */
  drop(stream: string): Promise<void>
  /**
   * Tells of every commit of every stream once it is durable, in order per stream. What a listener throws ends nothing
   * and reaches nobody else. Returns how to stop.
   */
  watch(listener: (commit: Commit) => void): () => void
  /** Resolves once this server has what all had when it was asked, or a little later if nobody answers; null: it is alone. */
  readonly catchUp: (() => Promise<void>) | null
  /** Tries to write, so that the health of the store is known anew; never rejects. */
  probe(): Promise<void>
  close(): Promise<void>
}

/** An append expected another head: someone else was first. Read on and try again. */
export class StaleHead extends Error {
  override readonly name = 'StaleHead'
}
/** The servers that keep the log do not answer: nothing can be taken now, and what is sent again later is taken once. */
export class LogSilent extends Error {
  override readonly name = 'LogSilent'
}
/** An offset that this stream never gave out. */
export class BadOffset extends Error {
  override readonly name = 'BadOffset'
}
