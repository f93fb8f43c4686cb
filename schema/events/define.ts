import * as v from 'valibot'
import type { FactDraft } from './facts.ts'

/**
 * All that the project knows of one event type, in one place (types/). The union of events, the validator, the rights, the
 * facts, the order of replay and the directory of the server are derived from it. A definition that lacks a part does not
 * compile. docs/extend.md says how to add one.
 */
export interface EventDefinition<
  Payload extends PayloadSchema = PayloadSchema,
  P extends Part = Part,
  Own extends boolean = boolean,
  Names extends readonly NamedField[] = readonly NamedField[],
> {
  readonly part: P
  /** Which fields of the envelope it cannot do without. `itself`: the entity is the event, so it may be left out. */
  readonly names: Names
  /** who may append it */
  readonly by: Right
  /** the streams that it goes into; one that lives on a device alone takes what a space's and its public rooms' take */
  readonly streams: readonly Place[]
  /** the newest version of its payload, which this build writes */
  readonly payload: Payload
  /** versions before it, the first one first */
  readonly older?: readonly OlderPayload[]
  facts(payload: v.InferOutput<Payload>, about: About): readonly FactDraft[]
  /** Whose words it says, where they are a message's or a page's that can be erased (erasure.ts). */
  readonly words?: Words<v.InferOutput<Payload>>
  /** It takes the words of what it names out of every event that says them. */
  readonly erases?: true
  /** It has rows beside those that are folded from facts: projector.ts must say how they are made and taken back. */
  readonly ownRows: Own
}
/** Law: what is left is a valid payload of the same version, and what is left of it is itself. */
export interface Words<P> {
  /** the message or page whose words they are; null: nobody's that could be erased */
  of(payload: P, about: About): string | null
  /** without them */
  erased(payload: P): P
}
export type NamedField = 'entity' | 'room' | 'itself'
export type PayloadSchema = v.GenericSchema<unknown, object>

/**
 * - `structure`: spaces, members and rooms. The server folds rights from it; a replay does it first.
 * - `timeline`: messages and what is said of them. A replay does them last, the newest first.
 * - `page`: documents.
 * - `personal`: in the stream of a person, and about nobody else.
 */
export type Part = 'structure' | 'timeline' | 'page' | 'personal'

/** `room`: any room's stream · `private`: those of private rooms and direct messages alone */
export type Place = 'space' | 'room' | 'private' | 'person'

/**
 * The least role that it needs, or what else gives the right (schema/rights/may.ts):
 * - `founder`: who makes the space, by the first event of its stream
 * - `selfOrAdmin`: the person that the event is about
 * - `makerOrAdmin`: of a thread or a private room, who made it
 * - `authorOrAdmin`: who wrote the message, or made the page, that the event changes
 * - `insider`: who is in the private room
 * - `person`: whose stream it is
 */
export type Right =
  'founder' | 'admin' | 'selfOrAdmin' | 'makerOrAdmin' | 'authorOrAdmin' | 'insider' | 'member' | 'guest' | 'person'

/** What facts need of the envelope; '' for what the event does not name. */
export interface About {
  readonly entity: string
  readonly room: string
  readonly actor: string
  /** the original person of an import, else the actor */
  readonly author: string
}

/** A payload as earlier builds wrote it, and the next version's payload of it. */
export interface OlderPayload {
  readonly payload: PayloadSchema
  upcast(payload: object): object
}

/** Only types: lets a definition's own payload reach its facts. */
export function define<
  Payload extends PayloadSchema,
  const P extends Part,
  const Own extends boolean,
  const Names extends readonly NamedField[],
>(definition: EventDefinition<Payload, P, Own, Names>): EventDefinition<Payload, P, Own, Names> {
  return definition
}

export function newestVersion({ older = [] }: Pick<EventDefinition, 'older'>): number {
  return older.length + 1
}

export type PayloadRead =
  | { readonly type: 'read'; readonly payload: object }
  /** written by a newer build */
  | { readonly type: 'newer' }
  | { readonly type: 'invalid'; readonly issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]] }

/** Validates a payload as the version that it says it is, and makes the newest version of it. */
export function readPayload(
  { payload: newest, older = [] }: Pick<EventDefinition, 'payload' | 'older'>,
  version: number,
  input: unknown,
  config: v.Config<v.BaseIssue<unknown>>,
): PayloadRead {
  if (version > older.length + 1) return { type: 'newer' }
  const read = v.safeParse(older[version - 1]?.payload ?? newest, input, config)
  if (!read.success) return { type: 'invalid', issues: read.issues }
  return { type: 'read', payload: upcast({ older }, version, read.output) }
}

/** The newest version of a payload of this one. */
export function upcast({ older = [] }: Pick<EventDefinition, 'older'>, version: number, payload: object): object {
  return older.slice(version - 1).reduce((before, { upcast }) => upcast(before), payload)
}
