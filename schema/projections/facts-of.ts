import { assertNever } from '../assert.ts'
import type { KnownEvent } from '../events/event.ts'
import type { FactDraft } from './fact.ts'

/**
 * Which facts an event states. Two events state none and are projected straight: `message.create`, which is itself the
 * row (projections/message.ts), and `read.mark`, whose row is a maximum (projections/personal.ts).
 * The word before the dot names the kind of row that the fact is folded into.
 */
export function factsOf(event: KnownEvent): FactDraft[] {
  const { type, payload } = event
  const entity = event.entity ?? ''
  switch (type) {
    case 'space.create':
      return [
        { entity, field: 'space.create', value: JSON.stringify([payload.visibility, event.actor]) },
        { entity, field: 'space.name', value: payload.name },
      ]
    case 'space.update':
      return [{ entity, field: 'space.name', value: payload.name }]
    case 'member.join':
      return [
        { entity, field: 'member.join', value: null },
        { entity, field: 'member.active', value: '1' },
        { entity, field: 'member.name', value: payload.name },
      ]
    case 'member.leave':
      return [{ entity, field: 'member.active', value: '0' }]
    case 'member.role':
      return [{ entity, field: 'member.role', value: payload.role }]
    case 'room.create': {
      const { kind, parentRoom = null, parentMessage = null, topic } = payload
      const facts: FactDraft[] = [
        { entity, field: 'room.create', value: JSON.stringify({ kind, parentRoom, parentMessage }) },
        { entity, field: 'room.name', value: payload.name },
      ]
      if (topic !== undefined) facts.push({ entity, field: 'room.topic', value: topic })
      if (parentMessage !== null) facts.push({ entity: parentMessage, field: 'message.thread', value: entity })
      return facts
    }
    case 'room.update': {
      const facts: FactDraft[] = []
      if (payload.name !== undefined) facts.push({ entity, field: 'room.name', value: payload.name })
      if (payload.topic !== undefined) facts.push({ entity, field: 'room.topic', value: payload.topic })
      return facts
    }
    case 'room.archive':
      return [{ entity, field: 'room.archived', value: payload.archived ? '1' : '0' }]
    case 'message.edit':
      return [{ entity, field: 'message.text', value: payload.text }]
    case 'message.delete':
    case 'message.restore':
      return [{ entity, field: 'message.deleted', value: JSON.stringify([author(event), type === 'message.delete']) }]
    case 'reaction.add':
    case 'reaction.remove':
      return [
        { entity, field: reactionField(author(event), payload.emoji), value: type === 'reaction.add' ? '1' : '0' },
      ]
    case 'pin.add':
    case 'pin.remove':
      return [{ entity, field: pinField(author(event)), value: type === 'pin.add' ? '1' : '0' }]
    case 'room.mute':
      return [{ entity: event.room ?? '', field: muteField(payload.stream), value: payload.muted ? '1' : '0' }]
    case 'page.create':
      return [
        { entity, field: 'page.create', value: event.room ?? null },
        { entity, field: 'page.title', value: payload.title },
      ]
    case 'page.rename':
      return [{ entity, field: 'page.title', value: payload.title }]
    case 'page.update':
      return [{ entity, field: 'page.update', value: null }]
    case 'message.create':
    case 'read.mark':
      return []
    default:
      return assertNever(type)
  }
}

/** Fields whose unseen concurrent writes a person may want to settle; their writers name what they saw in `deps`. */
export const conflictFields: ReadonlySet<string> = new Set([
  'space.name',
  'room.name',
  'room.topic',
  'message.text',
  'page.title',
])

const reactionPrefix = 'message.reaction '
const pinPrefix = 'message.pin '
/** of a room of that stream */
export function muteField(stream: string): string {
  return `marker.muted ${stream}`
}
/** JSON keeps the pairs apart, whatever characters they hold */
export function reactionField(actor: string, emoji: string): string {
  return reactionPrefix + JSON.stringify([actor, emoji])
}
export function pinField(actor: string): string {
  return pinPrefix + actor
}
export function readReactionField(field: string): readonly [actor: string, emoji: string] | null {
  return field.startsWith(reactionPrefix) ? (JSON.parse(field.slice(reactionPrefix.length)) as [string, string]) : null
}
export function readPinField(field: string): string | null {
  return field.startsWith(pinPrefix) ? field.slice(pinPrefix.length) : null
}

/** `own` in order. A message is deleted while anybody has deleted it; a person's restore takes back their own delete alone. */
export function isDeleted(own: readonly { readonly field: string; readonly value: string | null }[]): boolean {
  const byPerson = new Map<string, boolean>()
  for (const { field, value } of own) {
    if (field === 'message.deleted') byPerson.set(...(JSON.parse(value!) as [string, boolean]))
  }
  return [...byPerson.values()].includes(true)
}

/** Of the fact that made a space: who may see it, and who founded it. */
export function readSpaceCreate(value: string): readonly [visibility: string, founder: string] {
  return JSON.parse(value) as [string, string]
}

/** Whom a projection names as the writer: the original person of an import, else the actor. */
export function author(event: KnownEvent): string {
  return ('author' in event.payload ? event.payload.author?.id : undefined) ?? event.actor
}
