import * as v from 'valibot'
import { payloadSchemas, requiredFields, type EventType, type PayloadOf } from './payloads.ts'

/**
 * The event envelope. Law: an event is immutable; its `id` names it for ever, on every device and on the server.
 *
 * `clock` is a hybrid logical clock (see clock.ts) in decimal, because JSON has no 64-bit integers.
 * `deps` are the ids of the events that the author had seen of the field which this event writes: two writes that did
 * not see each other are a conflict.
 */
export interface EventOf<T extends EventType> extends Envelope {
  readonly type: T
  readonly payload: PayloadOf<T>
}
/** A known event: a union over every type, narrowed by `type`. */
export type KnownEvent = { [T in EventType]: EventOf<T> }[EventType]
/** Any valid envelope; the type may be one that only a newer build knows: such events are stored, not dropped. */
export interface AnyEvent extends Envelope {
  readonly type: string
  readonly payload: unknown
}
interface Envelope {
  readonly id: string
  readonly stream: string
  /** the signed-in identity that wrote it; the server refuses any other */
  readonly actor: string
  readonly clock: string
  /** wall time of the author, unix ms: shown, never compared */
  readonly at: number
  /** the entity created or changed: for `message.create` the event's own id */
  readonly entity?: string | undefined
  /** the room (or thread) in whose timeline it appears */
  readonly room?: string | undefined
  readonly deps: readonly string[]
}
/** What an author says; the leader adds `clock` and `deps`, which only the database knows. */
export type EventDraft = { [T in EventType]: Omit<EventOf<T>, 'clock' | 'deps'> }[EventType]

/** An event as the server returns it: its place in the stream and when the server took it (unix ms). */
export interface SequencedEvent {
  readonly seq: string
  readonly receivedAt: number
  readonly event: AnyEvent
}

export const maxEventBytes = 64 * 1024
export const maxDeps = 64

const ulid = v.pipe(v.string(), v.regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'must be a ULID'))
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(200))
const maxClock = 2n ** 63n - 1n
const clock = v.pipe(
  v.string(),
  v.regex(/^(0|[1-9][0-9]{0,18})$/, 'must be a decimal 63-bit integer'),
  v.check((text) => BigInt(text) <= maxClock, 'must be a decimal 63-bit integer'),
)

const envelopeSchema = v.object({
  id: ulid,
  type: v.pipe(v.string(), v.regex(/^[a-z]+(\.[a-z]+)+$/, 'must be dotted lower-case words'), v.maxLength(64)),
  stream: name,
  actor: name,
  clock,
  at: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15)),
  entity: v.optional(name),
  room: v.optional(name),
  deps: v.pipe(v.array(ulid), v.maxLength(maxDeps)),
  payload: v.unknown(),
})

export interface EventFault {
  readonly code: 'MALFORMED_EVENT' | 'EVENT_TOO_LARGE'
  /** dotted path of the offending field, '' for the whole */
  readonly field: string
  readonly message: string
}
export type EventValidation =
  | { readonly type: 'known'; readonly event: KnownEvent }
  | { readonly type: 'unknown'; readonly event: AnyEvent }
  | { readonly type: 'invalid'; readonly fault: EventFault }

/** Checks anything that claims to be an event. Extra fields of the envelope are dropped, of the payload too. */
export function validateEvent(input: unknown): EventValidation {
  const envelope = v.safeParse(envelopeSchema, input)
  if (!envelope.success) return invalid('MALFORMED_EVENT', envelope.issues)
  const event = envelope.output
  const bytes = utf8Length(JSON.stringify(event))
  if (bytes > maxEventBytes) {
    const message = `the event has ${bytes} bytes, at most ${maxEventBytes} are allowed`
    return { type: 'invalid', fault: { code: 'EVENT_TOO_LARGE', field: '', message } }
  }
  const payloadSchema = Object.hasOwn(payloadSchemas, event.type) ? payloadSchemas[event.type as EventType] : undefined
  if (!payloadSchema) return { type: 'unknown', event: event as AnyEvent }
  for (const field of requiredFields[event.type as EventType]) {
    if (event[field] === undefined) return missing(field, `${event.type} names its ${field}`)
  }
  if (event.type === 'message.create' && event.entity !== undefined && event.entity !== event.id) {
    return missing('entity', "the entity of message.create is the event's own id")
  }
  const payload = v.safeParse(payloadSchema, event.payload)
  if (!payload.success) return invalid('MALFORMED_EVENT', payload.issues, 'payload')
  return { type: 'known', event: { ...event, payload: payload.output } as KnownEvent }
}

function invalid(
  code: EventFault['code'],
  issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]],
  prefix = '',
): EventValidation {
  const issue = issues[0]
  const field = [prefix, v.getDotPath(issue) ?? ''].filter(Boolean).join('.')
  return { type: 'invalid', fault: { code, field, message: `${field || 'event'}: ${issue.message}` } }
}

function missing(field: string, law: string): EventValidation {
  return { type: 'invalid', fault: { code: 'MALFORMED_EVENT', field, message: `${field}: ${law}` } }
}

const encoder = new TextEncoder()
function utf8Length(text: string): number {
  return encoder.encode(text).length
}
