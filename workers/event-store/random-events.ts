import * as fc from 'fast-check'
import * as Y from 'yjs'
import { streamOwner } from '../../schema/events/streams.ts'
import type { KnownEvent } from '../../schema/events/event.ts'

const streams = ['space:s1', 'space:s2', 'local:s3']
const rooms = ['r1', 'r2', 't1', 't2', eventId(1)]
const pages = ['p1', 'p2', eventId(0)]
const members = ['ann', 'bob', 'cy', 'r1', eventId(2)]
const actors = ['ann', 'bob', 'cy']
const emojis = ['👍', '1', 'tada']
const words = ['alpha', 'beta @**Cy Vale**', 'gamma @ann', 'x'.repeat(1200), 'delta\n`@code` ümlaut', '']

export function eventId(index: number): string {
  return `01HF${String(index).padStart(22, '0')}`
}

/**
 * For tests: arbitrary sets of events over a few ids, with no regard for causality: clocks collide, edits lack their
 * message, two creates name one room, deps name what is not there. Every stream uses the same ids as the others, of its events
 * too; and one id names a message, a room, a page and a person at once.
 */
export function randomEvents(maxLength = 40): fc.Arbitrary<KnownEvent[]> {
  return fc
    .array(fc.record({ kind: fc.nat(23), a: fc.nat(), b: fc.nat(), c: fc.nat(), clock: fc.nat(12), deps: fc.nat(7) }), {
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

interface Seed {
  readonly kind: number
  readonly a: number
  readonly b: number
  readonly c: number
  readonly clock: number
  readonly deps: number
}

function toEvent({ kind, a, b, c, clock, deps }: Seed, index: number, count: number): KnownEvent {
  const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!
  const stream = a % 5 === 0 ? pick(streams, b) : 'space:s1'
  const room = pick(rooms, b)
  // few messages, so that much happens to each
  const message = eventId(c % Math.min(4, count))
  const author = a % 7 === 0 ? { id: 'old-ann', name: pick(['Ann', 'Anna'], b) } : undefined
  const withAuthor = author ? { author } : {}
  const envelope = {
    id: eventId(index),
    stream,
    actor: pick(actors, a + b),
    clock: String(clock === 12 ? 2n ** 56n + BigInt(c % 3) : clock),
    at: 1_600_000_000_000 + (c % 50),
    deps: deps < 4 ? [] : [eventId(c % count), ...(deps > 6 ? [eventId(a % count)] : [])],
  }
  const text = pick(words, c)
  if (index < 4 && a % 4 > 0) return { ...envelope, type: 'message.create', room, payload: { text, ...withAuthor } }
  switch (kind) {
    case 0:
      return {
        ...envelope,
        type: 'space.create',
        entity: streamOwner(stream),
        payload: { name: `S${c % 3}`, visibility: c % 2 ? 'public' : 'invite' },
      }
    case 1:
      return { ...envelope, type: 'space.update', entity: 's1', payload: { name: `S${b % 3}` } }
    case 2:
    case 3:
      return {
        ...envelope,
        type: 'member.join',
        entity: pick(members, c),
        payload: { name: `N${b % 3}`, ...withAuthor },
      }
    case 4:
      return { ...envelope, type: 'member.leave', entity: pick(members, c), payload: {} }
    case 5:
      return {
        ...envelope,
        type: 'member.role',
        entity: pick(members, c),
        payload: { role: pick(['admin', 'member'], b) },
      }
    case 6:
    case 7: {
      if (!room.startsWith('t') || b % 7 === 0) {
        return {
          ...envelope,
          type: 'room.create',
          entity: room,
          payload: { name: `R${c % 3}`, kind: 'room', topic: 'x' },
        }
      }
      const payload = { name: `T${c % 3}`, kind: 'thread' as const, parentRoom: 'r1', parentMessage: message }
      return { ...envelope, type: 'room.create', entity: room, payload }
    }
    case 8:
      return {
        ...envelope,
        type: 'room.update',
        entity: room,
        payload: c % 2 ? { name: `R${c % 5}` } : { name: 'R', topic: `t${c % 3}` },
      }
    case 9:
      return { ...envelope, type: 'room.archive', entity: room, payload: { archived: c % 2 === 0 } }
    case 10:
      return { ...envelope, type: 'message.edit', entity: message, room, payload: { text } }
    case 11:
      return { ...envelope, type: b % 3 ? 'message.delete' : 'message.restore', entity: message, room, payload: {} }
    case 12:
    case 13: {
      const payload = { emoji: pick(emojis, b), ...withAuthor }
      return { ...envelope, type: a % 3 ? 'reaction.add' : 'reaction.remove', entity: message, room, payload }
    }
    case 14:
      return { ...envelope, type: a % 3 ? 'pin.add' : 'pin.remove', entity: message, room, payload: {} }
    case 15:
      return {
        ...envelope,
        stream: `person:${pick(actors, a)}`,
        type: 'read.mark',
        room,
        payload: { stream, upTo: String(c % 20) },
      }
    case 16:
      return {
        ...envelope,
        stream: `person:${pick(actors, a)}`,
        type: 'room.mute',
        room,
        payload: { stream, muted: c % 2 === 0 },
      }
    case 17:
      return { ...envelope, type: 'page.create', entity: pick(pages, b), room, payload: { title: `P${c % 3}` } }
    case 18:
      return { ...envelope, type: 'page.rename', entity: pick(pages, b), payload: { title: `Q${c % 3}` } }
    case 19:
      return { ...envelope, type: 'page.update', entity: pick(pages, b), payload: { update: pick(updates, c) } }
    default:
      return { ...envelope, type: 'message.create', room, payload: { text, ...withAuthor } }
  }
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
