import { inflateSync, strFromU8 } from 'fflate'
import { describe, expect, test } from 'vitest'
import type { AnyEvent } from '../../schema/events/event.ts'
import { withoutWords, wordsOf } from '../../schema/events/erasure.ts'
import { eventOf } from '../../schema/messages/received.ts'
import { indexedWords } from '../../schema/search/words.ts'
import { editDraft } from '../../schema/drafts.ts'
import { seededRandom } from '../../schema/demo/random.ts'
import { eventId } from './random-events.ts'
import { TestDevice, type Life } from './test-device.ts'

/** PROPERTY_SEED=… plants other words. */
const seed = Number(process.env['PROPERTY_SEED'] ?? 1)
/** Where the words lie. In the second the rows of messages move between pages. */
const layouts = [
  ['room:public.s1.r1', 'room:private.s1.r9'],
  ['space:s1', 'room:private.s1.r9'],
] as const

describe(`what is erased is in no file of the device (seed ${seed})`, () => {
  test.each(layouts)(
    '200 words in %s and %s, in messages, edits, threads, conflicts and drafts: sealed or not, before or after',
    async (...spaces) => {
      const device = new TestDevice()
      const life = await device.open()
      const planted = plant(seededRandom(seed).next, spaces)
      expect(planted.words.length).toBeGreaterThanOrEqual(200)
      let seq = 0
      const send = (events: readonly AnyEvent[]) => {
        for (const stream of spaces) {
          const items = events
            .filter((event) => event.stream === stream)
            .map((event) => ({ seq: String(++seq).padStart(16, '0'), receivedAt: 2e12, event }))
          if (items.length === 0) continue
          const batch = { batchId: `b${seq}`, stream, items, after: null, cursor: items.at(-1)!.seq }
          life.leader.receive({ type: 'EVENTS', ...batch })
          expect(life.toSync.at(-1)).toMatchObject({ type: 'EVENTS_APPLIED', rejected: [] })
        }
      }
      // history in batches that are sealed at once; what is new one by one; some of it is erased in its own batch, or before it came
      const { messages, edits, threads, others } = planted
      const early = erasuresOf(messages.slice(0, 10), 900_000)
      const late = erasuresOf(messages.slice(10, 20), 910_000)
      const rest = erasuresOf(messages.slice(20), 920_000)
      send(early)
      send([...messages.slice(0, 10), ...messages.slice(10, 80), ...others, ...late])
      for (let n = 80; n < messages.length; n += 8) send(messages.slice(n, n + 8))
      const changes = [...threads, ...edits]
      for (let n = 0; n < changes.length; n += 8) send(changes.slice(n, n + 8))
      for (const { id, stream, payload } of messages.slice(20, 40)) {
        life.leader.query('INSERT INTO drafts (stream, room_id, text, updated_at) VALUES (?, ?, ?, 0)', [
          stream,
          editDraft(id),
          `${(payload as { text: string }).text} begun`,
        ])
      }
      await life.clock.pass(60_000) // sealed and deflated
      const sealed = blocksOf(life)
      const before = filesOf(device)
      const there = planted.words.slice(20).filter((word) => before.some((file) => file.includes(word)))
      expect(
        there.length + sealed.filter(({ text }) => text !== null).length,
        'they are there at first',
      ).toBeGreaterThan(20)
      const kept = life.rows("SELECT count(*) FROM timeline_items WHERE deleted = 0 AND snippet LIKE 'plain %'")
      for (let n = 0; n < rest.length; n += 25) send(rest.slice(n, n + 25))
      await life.clock.pass(60_000)

      const after = filesOf(device)
      for (const word of planted.words) {
        expect(after.filter((file) => file.includes(word)).length, `files with ${word}`).toBe(0)
        expect(blocksOf(life).filter(({ text }) => text!.includes(word)).length, `blocks with ${word}`).toBe(0)
      }
      life.db.exec("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search_index, 'row')")
      const terms = new Set(life.db.selectValues('SELECT term FROM temp.terms'))
      const found = planted.words.flatMap((word) => indexedWords({ text: word, author: null }).trim().split(' '))
      expect(found.filter((term) => terms.has(term))).toEqual([])
      const changed = sealed.filter(({ text }) => planted.words.some((word) => text!.includes(word)))
      expect(changed.length).toBeGreaterThan(0)
      for (const { data } of changed) {
        const piece = Buffer.from(data.subarray(data.length >> 1, (data.length >> 1) + 48))
        expect(
          after.some((file) => file.includes(piece)),
          'bytes of a block as it was',
        ).toBe(false)
      }
      // the others are as they were, and can be found
      expect(kept).toEqual([others.length])
      expect(life.rows("SELECT count(*) FROM timeline_items WHERE deleted = 0 AND snippet LIKE 'plain %'")).toEqual(
        kept,
      )
      expect(life.rows('SELECT count(*) FROM timeline_items WHERE deleted <> 2')).toEqual([others.length])
      expect(life.rows('SELECT count(*) FROM rejected_events')).toEqual([0])
      // and what comes again brings nothing back
      send([...messages, ...edits, ...threads])
      await life.clock.pass(60_000)
      for (const word of planted.words)
        expect(
          filesOf(device).some((file) => file.includes(word)),
          word,
        ).toBe(false)
      life.die()
    },
  )
})

test.each([
  'message.create',
  'message.edit',
  'room.create',
  'page.create',
  'page.rename',
  'page.update',
  'page.version',
  'page.comment',
] as const)('what is left of %s is an event that every device takes, and nothing more can be taken from it', (type) => {
  const payloads = {
    'message.create': { text: 'secret', replyTo: eventId(3), author: { id: 'old', name: 'Old' } },
    'message.edit': { text: 'secret' },
    'room.create': { name: 'secret', kind: 'thread', parentRoom: 'r1', parentMessage: eventId(1) },
    'page.create': { title: 'secret' },
    'page.rename': { title: 'secret' },
    'page.update': { update: Buffer.from('secret').toString('base64'), part: { first: eventId(2), index: 1, of: 2 } },
    'page.version': { name: 'secret' },
    'page.comment': { page: eventId(5), text: 'secret', quote: 'secret', anchor: '[]' },
  }
  const event = make(1, { type, entity: itself.includes(type) ? eventId(1) : 'x', payload: payloads[type] })
  const item = (event: unknown) => ({ seq: '1', receivedAt: 2e12, event })
  const taken = eventOf(item(event), event.stream)
  const known = 'known' in taken ? taken.known! : null
  const left = withoutWords(known!)
  expect(JSON.stringify(left)).not.toContain('secret')
  expect(JSON.stringify(left)).not.toContain(Buffer.from('secret').toString('base64'))
  expect(eventOf(item(left), event.stream)).toMatchObject({ known: left })
  expect(withoutWords(left)).toEqual(left)
  expect(wordsOf(left)).toBe(wordsOf(known!))
})

const itself = ['message.create', 'page.create', 'page.comment']

interface Planted {
  readonly messages: AnyEvent[]
  readonly edits: AnyEvent[]
  readonly threads: AnyEvent[]
  readonly others: AnyEvent[]
  readonly words: string[]
}

/** A word in each message; every third has two edits that did not see each other, every fourth a thread. */
function plant(next: () => number, spaces: readonly [string, string]): Planted {
  const planted: Planted = { messages: [], edits: [], threads: [], others: [], words: [] }
  const word = (n: number): string => {
    const made = Array.from({ length: 8 }, () => letters[n % 4 === 3 ? 'cjk' : 'latin'][Math.floor(next() * 26)]).join(
      '',
    )
    planted.words.push(made)
    return n % 4 === 3 ? made : `q${made}`
  }
  for (let n = 0; n < 120; n++) {
    const stream = spaces[n % 5 === 0 ? 1 : 0]
    const room = stream === spaces[1] ? 'private.s1.r9' : 'r1'
    // beyond what a list shows, and within
    const text = `${n % 7 === 0 ? 'long '.repeat(400) : ''}say ${word(n)} now`
    const message = make(n, { stream, room, payload: { text } })
    planted.messages.push(message)
    const about = { stream, room, entity: message.id }
    for (const edit of n % 3 === 0 ? [0, 1] : []) {
      const payload = { text: `edited ${word(n)}` }
      planted.edits.push(make(10_000 + 2 * n + edit, { ...about, type: 'message.edit', payload }))
    }
    if (n % 4 === 0) {
      const thread = `thread-${message.id}`
      const payload = { name: text.slice(-30), kind: 'thread', parentRoom: room, parentMessage: message.id }
      planted.threads.push(make(20_000 + n, { ...about, type: 'room.create', entity: thread, payload }))
    }
  }
  for (let n = 0; n < 200; n++)
    planted.others.push(make(30_000 + n, { stream: spaces[0], payload: { text: `plain ${n}` } }))
  return planted
}
const letters = { latin: 'abcdefghijklmnopqrstuvwxyz', cjk: '天地玄黄宇宙洪荒日月盈昃辰宿列張寒来暑往秋収冬蔵閏余' }

const erasuresOf = (messages: readonly AnyEvent[], from: number): AnyEvent[] =>
  messages.map(({ id, stream, room }, n) =>
    make(from + n, { type: 'message.erase', stream, room, entity: id, payload: {} }),
  )

function make(index: number, fields: Partial<AnyEvent>): AnyEvent {
  const id = eventId(index)
  const at = 1.6e12 + index * 1000
  const base = {
    id,
    type: 'message.create',
    stream: layouts[0][0],
    room: 'r1',
    actor: 'ann',
    at,
    deps: [],
    payload: {},
  }
  return { ...base, clock: String(BigInt(at) << 16n), ...fields }
}

/** all files that are not zeros alone, as that which is kept for a full disk is */
function filesOf(device: TestDevice): Buffer[] {
  const files = [...device.disk.files.values()].map((file) => Buffer.from(file.bytes))
  return files.filter((bytes) => !bytes.equals(Buffer.alloc(bytes.length)))
}

function blocksOf(life: Life): { data: Uint8Array; text: string | null }[] {
  const rows = life.db.selectArrays('SELECT data FROM event_blocks') as [string | Uint8Array][]
  return rows.map(([data]) =>
    typeof data === 'string' ? { data: Buffer.from(data), text: data } : { data, text: strFromU8(inflateSync(data)) },
  )
}
