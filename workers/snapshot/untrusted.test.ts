import { beforeAll, expect, test } from 'vitest'
import { eventId } from '../event-store/random-events.ts'
import { checkSearchIndex, openMemoryStore, projectionDump, type MemoryStore } from '../event-store/testing.ts'
import { fetchSnapshot } from './fetch-snapshot.ts'
import { apply, changed, snapshotOf, take } from './testing.ts'

const stream = 'space:s1'
let good: Uint8Array

const said = (n: number, text = `said ${n}`) => ({
  seq: String(n + 1).padStart(16, '0'),
  receivedAt: 1_600_000_000_000,
  event: {
    id: eventId(n),
    type: 'message.create',
    stream,
    actor: 'ann',
    clock: String(n),
    at: 1_600_000_000_000,
    deps: [],
    entity: eventId(n),
    room: 'r1',
    payload: { text },
  },
})

beforeAll(async () => {
  const server = await openMemoryStore()
  apply(
    server,
    stream,
    Array.from({ length: 300 }, (_, n) => said(n)),
  )
  good = await snapshotOf(server, [stream])
  server.close()
})

/** A device with something of its own, before and after: what was refused has left nothing. */
async function refused(bytes: Uint8Array): Promise<string> {
  const device = await openMemoryStore()
  apply(device, stream, [said(7)], null)
  apply(device, 'space:other', [{ ...said(3), event: { ...said(3).event, stream: 'space:other' } }])
  const before = dump(device)
  try {
    const outcome = await take(device, bytes)
    expect(dump(device)).toEqual(before)
    checkSearchIndex(device)
    return outcome.type === 'Refused' ? outcome.reason : outcome.type
  } finally {
    device.close()
  }
}
const dump = (store: MemoryStore) => ({
  ...projectionDump(store),
  cursors: store.sql.prepare('SELECT stream, seq FROM cursors').rows(),
})

test('the one that nobody changed is taken', async () => {
  const device = await openMemoryStore()
  expect(await take(device, await changed(good, 'SELECT 1'))).toMatchObject({ type: 'Merged', index: 'carried' })
  expect(device.log.has({ stream, id: eventId(299) }, null)).toBe(true)
  device.close()
})

const strangers = {
  'a trigger': 'CREATE TRIGGER sneak AFTER INSERT ON timeline_items BEGIN DELETE FROM rooms; END',
  'a view in the place of a table':
    'DROP TABLE pins; CREATE VIEW pins AS SELECT 1 AS target_id, 1 AS actor_id, 1 AS active, 1 AS clock',
  'a table beside ours': 'CREATE TABLE more (x)',
  'an index beside ours': 'CREATE INDEX more ON rooms(name)',
  'a virtual table beside ours': 'CREATE VIRTUAL TABLE more USING fts5(x)',
  'a column more': 'ALTER TABLE rooms ADD COLUMN more',
  'a default of another kind':
    'DROP TABLE spaces; CREATE TABLE spaces (id TEXT NOT NULL, stream TEXT PRIMARY KEY, name TEXT NOT NULL DEFAULT (hex(randomblob(9))), visibility TEXT NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID',
  'a table that is missing': 'DROP TABLE conflicts',
  'text where a number belongs':
    "UPDATE timeline_items SET order_key = 'x' WHERE key = (SELECT max(key) FROM timeline_items)",
  'bytes where text belongs':
    "UPDATE timeline_items SET snippet = x'00ff' WHERE key = (SELECT min(key) FROM timeline_items)",
  'a value that is far too long': 'UPDATE component_author SET author_id = hex(zeroblob(3000000))',
  'no word of what it is': 'DELETE FROM meta',
  'nonsense of what it is': "UPDATE meta SET value = '{}'",
  'another format': "UPDATE meta SET value = json_set(value, '$.format', 2)",
  'older tables': "UPDATE meta SET value = json_set(value, '$.schema', 1)",
  'newer projections': "UPDATE meta SET value = json_set(value, '$.projections', 99)",
  'two messages of one id':
    'INSERT INTO event_blocks SELECT id + 1, data FROM event_blocks; DROP INDEX timeline_items_by_id',
}
test.each(Object.entries(strangers))('%s is refused, and nothing is changed', async (_, sql) => {
  expect(await refused(await changed(good, sql))).not.toBe('Merged')
})

test('rows that lead to nothing are refused, and nothing is changed', async () => {
  expect(await refused(await changed(good, 'DELETE FROM entities'))).toMatch(/cannot be read/)
  expect(await refused(await changed(good, 'DELETE FROM component_author'))).toMatch(/cannot be read/)
})

test('streams that were not asked for stay there', async () => {
  const server = await openMemoryStore()
  apply(server, stream, [said(0)])
  apply(server, 'person:bob', [
    {
      ...said(1),
      event: { ...said(1).event, stream: 'person:bob', type: 'read.mark', payload: { stream, upTo: '5' } },
    },
  ])
  const bytes = await snapshotOf(server, [stream, 'person:bob'])
  const device = await openMemoryStore()
  expect(await take(device, bytes, (one) => one === stream)).toMatchObject({ type: 'Merged', cursors: [{ stream }] })
  expect(device.sql.prepare('SELECT name FROM streams WHERE id > 0').rows()).toEqual([[stream]])
  expect(device.log.cursor('person:bob')).toBe(null)
  for (const store of [server, device]) store.close()
})

test('a damaged page damages nothing here: what can be read of it is taken, or nothing is', async () => {
  let unreadable = 0
  for (let page = 1; page < good.length / 4096; page += 9) {
    const bytes = good.slice()
    bytes.fill(0xa5, page * 4096, page * 4096 + 2048)
    const device = await openMemoryStore()
    const before = dump(device)
    const outcome = await take(device, bytes).catch(() => null) // not even attached
    if (outcome?.type !== 'Merged') {
      unreadable++
      expect(dump(device)).toEqual(before)
    }
    expect(
      device.db.selectValue(
        "SELECT group_concat(quick_check) FROM pragma_quick_check WHERE quick_check NOT LIKE '%search_index%'",
      ),
      `page ${page}`,
    ).toMatch(/^ok$|^$/)
    device.close()
  }
  expect(unreadable).toBeGreaterThan(1)
})

test('a file that is cut off, or is none at all, is refused', async () => {
  expect(await refused(good.slice(0, good.length / 2)).catch((error: unknown) => String(error))).toMatch(
    /malformed|cannot be read|disk image/,
  )
  expect(await refused(new Uint8Array(9000).fill(1)).catch((error: unknown) => String(error))).toMatch(/not a database/)
})

test('what does not come as the server said is not looked at', async () => {
  const sha256 = Buffer.from(await crypto.subtle.digest('SHA-256', good as Uint8Array<ArrayBuffer>)).toString('hex')
  const answer = (bytes: Uint8Array, headers: object, status = 200) =>
    fetchSnapshot(
      async () =>
        new Response(status === 200 ? (bytes as Uint8Array<ArrayBuffer>) : null, {
          status,
          headers: { 'x-snapshot-bytes': String(good.length), 'x-snapshot-sha256': sha256, ...headers },
        }),
      stream,
      () => {},
    )
  expect(await answer(good, {})).toEqual(good)
  expect(await answer(good.slice(0, -1), {}), 'cut off').toBe(null)
  expect(await answer(new Uint8Array([...good, 1]), {}), 'longer').toBe(null)
  expect(
    await answer(good, { 'x-snapshot-sha256': sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) }),
    'other bytes',
  ).toBe(null)
  expect(await answer(good, { 'x-snapshot-bytes': String(1e12) }), 'huge').toBe(null)
  expect(await answer(good, { 'x-snapshot-bytes': 'many' }), 'no size').toBe(null)
  expect(await answer(good, {}, 204), 'none').toBe(null)
  expect(
    await fetchSnapshot(
      () => Promise.reject(new Error('offline')),
      stream,
      () => {},
    ),
    'offline',
  ).toBe(null)
})
