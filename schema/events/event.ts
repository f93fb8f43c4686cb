import * as v from 'valibot'
import { bounds, breachOf, idInWords, isId } from './bounds.ts'
import { inWords } from './in-words.ts'
import { newestVersion, readPayload, upcast, type About } from './define.ts'
import { definitionOf, type EventType, type PayloadOf } from './event-types.ts'
import type { FactDraft } from './facts.ts'

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
/** Any valid envelope; the type, or its version, may be one that only a newer build knows: such events are stored, not dropped. */
export interface AnyEvent extends Envelope {
  readonly type: string
  readonly payload: unknown
}
interface Envelope {
  readonly id: string
  /** of the payload; absent: 1 */
  readonly version?: number | undefined
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

const ulid = v.pipe(v.string(), v.regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'must be a ULID'))
const id = v.pipe(v.string(), v.check(isId, idInWords))
const maxClock = 2n ** 63n - 1n
const clock = v.pipe(
  v.string(),
  v.regex(/^(0|[1-9][0-9]{0,18})$/, 'must be a decimal 63-bit integer'),
  v.check((text) => BigInt(text) <= maxClock, 'must be a decimal 63-bit integer'),
)

const envelopeSchema = v.object({
  id: ulid,
  type: v.pipe(
    v.string(),
    v.maxLength(bounds.typeLength),
    v.regex(/^[a-z]+(\.[a-z]+)+$/, 'must be dotted lower-case words'),
  ),
  version: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  stream: id,
  actor: id,
  clock,
  at: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15)),
  entity: v.optional(id),
  room: v.optional(id),
  deps: v.pipe(v.array(v.unknown()), v.maxLength(bounds.deps), v.array(ulid)),
  payload: v.unknown(),
})

export interface EventFault {
  readonly code: 'MALFORMED_EVENT' | 'EVENT_TOO_LARGE' | 'CLOCK_AHEAD'
  /** dotted path of the offending field, '' for the whole */
  readonly field: string
  readonly message: string
}
export type EventValidation =
  | { readonly type: 'known'; readonly event: KnownEvent }
  | { readonly type: 'unknown'; readonly event: AnyEvent }
  | { readonly type: 'invalid'; readonly fault: EventFault }

/**
 * Checks anything that claims to be an event; of a known type or not, it is within the bounds (bounds.ts) before anything
 * else looks into it. Extra fields of the envelope are dropped, of a known payload too. Never throws.
 */
export function validateEvent(input: unknown): EventValidation {
  try {
    return checked(input)
  } catch (error) {
    // a getter, or a proxy: nothing that came over a network
    return invalid('', `cannot be read: ${String(error)}`)
  }
}

function checked(input: unknown): EventValidation {
  const breach = breachOf(input)
  if (breach) return invalid(breach.path, breach.message, breach.tooLarge ? 'EVENT_TOO_LARGE' : 'MALFORMED_EVENT')
  const envelope = v.safeParse(envelopeSchema, input, quick)
  if (!envelope.success) return invalid(pathOf(envelope.issues), envelope.issues[0].message)
  const event = envelope.output
  const definition = definitionOf(event.type)
  if (!definition) return { type: 'unknown', event: event as AnyEvent }
  const read = readPayload(definition, event.version ?? 1, event.payload, quick)
  if (read.type === 'newer') return { type: 'unknown', event: event as AnyEvent }
  for (const field of definition.names) {
    if (field === 'itself') {
      if (event.entity !== undefined && event.entity !== event.id) {
        return invalid('entity', "must be the event's own id, or absent")
      }
    } else if (event[field] === undefined) return invalid(field, `is missing: ${event.type} names its ${field}`)
  }
  if (read.type === 'invalid') return invalid(pathOf(read.issues, 'payload'), read.issues[0].message)
  if (Array.isArray(event.payload)) return invalid('payload', 'must be an object')
  const known = { ...event, payload: read.payload, ...versionOf(event.type) }
  return { type: 'known', event: known as KnownEvent }
}

/** What an event of this type states when it is written now: its version, unless that is the first. */
export function versionOf(type: string): { readonly version?: number } {
  const version = newestVersion(definitionOf(type) ?? {})
  return version === 1 ? {} : { version }
}

/** An event that was validated when its version was the newest one, as it is written now. */
export function asNewest(event: KnownEvent): KnownEvent {
  const { version = 1 } = event
  const definition = definitionOf(event.type)
  if (version === newestVersion(definition)) return event
  return { ...event, ...versionOf(event.type), payload: upcast(definition, version, event.payload) } as KnownEvent
}

/** Whom an event speaks of as its writer: the original person of an import, else the actor. */
export function authorOf(event: KnownEvent): string {
  return ('author' in event.payload ? event.payload.author?.id : undefined) ?? event.actor
}

/** The facts that an event states, as its definition says. */
export function factsOf(event: KnownEvent): readonly FactDraft[] {
  return definitionOf(event.type).facts(event.payload, aboutOf(event))
}

export function aboutOf(event: KnownEvent): About {
  const itself = definitionOf(event.type).names.includes('itself')
  const { entity = itself ? event.id : '', room = '', actor } = event
  return { entity, room, actor, author: authorOf(event) }
}

/** The first fault is enough: a list of thousands must not cost thousands of sentences. */
const quick = { abortEarly: true, message: inWords } as const

function pathOf(issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]], prefix = ''): string {
  return [prefix, v.getDotPath(issues[0]) ?? ''].filter(Boolean).join('.')
}

function invalid(field: string, words: string, code: EventFault['code'] = 'MALFORMED_EVENT'): EventValidation {
  return { type: 'invalid', fault: { code, field, message: `${field || 'the event'}: ${words}` } }
}
