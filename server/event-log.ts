/**
 * The log behind the server: ordered streams of events, durable before an append resolves, deduplicated by event id
 * for ever. One adapter per store (embedded SQLite now, NATS JetStream later); the same test suite runs on each.
 */
/** opaque, sortable as text, monotonic per stream, not dense */
export type Seq = string

export interface LogItem {
  readonly seq: Seq
  readonly id: string
  readonly receivedAt: number
  /** the event as JSON text */
  readonly data: string
}

export interface EventLog {
  append(
    stream: string,
    events: readonly { id: string; data: string }[],
    options?: { expect?: Seq },
  ): Promise<{ seq: Seq; receivedAt: number; duplicate: boolean }[]>
  read(
    stream: string,
    after: Seq | null,
    limit: number,
    maxBytes: number,
  ): Promise<{ items: LogItem[]; upToDate: boolean }>
  tail(stream: string, after: Seq | null, signal: AbortSignal): AsyncIterable<LogItem>
  /** the newest page, oldest first */
  latest(stream: string, limit: number): Promise<LogItem[]>
  head(stream: string): Promise<Seq | null>
  close(): Promise<void>
}
