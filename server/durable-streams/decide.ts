import type { Payload } from './payload.ts'
import {
  mediaType,
  type Inherited,
  type Producer,
  type Setup,
  type StreamRecord,
  type StreamState,
} from './stream-state.ts'

/**
 * What becomes of a request, by the state of the stream alone: the answer, in the protocol's own statuses, and the
 * records to be written. Nothing here reads or writes anything.
 */
export interface Answer {
  readonly status: 200 | 201 | 204 | 400 | 403 | 404 | 409 | 410
  readonly headers?: Readonly<Record<string, string>>
  /** of an answer that refuses */
  readonly message?: string
}
export interface Decision {
  readonly answer: Answer
  readonly records: readonly StreamRecord[]
}

export interface CreateRequest {
  readonly setup: Setup
  readonly closed: boolean
  readonly messages: readonly Payload[]
}
export interface AppendRequest {
  /** null: the request named none, which only one without a body may */
  readonly contentType: string | null
  readonly messages: readonly Payload[]
  readonly closes: boolean
  readonly producer: Producer | null
  readonly seq: string | null
}

export const missing = { status: 404, message: 'there is no such stream' } as const
export const gone = { status: 410, message: 'this stream was deleted; its forks can still be read' } as const

const defaultType = 'application/octet-stream'

const refuse = (status: 400 | 403 | 409, message: string, headers: Record<string, string> = {}): Decision => ({
  answer: { status, message, headers },
  records: [],
})

/** `fork`: what a fork has from its source; null for a stream that is none. */
export function decideCreate(
  state: StreamState | null,
  request: CreateRequest,
  id: string,
  fork: (Inherited & { readonly prefix: readonly Payload[] }) | null,
): Decision {
  if (state?.deleted) return refuse(409, 'a stream of this name was deleted, and its forks still read it')
  if (state) {
    const same = sameSetup(state.setup, request.setup) && state.closed === request.closed
    if (!same) return refuse(409, 'this stream is there already, set up otherwise')
    return { answer: { status: 200 }, records: [] }
  }
  const { setup } = request
  const { prefix, ...has } = fork ?? {
    start: 0,
    contentType: setup.contentType ?? defaultType,
    ttlSeconds: setup.ttlSeconds,
    expiresAt: setup.expiresAt,
    prefix: [],
  }
  const records: StreamRecord[] = [{ type: 'create', id, setup, ...has }]
  const messages = [...prefix, ...request.messages]
  if (messages.length > 0) records.push({ type: 'append', messages, producer: null, seq: null })
  if (request.closed) records.push({ type: 'close', producer: null })
  return { answer: { status: 201 }, records }
}

function sameSetup(made: Setup, asked: Setup): boolean {
  const sameFork =
    made.fork?.source === asked.fork?.source &&
    made.fork?.offset === asked.fork?.offset &&
    made.fork?.subOffset === asked.fork?.subOffset
  const typeOf = ({ contentType }: Setup) => mediaType(contentType ?? defaultType)
  const sameType = typeOf(made) === typeOf(asked) || (asked.fork !== null && asked.contentType === null)
  return sameFork && sameType && made.ttlSeconds === asked.ttlSeconds && made.expiresAt === asked.expiresAt
}

export function decideAppend(state: StreamState | null, request: AppendRequest): Decision {
  if (!state) return { answer: missing, records: [] }
  if (state.deleted) return { answer: gone, records: [] }
  const { producer, messages, closes, seq } = request
  const known = producer && state.producers.get(producer.id)
  if (producer && known && producer.epoch < known.epoch) {
    return refuse(403, 'another one took over as this producer', { 'producer-epoch': String(known.epoch) })
  }
  if (state.closed) return toClosed(state, request)
  if (producer && known?.epoch === producer.epoch && producer.seq <= known.seq) {
    return { answer: { status: 204, headers: echo(producer.epoch, known.seq) }, records: [] }
  }
  if (messages.length > 0 && mediaType(request.contentType ?? '') !== mediaType(state.contentType)) {
    return refuse(409, `this stream is of type ${state.contentType}`)
  }
  if (producer) {
    const expected = known?.epoch === producer.epoch ? known.seq + 1 : 0
    if (known && producer.epoch > known.epoch && producer.seq !== 0) {
      return refuse(400, 'Producer-Seq: a new epoch begins with 0')
    }
    if (producer.seq !== expected) {
      return refuse(409, 'what this producer sent before is not here', {
        'producer-expected-seq': String(expected),
        'producer-received-seq': String(producer.seq),
      })
    }
  }
  if (seq !== null && state.seq !== null && seq <= state.seq) {
    return refuse(409, `Stream-Seq: must be greater than ${state.seq}`)
  }
  const records: StreamRecord[] = []
  if (messages.length > 0) records.push({ type: 'append', messages, producer, seq })
  if (closes) records.push({ type: 'close', producer })
  const headers = producer ? echo(producer.epoch, producer.seq) : {}
  return { answer: { status: producer && messages.length > 0 ? 200 : 204, headers }, records }
}

/** A close that is repeated is answered again; anything else comes too late. */
function toClosed(state: StreamState, { producer, messages, closes }: AppendRequest): Decision {
  const by = state.closedBy
  const again = producer && by?.id === producer.id && by.epoch === producer.epoch && by.seq === producer.seq
  if (again) return { answer: { status: 204, headers: echo(producer.epoch, producer.seq) }, records: [] }
  if (closes && messages.length === 0 && !producer) return { answer: { status: 204 }, records: [] }
  return refuse(409, 'this stream is closed')
}

const echo = (epoch: number, seq: number) => ({ 'producer-epoch': String(epoch), 'producer-seq': String(seq) })
