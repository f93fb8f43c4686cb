import type { Payload } from './payload.ts'

/**
 * What is known of one durable stream: a fold of its records, which lie in a stream of the event log under the same name.
 * Data, metadata and producers are one record, so they are durable together or not at all.
 *
 *   {create, json} {append, ['{"n":1}', '{"n":2}']} {close}  →  { tail: 2, closed: true, … }
 *
 * A position is the number of messages before it. (A message is a JSON value, or the bytes of one append.) A fork's
 * messages go on from the position where it left its source, so that both count alike.
 */
export type StreamRecord =
  | ({ readonly type: 'create'; readonly id: string; readonly setup: Setup } & Inherited)
  | {
      readonly type: 'append'
      readonly messages: readonly Payload[]
      readonly producer: Producer | null
      readonly seq: string | null
    }
  | { readonly type: 'close'; readonly producer: Producer | null }
  /** its forks still read it */
  | { readonly type: 'delete' }
  | { readonly type: 'fork' | 'unfork'; readonly fork: string }

/** What a PUT asks for; a stream that is there answers the same PUT with "exists". */
export interface Setup {
  /** null: as the source's, or octets */
  readonly contentType: string | null
  readonly ttlSeconds: number | null
  /** unix ms */
  readonly expiresAt: number | null
  readonly fork: ForkPoint | null
}
/** What the stream has of it: a fork has from its source what was not asked for. */
export interface Inherited {
  readonly contentType: string
  readonly ttlSeconds: number | null
  readonly expiresAt: number | null
  readonly start: number
}
export interface ForkPoint {
  readonly source: string
  /** null: at the source's end */
  readonly offset: string | null
  readonly subOffset: number
}
export interface Producer {
  readonly id: string
  readonly epoch: number
  readonly seq: number
}

export interface StreamState {
  /** of this stream alone: one that has its name later is another */
  id: string
  /** as it was asked for */
  setup: Setup
  contentType: string
  ttlSeconds: number | null
  expiresAt: number | null
  /** what lies before this position is the source's */
  start: number
  tail: number
  closed: boolean
  closedBy: Producer | null
  deleted: boolean
  /** the last Stream-Seq; it counts for the whole stream, whoever wrote */
  seq: string | null
  producers: Map<string, { epoch: number; seq: number }>
  forks: Set<string>
  /** unix ms: the last record's */
  writtenAt: number
}

/** `state` is the caller's own and changes; null before the first record. */
export function fold(state: StreamState | null, record: StreamRecord, at: number): StreamState {
  if (record.type === 'create') {
    const { id, setup, start, contentType, ttlSeconds, expiresAt } = record
    return {
      id,
      setup,
      contentType,
      ttlSeconds,
      expiresAt,
      start,
      tail: start,
      closed: false,
      closedBy: null,
      deleted: false,
      seq: null,
      producers: new Map(),
      forks: new Set(),
      writtenAt: at,
    }
  }
  if (!state) throw new Error(`a stream begins with its creation, not with ${record.type}`)
  state.writtenAt = at
  switch (record.type) {
    case 'append':
      state.tail += record.messages.length
      state.seq = record.seq ?? state.seq
      note(state, record.producer)
      return state
    case 'close':
      state.closed = true
      state.closedBy = record.producer
      note(state, record.producer)
      return state
    case 'delete':
      state.deleted = true
      return state
    case 'fork':
      state.forks.add(record.fork)
      return state
    case 'unfork':
      state.forks.delete(record.fork)
      return state
  }
}

function note(state: StreamState, producer: Producer | null): void {
  if (producer) state.producers.set(producer.id, { epoch: producer.epoch, seq: producer.seq })
}

export const copyOf = (state: StreamState): StreamState => ({
  ...state,
  producers: new Map(state.producers),
  forks: new Set(state.forks),
})

export const isJson = (contentType: string): boolean => mediaType(contentType) === 'application/json'
export const isText = (contentType: string): boolean =>
  isJson(contentType) || contentType.toLowerCase().startsWith('text/')
/** without its parameters; types are the same in any case of letters */
export const mediaType = (contentType: string): string => contentType.split(';')[0]!.trim().toLowerCase()
