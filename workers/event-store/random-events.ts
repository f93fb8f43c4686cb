import * as fc from 'fast-check'
import * as Y from 'yjs'
import { definitionOf, eventTypes, type EventType, type NamesOf } from '../../schema/events/event-types.ts'
import { versionOf, type EventOf, type KnownEvent } from '../../schema/events/event.ts'
import { personStream, streamOwner } from '../../schema/events/streams.ts'
import { levels } from '../../schema/notifications/levels.ts'
import { givenRoles, invitedRoles } from '../../schema/rights/roles.ts'

const streams = ['space:s1', 'space:s2', 'local:s3', 'room:private.s1.r1', 'room:public.s1.r1', 'room:public.s1.r2']
const rooms = ['r1', 'r2', 't1', 't2', eventId(1)]
const pages = [eventId(4), eventId(5), eventId(0)]
/** ids of a person's stream begin at 0, as those of every stream */
const views = [eventId(0), eventId(1), eventId(2)]
const comments = [eventId(6), eventId(7), eventId(0)]
const members = ['ann', 'bob', 'cy', 'r1', eventId(2)]
const invitations = ['i1', 'ann']
const actors = ['ann', 'bob', 'cy']
const files = [
  {
    sha256: 'a'.repeat(64),
    name: 'heron.png',
    type: 'image/png',
    size: 1000,
    width: 20,
    height: 30,
    alt: 'a heron, flying',
  },
  { sha256: 'b'.repeat(64), name: 'annual report.pdf', type: 'application/pdf', size: 5 },
]
const emojis = ['👍', '1', 'tada']
const words = ['alpha', 'beta @**Cy Vale**', 'gamma @ann', 'x'.repeat(1200), 'delta\n`@code` ümlaut', '']

export function eventId(index: number): string {
  return `01HF${String(index).padStart(22, '0')}`
}

/**
 * For tests: arbitrary sets of events over a few ids, with no regard for causality: clocks collide, edits lack their
 * message, two creates name one room, deps name what is not there. Every stream uses the same ids as the others, of its events
 * too; and one id names a message, a room, a page and a person at once. Most is where it belongs, the rest anywhere.
 */
export function randomEvents(maxLength = 40): fc.Arbitrary<KnownEvent[]> {
  const type = fc.constantFrom(...eventTypes.flatMap((each) => Array.from({ length: often[each] ?? 1 }, () => each)))
  return fc
    .array(fc.record({ type, a: fc.nat(), b: fc.nat(), c: fc.nat(), clock: fc.nat(12), deps: fc.nat(7) }), {
      maxLength,
      size: 'max',
    })
    .map((seeds) => {
      const counts = new Map<string, number>()
      return seeds.map((seed, index) => {
        const event = toEvent(seed, index, seeds.length)
        const count = counts.get(event.stream) ?? 0
        counts.set(event.stream, count + 1)
        return { ...event, id: eventId(count) }
      })
    })
}

interface Seed extends Draw {
  readonly type: EventType
  readonly clock: number
  readonly deps: number
}
interface Draw {
  readonly a: number
  readonly b: number
  readonly c: number
}

/** What they are about: few of each, so that much happens to each. */
interface Things extends Draw {
  readonly stream: string
  readonly room: string
  readonly message: string
  readonly text: string
  readonly withAuthor: { readonly author?: { readonly id: string; readonly name: string } }
}

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!

function toEvent({ type, a, b, c, clock, deps }: Seed, index: number, count: number): KnownEvent {
  const made = index < 4 ? 'message.create' : index < 6 ? 'page.create' : index < 8 ? 'page.comment' : null
  const chosen = a % 4 === 0 || made === null ? type : made
  const isStructure = definitionOf(chosen).streams.includes('space') && (chosen !== 'room.create' || b % 3 > 0)
  const stream = a % 5 === 0 ? pick(streams, b) : isStructure ? 'space:s1' : 'room:public.s1.r1'
  const author = a % 7 === 0 ? { id: 'old-ann', name: pick(['Ann', 'Anna'], b) } : undefined
  const things: Things = {
    a,
    b,
    c,
    stream,
    room: pick(rooms, b),
    message: eventId(c % Math.min(4, count)),
    text: pick(words, c),
    withAuthor: author ? { author } : {},
  }
  return {
    id: eventId(index),
    type: chosen,
    stream,
    actor: pick(actors, a + b),
    clock: String(clock === 12 ? 2n ** 56n + BigInt(c % 3) : clock),
    at: 1_600_000_000_000 + (c % 50),
    deps: deps < 4 ? [] : [eventId(c % count), ...(deps > 6 ? [eventId(a % count)] : [])],
    ...versionOf(chosen),
    ...make[chosen](things),
  } as KnownEvent
}

/** how often, if not once */
const often: { readonly [T in EventType]?: number } = {
  'message.create': 4,
  'member.join': 2,
  'room.create': 2,
  'reaction.add': 2,
  'page.update': 8,
  'view.save': 2,
}

/**
 * The same event as the first build wrote it that had its type; null where that could not have said it. Of each type with
 * older payloads (a test sees to it).
 */
export const firstSpelling: { readonly [T in EventType]?: (event: EventOf<T>) => object | null } = {
  'member.role': (event) => (['admin', 'member'].includes(event.payload.role) ? { ...event, version: 1 } : null),
  'message.create': (event) => (event.payload.files ? null : { ...event, version: 1 }),
}

type Made<T extends EventType> = Pick<EventOf<T>, 'payload'> &
  Required<Pick<EventOf<T>, Extract<NamesOf<T>, 'entity' | 'room'>>> & {
    readonly stream?: string
    readonly room?: string
  }

/** One of each type: a type that is not here does not compile, and so no law leaves it out. */
const make: { readonly [T in EventType]: (things: Things) => Made<T> } = {
  'space.create': ({ stream, c }) => ({
    entity: streamOwner(stream),
    payload: { name: `S${c % 3}`, visibility: c % 2 ? 'public' : 'invite' },
  }),
  'space.update': ({ b }) => ({ entity: 's1', payload: { name: `S${b % 3}` } }),
  'member.join': ({ a, b, c, withAuthor }) => ({
    entity: pick(members, c),
    payload: {
      name: `N${b % 3}`,
      ...(a % 3 === 0 && { invite: { id: pick(invitations, b), role: pick(invitedRoles, c) } }),
      ...withAuthor,
    },
  }),
  'member.mute': ({ a, c }) => ({
    entity: pick(members, c),
    payload: { until: a % 3, ...(a % 2 && { reason: 'spam' }) },
  }),
  'member.ban': ({ a, c }) => ({ entity: pick(members, c), payload: { banned: a % 3 > 0 } }),
  'invite.create': ({ a, b, c }) => ({
    entity: pick(invitations, b),
    payload: { role: pick(invitedRoles, c), hash: '0'.repeat(64), expiresAt: a % 3, uses: 1 + (b % 3) },
  }),
  'invite.revoke': ({ b }) => ({ entity: pick(invitations, b), payload: {} }),
  'member.leave': ({ c }) => ({ entity: pick(members, c), payload: {} }),
  'member.role': ({ b, c }) => ({ entity: pick(members, c), payload: { role: pick(givenRoles, b) } }),
  'room.member': ({ b, c, withAuthor }) => ({
    entity: pick(members, c),
    payload: { name: `N${b % 3}`, active: b % 4 > 0, ...withAuthor },
  }),
  'room.create': ({ b, c, room, message }) =>
    !room.startsWith('t') || b % 7 === 0
      ? {
          entity: room,
          payload: { name: `R${c % 3}`, kind: pick(['room', 'direct'], b), topic: 'x' },
        }
      : { entity: room, payload: { name: `T${c % 3}`, kind: 'thread', parentRoom: 'r1', parentMessage: message } },
  'room.update': ({ c, room }) => ({
    entity: room,
    payload: c % 2 ? { name: `R${c % 5}` } : { name: 'R', topic: `t${c % 3}` },
  }),
  'room.archive': ({ c, room }) => ({ entity: room, payload: { archived: c % 2 === 0 } }),
  'message.create': ({ b, room, text, withAuthor }) => ({
    room,
    payload: { text, ...withAuthor, ...(b % 3 === 0 && { files: [pick(files, b), pick(files, b + 1)].slice(b % 2) }) },
  }),
  'message.edit': ({ message, room, text }) => ({ entity: message, room, payload: { text } }),
  'message.delete': ({ message, room }) => ({ entity: message, room, payload: {} }),
  'message.restore': ({ message, room }) => ({ entity: message, room, payload: {} }),
  'message.erase': ({ message, room }) => ({ entity: message, room, payload: {} }),
  'reaction.add': ({ b, message, room, withAuthor }) => ({
    entity: message,
    room,
    payload: { emoji: pick(emojis, b), ...withAuthor },
  }),
  'reaction.remove': ({ b, message, room, withAuthor }) => ({
    entity: message,
    room,
    payload: { emoji: pick(emojis, b), ...withAuthor },
  }),
  'pin.add': ({ message, room }) => ({ entity: message, room, payload: {} }),
  'pin.remove': ({ message, room }) => ({ entity: message, room, payload: {} }),
  'read.mark': ({ a, c, stream, room }) => ({
    stream: personStream(pick(actors, a)),
    room,
    payload: { stream, upTo: String(c % 20) },
  }),
  'room.mute': ({ a, c, stream, room }) => ({
    stream: personStream(pick(actors, a)),
    room,
    payload: { stream, muted: c % 2 === 0 },
  }),
  'view.save': ({ a, b, c, text }) => ({
    stream: personStream(pick(actors, a)),
    payload: {
      name: `V${c % 3}`,
      source: b % 2 ? { kind: 'search', stream: pick(streams, c), text } : { kind: 'sql', sql: `SELECT ${c}` },
    },
  }),
  'view.rename': ({ a, b, c }) => ({
    stream: personStream(pick(actors, a)),
    entity: pick(views, b),
    payload: { name: `W${c % 3}` },
  }),
  'view.notify': ({ a, b, c }) => ({
    stream: personStream(pick(actors, a)),
    entity: pick(views, b),
    payload: { on: c % 2 === 0 },
  }),
  'view.look': ({ a, b, c }) => ({
    stream: personStream(pick(actors, a)),
    entity: pick(views, b),
    payload: { at: 1_600_000_000_000 + (c % 50), rows: c % 7 },
  }),
  'view.delete': ({ a, b, c }) => ({
    stream: personStream(pick(actors, a)),
    entity: pick(views, b),
    payload: { deleted: c % 3 > 0 },
  }),
  'room.notify': ({ a, c, stream, room }) => ({
    stream: personStream(pick(actors, a)),
    room,
    payload: { stream, level: pick(levels, c) },
  }),
  'quiet.hours': ({ a, b, c }) => ({
    stream: personStream(pick(actors, b % 4 ? a + b : a)), // mostly one's own: another's word does not count
    payload: { hours: c % 3 === 0 ? null : { from: 60 * (c % 24), to: 7 * 60, zone: 'Europe/Zurich' } },
  }),
  'page.create': ({ c, room }) => ({ room, payload: { title: `P${c % 3}` } }),
  'page.rename': ({ b, c }) => ({ entity: pick(pages, b), payload: { title: `Q${c % 3}` } }),
  'page.archive': ({ b, c }) => ({ entity: pick(pages, b), payload: { archived: c % 2 === 0 } }),
  'page.erase': ({ b }) => ({ entity: pick(pages, b), payload: {} }),
  'page.version': ({ b, c }) => ({ entity: pick(pages, b), payload: { name: `V${c % 3}` } }),
  'page.comment': ({ b, text, withAuthor }) => ({
    payload: { page: pick(pages, b), text, quote: 'said of', anchor: '[]', ...withAuthor },
  }),
  'page.comment.resolve': ({ c }) => ({ entity: pick(comments, c), payload: { resolved: c % 2 === 0 } }),
  'page.comment.delete': ({ c }) => ({ entity: pick(comments, c), payload: {} }),
  'page.comment.restore': ({ c }) => ({ entity: pick(comments, c), payload: {} }),
  'page.update': ({ a, b, c }) =>
    a % 4 > 0
      ? { entity: pick(pages, b % 2), payload: { update: pick(updates, c) } }
      : { entity: pick(pages, 0), payload: halfOf(pick(updates, 0), b % 2, eventId(0)) },
}

/** of an update that comes in two events */
function halfOf(update: string, index: number, first: string) {
  const half = (update.length >> 3) << 2 // four characters are three bytes
  return { update: index === 0 ? update.slice(0, half) : update.slice(half), part: { first, index, of: 2 } }
}

/** two people who write one page at once, each in two steps */
const updates = ((): string[] => {
  const found: string[] = []
  for (const client of [1, 2]) {
    const doc = new Y.Doc()
    doc.clientID = client
    doc.on('update', (update: Uint8Array) => found.push(Buffer.from(update).toString('base64')))
    const paragraph = new Y.XmlElement('paragraph')
    const text = new Y.XmlText(`hello from ${client}`)
    paragraph.insert(0, [text])
    doc.getXmlFragment('default').insert(0, [paragraph])
    text.insert(0, `second thought ${client} `)
    text.delete(0, 3)
  }
  return found
})()
