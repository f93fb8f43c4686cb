import { strFromU8, inflateSync } from 'fflate'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import type { AnyEvent } from '../../schema/events/event.ts'
import { pageRoot } from '../../schema/pages/page-doc.ts'
import { eventId } from './random-events.ts'
import { TestDevice, type Life } from './test-device.ts'

/* A page that is erased: what was written in it, its titles, versions and comments are in no file of the device. */

const stream = 'space:s1'
const page = eventId(1)

function make(index: number, type: string, fields: Partial<AnyEvent>): AnyEvent {
  const at = 1.6e12 + index * 1000
  const base = { id: eventId(index), stream, actor: 'ann', at, deps: [], clock: String(BigInt(at) << 16n) }
  return { ...base, type, payload: {}, ...fields } as AnyEvent
}

/** Each with a word of its own; what Yjs takes out again is in its bytes too. */
function written(words: readonly string[]): Uint8Array[] {
  const doc = new Y.Doc()
  doc.clientID = 7
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  const text = new Y.XmlText()
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.insert(0, [text])
  doc.getXmlFragment(pageRoot).insert(0, [paragraph])
  for (const word of words) text.insert(text.length, `${word} `)
  text.delete(0, 4)
  return updates
}

const words = ['quokkafirst', 'quokkasecond', 'quokkathird', 'quokkafourth']
const others = ['quokkatitle', 'quokkarenamed', 'quokkaversion', 'quokkacomment', 'quokkaquote', 'quokkagone']

function history(): AnyEvent[] {
  const [titled, renamed, version, comment, quote, gone] = others as [string, string, string, string, string, string]
  const [whole, ...updates] = written(words)
  const half = Buffer.from(updates.at(-2)!).toString('base64')
  const middle = (half.length >> 3) << 2
  const part = (index: number, update: string) => ({ update, part: { first: eventId(40), index, of: 2 } })
  return [
    make(1, 'page.create', { room: 'r1', payload: { title: titled } }),
    make(2, 'page.rename', { entity: page, payload: { title: renamed } }),
    // the same title at the same time: a conflict keeps both
    make(3, 'page.rename', { entity: page, payload: { title: `${renamed} too` } }),
    make(4, 'page.version', { entity: page, payload: { name: version } }),
    make(5, 'page.comment', { payload: { page, text: comment, quote, anchor: '[]' } }),
    make(6, 'page.comment', { payload: { page, text: gone, quote: gone, anchor: '[]' } }),
    make(7, 'page.comment.delete', { entity: eventId(6) }),
    ...[whole!, ...updates.slice(0, -2), updates.at(-1)!].map((update, n) =>
      make(10 + n, 'page.update', { entity: page, payload: { update: Buffer.from(update).toString('base64') } }),
    ),
    make(40, 'page.update', { entity: page, payload: part(0, half.slice(0, middle)) }),
    make(41, 'page.update', { entity: page, payload: part(1, half.slice(middle)) }),
    // a part that stays alone
    make(42, 'page.update', { entity: page, payload: { ...part(0, half), part: { first: 'x', index: 0, of: 2 } } }),
    // and a page beside it
    make(50, 'page.create', { room: 'r1', payload: { title: 'plain page' } }),
    make(51, 'page.update', {
      entity: eventId(50),
      payload: { update: Buffer.from(written(['of another'])[0]!).toString('base64') },
    }),
  ]
}
const erase = make(90, 'page.erase', { entity: page })

async function device() {
  const device = new TestDevice()
  const life = await device.open()
  let seq = 0
  const send = (events: readonly AnyEvent[]) => {
    const items = events.map((event) => ({ seq: String(++seq).padStart(16, '0'), receivedAt: 2e12, event }))
    const batch = { batchId: `b${seq}`, stream, items, after: null, cursor: items.at(-1)!.seq }
    life.leader.receive({ type: 'EVENTS', ...batch })
    expect(life.toSync.at(-1)).toMatchObject({ type: 'EVENTS_APPLIED', rejected: [] })
  }
  return { device, life, send }
}

/** The words, and pieces of base64 that only they make, that are in some file or block. */
function left(device: TestDevice, life: Life): string[] {
  const files = [...device.disk.files.values()].map((file) => Buffer.from(file.bytes))
  const blocks = (life.db.selectArrays('SELECT data FROM event_blocks') as [string | Uint8Array][]).map(([data]) =>
    Buffer.from(typeof data === 'string' ? data : strFromU8(inflateSync(data))),
  )
  return [...words, ...others].filter((word) => {
    const in64 = [0, 1, 2].map((skip) =>
      Buffer.from(`${'-'.repeat(skip)}${word}`)
        .toString('base64')
        .slice(4, -4),
    )
    return [...files, ...blocks].some((bytes) => [word, ...in64].some((spelling) => bytes.includes(spelling)))
  })
}

const printable = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)
const rows = (life: Life, sql: string) => life.rows(sql)

test('nothing of it is in any file, and another page is as it was', async () => {
  const { device: disk, life, send } = await device()
  const all = history()
  for (let n = 0; n < all.length; n += 3) send(all.slice(n, n + 3))
  await life.clock.pass(60_000)
  expect(left(disk, life).length, 'they are there at first').toBe(words.length + others.length)
  expect(rows(life, "SELECT count(*) FROM search_index WHERE search_index MATCH 'quokkathird'")).toEqual([1])
  send([erase])
  await life.clock.pass(60_000)
  expect(left(disk, life)).toEqual([])
  expect(
    rows(life, `SELECT title || archived || ifnull(length(state), '') FROM component_doc ORDER BY entity_id`),
  ).toEqual(['2', expect.stringMatching(/^plain page0[1-9]/)])
  expect(rows(life, "SELECT count(*) FROM search_index WHERE search_index MATCH 'quokkathird'")).toEqual([0])
  expect(rows(life, "SELECT count(*) FROM search_index WHERE search_index MATCH 'plain'")).toEqual([1])
  expect(rows(life, 'SELECT text || quote FROM page_comments')).toEqual([''])
  send(all) // what comes again brings nothing back
  await life.clock.pass(60_000)
  expect(left(disk, life)).toEqual([])
  life.die()
})

test('whatever comes first, the tables are the same', async () => {
  const all = [...history(), erase]
  const dumps: string[][] = []
  for (const order of [all, all.toReversed(), [erase, ...history()], [...all.slice(8), ...all.slice(0, 8)]]) {
    const { life, send } = await device()
    for (const event of order) send([event])
    const tables = ['component_doc', 'page_comments', 'page_spans', 'page_versions', 'page_writes', 'conflicts']
    dumps.push(tables.map((table) => JSON.stringify(life.leader.query(`SELECT * FROM ${table}`, []).rows, printable)))
    life.die()
  }
  for (const dump of dumps) expect(dump).toEqual(dumps[0])
})
