import * as v from 'valibot'
import { bounds, idInWords, isId } from './bounds.ts'
import { nameFault } from './names.ts'

/**
 * The payload of every event type. To add a type: add its schema here and its projection in schema/projections.
 * Which entity and room an event names stands in the comment behind it.
 */
const title = v.pipe(
  v.string(),
  v.check(
    (name) => nameFault(name) === null,
    ({ input }) => nameFault(input as string) ?? '',
  ),
)
const topic = v.pipe(v.string(), v.maxLength(bounds.topicLength))
const text = v.pipe(v.string(), v.maxLength(bounds.textLength))
const id = v.pipe(v.string(), v.check(isId, idInWords))
const emoji = v.pipe(v.string(), v.maxLength(bounds.emojiLength), v.check(isId, idInWords))
/** The original person of an imported event: shown instead of the actor. */
const author = v.optional(v.object({ id, name: title }))
const none = v.object({ author })

export const payloadSchemas = {
  'space.create': v.object({ name: title, visibility: v.picklist(['public', 'invite']), author }), // entity: the space
  'space.update': v.object({ name: title, author }), // entity: the space
  'member.join': v.object({ name: title, author }), // entity: the person; whose name it (re)states
  'member.leave': none, // entity: the person
  'member.role': v.object({ role: v.picklist(['admin', 'member']), author }), // entity: the person
  'room.create': v.object({
    name: title,
    kind: v.picklist(['room', 'thread']),
    /** thread only: the room it hangs in, and the message it answers */
    parentRoom: v.optional(id),
    parentMessage: v.optional(id),
    topic: v.optional(topic),
    author,
  }), // entity: the room
  'room.update': v.object({
    name: v.optional(title),
    topic: v.optional(topic),
    author,
  }), // entity: the room
  'room.archive': v.object({ archived: v.boolean(), author }), // entity: the room
  'message.create': v.object({ text, replyTo: v.optional(id), author }), // entity: the event's own id; room
  'message.edit': v.object({ text, author }), // entity: the message; room
  'message.delete': none, // entity: the message; room
  'message.restore': none, // entity: the message; room; takes back the deletes of the same person
  'reaction.add': v.object({ emoji, author }), // entity: the message; room
  'reaction.remove': v.object({ emoji, author }), // entity: the message; room
  'pin.add': none, // entity: the message; room
  'pin.remove': none, // entity: the message; room
  /** `stream` is the stream of the room; `upTo` the order_key (a clock) of the last message read, never above the event's own */
  'read.mark': v.object({ stream: id, upTo: v.pipe(v.string(), v.regex(/^[0-9]{1,19}$/, 'must be a decimal number')) }), // room; stream of the person
  'room.mute': v.object({ stream: id, muted: v.boolean() }), // room; stream of the person
  'page.create': v.object({ title, author }), // entity: the page; room
  'page.rename': v.object({ title, author }), // entity: the page
  /** a Yjs update, base64 */
  'page.update': v.object({ update: v.pipe(v.string(), v.base64('must be base64')), author }), // entity: the page
} as const

/** Which fields of the envelope a type cannot do without. (The entity of `message.create` is the event's own id.) */
export const requiredFields: { readonly [T in keyof typeof payloadSchemas]: readonly ('entity' | 'room')[] } = {
  'space.create': ['entity'],
  'space.update': ['entity'],
  'member.join': ['entity'],
  'member.leave': ['entity'],
  'member.role': ['entity'],
  'room.create': ['entity'],
  'room.update': ['entity'],
  'room.archive': ['entity'],
  'message.create': ['room'],
  'message.edit': ['entity'],
  'message.delete': ['entity'],
  'message.restore': ['entity'],
  'reaction.add': ['entity'],
  'reaction.remove': ['entity'],
  'pin.add': ['entity'],
  'pin.remove': ['entity'],
  'read.mark': ['room'],
  'room.mute': ['room'],
  'page.create': ['entity'],
  'page.rename': ['entity'],
  'page.update': ['entity'],
}

export type EventType = keyof typeof payloadSchemas
export type PayloadOf<T extends EventType> = v.InferOutput<(typeof payloadSchemas)[T]>
export const eventTypes = Object.keys(payloadSchemas) as EventType[]
