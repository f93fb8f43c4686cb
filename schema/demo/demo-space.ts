import { clockToMs, nextClock } from '../events/clock.ts'
import type { EventOf, KnownEvent } from '../events/event.ts'
import type { EventType } from '../events/event-types.ts'
import { localStream } from '../events/streams.ts'
import { demoRooms, makeConversations, type Conversation, type Line, type RoomName } from './conversations.ts'
import { people, type Person } from './people.ts'
import { seededRandom, type Random } from './random.ts'
import { afterthought, fittingEmoji, withTypo } from './small-habits.ts'
import { makeUlid } from './ulid.ts'

/**
 * A lively space to look around in: a team's two months of talk up to `now`, with threads, reactions, edits, deletes,
 * pins, mentions and unread rooms. It lives on this device alone (a `local:` stream). Deterministic: the same options
 * give the same events, clocks and ids included. Hand the events over in order, in batches (see `inBatches`).
 */
export interface DemoOptions {
  readonly seed: number
  /** unix ms: the last message is a few minutes older */
  readonly now: number
  /** who looks at it: a member, mentioned now and then, with some rooms unread */
  readonly self: { readonly actor: string; readonly name: string }
  /** minutes that local time is ahead of UTC, so that nights are nights: `-new Date().getTimezoneOffset()` */
  readonly utcOffsetMinutes?: number
  /** roughly; 3,000 unless told */
  readonly messages?: number
}
export interface DemoSpace {
  readonly spaceId: string
  readonly stream: string
  readonly name: string
  /** the room to open first */
  readonly firstRoom: string
  /** in the order of their clocks; a draft with its clock and deps filled in */
  readonly events: readonly KnownEvent[]
}

const minute = 60_000
const days = 62

export function makeDemoSpace({ seed, now, self, utcOffsetMinutes = 0, messages = 3000 }: DemoOptions): DemoSpace {
  const random = seededRandom(seed)
  const conversations = makeConversations(random, { now, days, messages, utcOffsetMinutes })
  const opening = Math.min(...conversations.map(({ lines }) => lines[0]?.at ?? now)) - 60 * minute
  const spaceId = `demo-${makeUlid(random, opening)}`
  const writer = new Writer(random, localStream(spaceId))

  const founder = people[0] as Person
  writer.add('space.create', opening, founder, { name: 'Fieldnotes', visibility: 'public' }, { entity: spaceId })
  people.forEach((person, index) =>
    writer.add('member.join', opening + index * 2000, person, { name: person.name }, { entity: person.id }),
  )
  writer.add('member.role', opening + minute, founder, { role: 'admin' }, { entity: founder.id })
  writer.add('member.join', opening + minute, { id: self.actor }, { name: self.name }, { entity: self.actor })
  const rooms = new Map<RoomName, string>()
  for (const { name, topic } of demoRooms) {
    const entity = makeUlid(random, opening + 2 * minute)
    rooms.set(name, entity)
    writer.add('room.create', opening + 2 * minute, founder, { name, kind: 'room', topic }, { entity })
  }
  for (const conversation of conversations) {
    hold(writer, random, conversation, rooms.get(conversation.room) as string, now)
  }
  // word for word, no answer quoting another: the first things that a person reads are not left to chance
  for (const { room: name, lines } of callsFor(self.name, now)) {
    const room = rooms.get(name) as string
    for (const { author, text, at } of lines) writer.add('message.create', at, author, { text }, { room })
  }
  // on the person's own stream: read up to some minutes ago, in most rooms: the rest is news
  const events = writer.inOrder()
  const reading = new Writer(random, localStream(self.actor), BigInt(events.at(-1)?.clock ?? 0))
  const deleted = new Set(events.flatMap((event) => (event.type === 'message.delete' ? [event.entity] : [])))
  for (const { name } of demoRooms) {
    const room = rooms.get(name) as string
    const said = events.filter(
      ({ type, room: place, entity }) => type === 'message.create' && place === room && !deleted.has(entity),
    )
    const unread = name === 'engineering' ? 14 : name === 'field-reports' ? 3 : name === 'kitchen' ? 1 : 0
    const upTo = said.at(-1 - unread)?.clock
    if (upTo)
      reading.add('read.mark', now - minute, { id: self.actor }, { stream: localStream(spaceId), upTo }, { room })
  }
  return {
    spaceId,
    stream: localStream(spaceId),
    name: 'Fieldnotes',
    firstRoom: rooms.get('general') as string,
    events: [...events, ...reading.inOrder()],
  }
}

export function* inBatches<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size)
}

/** The latest conversations speak to the person who looks. */
function callsFor(name: string, now: number): Conversation[] {
  const [maya, jonas, priya] = people as [Person, Person, Person]
  const ago = (minutes: number): number => now - minutes * minute
  return [
    {
      room: 'general',
      lines: [
        {
          author: maya,
          at: ago(19),
          text: `Welcome to Fieldnotes, @**${name}**! Everything here lives on this device alone: look around, write, break things.`,
        },
        {
          author: jonas,
          at: ago(17),
          text: 'hi 👋 Open a second tab next to this one, that is where it gets interesting',
        },
        { author: priya, at: ago(14), text: 'And pull the plug on the network when you like. Nothing will notice.' },
      ],
    },
    {
      room: 'engineering',
      lines: [
        {
          author: priya,
          at: ago(8),
          text: `@**${name}** could you look at #1340 when you have a minute? The badge counts with plain SQL now:\n\`\`\`sql\nSELECT count(*) FROM timeline_items WHERE timeline_id = ? AND order_key > ?\n\`\`\`\nand it never runs twice.`,
        },
        { author: maya, at: ago(6), text: 'never? not even after I edit a message?' },
        { author: priya, at: ago(5), text: 'not even then. The edit is one row, so the work is one row' },
      ],
    },
  ]
}

/** Writes one conversation down, with all that people do to messages: threads, replies, edits, reactions, pins. */
function hold(writer: Writer, random: Random, conversation: Conversation, room: string, now: number): void {
  const [opener, ...answers] = conversation.lines
  if (!opener) return
  const first = say(writer, random, opener, room, now)
  const threaded = answers.length >= 3 && random.chance(0.16)
  let place = room
  if (threaded) {
    place = makeUlid(random, opener.at + 1)
    const name = opener.text.split('\n')[0]?.replaceAll(/[*`_]/g, '').slice(0, 80).trim() || 'Thread'
    const payload = { name, kind: 'thread', parentRoom: room, parentMessage: first } as const
    writer.add('room.create', opener.at + 1, answers[0]?.author ?? opener.author, payload, { entity: place })
  }
  let previous = first
  for (const line of answers) {
    const replyTo = !threaded && random.chance(0.07) ? first : undefined
    previous = say(writer, random, line, place, now, replyTo)
  }
  const last = conversation.lines.at(-1)
  if (last && random.chance(0.02)) writer.add('pin.add', last.at + minute, opener.author, {}, { entity: first, room })
  if (last && random.chance(0.015)) {
    const at = Math.min(last.at + 2 * minute, now - 1)
    writer.add('message.delete', at, last.author, {}, { entity: previous, room: place })
  }
}

/** One message and what becomes of it; answers its id. */
function say(writer: Writer, random: Random, line: Line, room: string, now: number, replyTo?: string): string {
  const { author, text, at } = line
  const later = (milliseconds: number): number => Math.min(at + milliseconds, now - 1)
  const slip = random.chance(0.03) ? withTypo(random, text) : text
  const message = writer.add('message.create', at, author, { text: slip, ...(replyTo && { replyTo }) }, { room })
  if (slip !== text) {
    writer.add('message.edit', later(random.between(8, 60) * 1000), author, { text }, { entity: message, room })
  } else if (random.chance(0.015)) {
    const longer = `${text}\n\n${afterthought(random)}`
    writer.add(
      'message.edit',
      later(random.between(2, 40) * minute),
      author,
      { text: longer },
      { entity: message, room },
    )
  }
  if (random.chance(0.2)) react(writer, random, line, message, room, later)
  return message
}

function react(
  writer: Writer,
  random: Random,
  { author, text }: Line,
  entity: string,
  room: string,
  later: (milliseconds: number) => number,
): void {
  const others = people.filter((person) => person !== author)
  const emojis = random.sample(fittingEmoji(text), random.chance(0.3) ? 2 : 1)
  for (const emoji of emojis) {
    for (const person of random.sample(others, random.chance(0.15) ? random.between(4, 7) : random.between(1, 3))) {
      const at = later(random.between(10, 1800) * 1000)
      writer.add('reaction.add', at, person, { emoji }, { entity, room })
      if (random.chance(0.02)) writer.add('reaction.remove', at + 1, person, { emoji }, { entity, room })
    }
  }
}

/** Collects what is said at any time, and gives every event its clock once all is known. */
class Writer {
  readonly #random: Random
  readonly #stream: string
  readonly #drafts: Omit<KnownEvent, 'clock' | 'deps'>[] = []
  readonly #clockBefore: bigint

  constructor(random: Random, stream: string, clockBefore = 0n) {
    this.#random = random
    this.#stream = stream
    this.#clockBefore = clockBefore
  }

  add<T extends EventType>(
    type: T,
    at: number,
    by: { readonly id: string },
    payload: EventOf<T>['payload'],
    place: { readonly entity?: string; readonly room?: string },
  ): string {
    const id = makeUlid(this.#random, at)
    const entity = type === 'message.create' ? id : place.entity
    const draft = { id, type, stream: this.#stream, actor: by.id, at, payload, ...place, ...(entity && { entity }) }
    this.#drafts.push(draft as Omit<KnownEvent, 'clock' | 'deps'>)
    return id
  }

  inOrder(): KnownEvent[] {
    let clock = this.#clockBefore
    const lastWrites = new Map<string, string>()
    return [...this.#drafts]
      .sort((a, b) => a.at - b.at)
      .map((draft) => {
        clock = nextClock(clock, draft.at)
        // whoever edits has seen the text that they change
        const editable = draft.type === 'message.create' || draft.type === 'message.edit'
        const seen = editable ? lastWrites.get(draft.entity ?? '') : undefined
        if (editable && draft.entity) lastWrites.set(draft.entity, draft.id)
        return { ...draft, clock: String(clock), deps: seen ? [seen] : [] } as KnownEvent
      })
  }
}

/** When the newest event happened, unix ms. */
export const newestAt = (space: DemoSpace): number => clockToMs(space.events.at(-1)?.clock ?? 0)
