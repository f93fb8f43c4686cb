import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { EventDraft, KnownEvent } from '../../schema/events/event.ts'
import { attachBytes, bytesInMemory, type ByteSource } from '../runtime/storage/attached-bytes.ts'
import { makeDemoSpace } from '../../schema/demo/demo-space.ts'
import { openPlainSqlite } from '../../server/sqlite.ts'
import { dispatchDrafts } from '../event-store/dispatch-drafts.ts'
import { TestDevice } from '../event-store/test-device.ts'
import { eventId } from '../event-store/random-events.ts'
import { checkSearchIndex, loadSqlite, openMemoryStore, type MemoryStore } from '../event-store/testing.ts'
import { exportSpace } from './export-space.ts'
import { fileOpener } from './open-file.ts'
import { apply, changed } from './testing.ts'

const at = 1_600_000_000_000
let made = 0
function event(stream: string, type: string, rest: object): { seq: string; receivedAt: number; event: KnownEvent } {
  const id = eventId(made++)
  const whole = { id, type, stream, actor: 'ann', clock: String(made), at, deps: [], payload: {}, ...rest }
  return { seq: String(made).padStart(16, '0'), receivedAt: at, event: whole as unknown as KnownEvent }
}
const say = (stream: string, room: string, text: string) => {
  const said = event(stream, 'message.create', { room, payload: { text } })
  return { ...said, event: { ...said.event, entity: said.event.id } as KnownEvent }
}
const priv = 'private.s1.r9'

/** A device with a space of a public room, a private one and a direct message, and with another space. */
async function device(): Promise<MemoryStore> {
  const store = await openMemoryStore()
  const space = 'space:s1'
  apply(store, space, [
    event(space, 'space.create', { entity: 's1', payload: { name: 'Garden', visibility: 'public' } }),
    event(space, 'member.join', { entity: 'ann', payload: { name: 'Ann' } }),
    event(space, 'member.join', { entity: 'bob', actor: 'bob', payload: { name: 'Bob' } }),
    event(space, 'member.join', { entity: 'cara', actor: 'cara', payload: { name: 'Cara' } }),
    event(space, 'member.leave', { entity: 'cara', actor: 'cara' }),
    event(space, 'room.create', { entity: 'r1', payload: { name: 'general', kind: 'room' } }),
  ])
  const general = 'room:public.s1.r1'
  apply(
    store,
    general,
    Array.from({ length: 200 }, (_, n) => say(general, 'r1', `in public ${n}`)),
  )
  const room = `room:${priv}`
  apply(store, room, [
    event(room, 'room.create', { entity: priv, payload: { name: 'secrets', kind: 'room' } }),
    event(room, 'room.member', { entity: 'ann', payload: { name: 'Ann', active: true } }),
    say(room, priv, 'in private'),
    event(room, 'room.create', {
      entity: 't1',
      payload: { name: 'a thread', kind: 'thread', parentRoom: priv, parentMessage: eventId(made - 1) },
    }),
    say(room, 't1', 'in a thread of it'),
  ])
  const direct = 'room:direct.s1.ann.bob'
  apply(store, direct, [
    event(direct, 'room.create', { entity: 'direct.s1.ann.bob', payload: { name: 'ann, bob', kind: 'direct' } }),
    event(direct, 'room.member', { entity: 'ann', payload: { name: 'Ann', active: true } }),
    event(direct, 'room.member', { entity: 'bob', payload: { name: 'Bob', active: true } }),
    say(direct, 'direct.s1.ann.bob', 'between two'),
  ])
  apply(store, 'space:s2', [say('space:s2', 'r1', 'of another space')])
  return store
}

async function parts(store: MemoryStore) {
  const sqlite3 = await loadSqlite()
  const waiting: (() => void)[] = []
  const failures: unknown[] = []
  const sources = new Map<Blob, Uint8Array>()
  let gone = false
  const database = {
    full: false,
    attach: (name: string, bytes: ByteSource) => attachBytes(sqlite3, store.db, name, bytes),
    build(name: string, fill: () => void) {
      store.db.exec(`ATTACH ':memory:' AS ${name}`)
      fill()
      const bytes = sqlite3.capi.sqlite3_js_db_export(store.db, name)
      store.db.exec(`DETACH ${name}`)
      return bytes
    },
    after: (_ms: number, work: () => void) => (waiting.push(work), () => {}),
    failed: (error: unknown) => void failures.push(error),
  }
  const begin = () =>
    fileOpener(
      store,
      database,
      (file) => {
        const { size, read } = bytesInMemory(sources.get(file)!)
        return {
          size,
          read(offset, into) {
            if (gone) throw new Error('the file was moved')
            read(offset, into)
          },
        }
      },
      () => {},
    )
  return {
    database,
    begin,
    failures,
    waiting,
    settle() {
      for (let next = waiting.shift(); next; next = waiting.shift()) next()
    },
    open(files: ReturnType<typeof begin>, bytes: Uint8Array) {
      const file = new Blob([])
      sources.set(file, bytes)
      return files.open({ file, join: joining })
    },
    /** From now on the browser does not give the file any more. */
    takeAwayFiles() {
      for (const [file] of sources) sources.delete(file)
      gone = true
    },
  }
}
const opened = 'local:file-loyw3v28-s1'
const joining = {
  id: eventId(90_000),
  type: 'member.join',
  actor: 'me',
  at,
  entity: 'me',
  payload: { name: 'Me' },
} as Omit<EventDraft, 'stream'>

const texts = (store: MemoryStore, stream: string) =>
  store.sql
    .prepare(
      `SELECT r.name || ': ' || t.snippet FROM timeline_items t JOIN rooms r ON r.timeline = t.timeline_id WHERE r.stream = ? AND t.snippet NOT LIKE 'in public 1%' ORDER BY 1`,
    )
    .rows(stream)
    .map(([text]) => text as string)
const count = (store: MemoryStore, sql: string) => store.sql.prepare(`SELECT count(*) FROM ${sql}`).rows()[0]![0]

async function exported(person = 'ann'): Promise<Uint8Array> {
  const store = await device()
  const { database } = await parts(store)
  const bytes = new Uint8Array(await exportSpace(store, database, { space: 's1', person }).arrayBuffer())
  store.close()
  return bytes
}

test('a space that is exported and opened elsewhere: every room, thread and message of it, and nothing of another', async () => {
  const bytes = await exported()
  const store = await openMemoryStore()
  const { begin, open, settle } = await parts(store)
  const files = begin()
  open(files, bytes)
  expect(count(store, 'memberships'), 'it is not listed before it is whole').toBe(0)
  settle()
  expect(files.status()).toMatchObject({ state: 'done', leftOut: 0 })
  expect(count(store, "memberships WHERE person_id = 'me' AND stream = 'local:file-loyw3v28-s1'")).toBe(1)
  expect(count(store, 'timeline_items')).toBe(203)
  expect(texts(store, opened)).toEqual(
    expect.arrayContaining(['secrets: in private', 'a thread: in a thread of it', 'Ann, Bob: between two']),
  )
  expect(store.sql.prepare("SELECT parent_room FROM rooms WHERE kind = 'thread'").rows()).toEqual([['in-r9']])
  checkSearchIndex(store)
  store.close()
})

test('a file of an older version opens too: what is in it is made of its events anew', async () => {
  const bytes = await changed(
    await exported(),
    `UPDATE meta SET value = json_set(value, '$.schema', 4, '$.projections', 1);
     DROP TABLE timeline_items; DROP TABLE rooms; DROP TABLE memberships;
     UPDATE events SET meta = json_remove(meta, '$.version')`,
  )
  const store = await openMemoryStore()
  const { begin, open, settle } = await parts(store)
  const files = begin()
  open(files, bytes)
  settle()
  expect(files.status()).toMatchObject({ state: 'done', leftOut: 0 })
  expect(count(store, 'timeline_items')).toBe(203)
  store.close()
})

test('a leader that ends meanwhile leaves nothing of it behind', async () => {
  const bytes = await exported()
  const store = await openMemoryStore()
  const first = await parts(store)
  first.open(first.begin(), bytes)
  first.waiting.shift()!()
  expect(count(store, 'events')).toBeGreaterThan(0)
  store.db.exec('DETACH opened') // its connection died with it
  const next = await parts(store)
  const files = next.begin()
  next.settle()
  expect(files.status()).toBe(null)
  for (const table of ['timeline_items', 'rooms', 'spaces', 'events', 'applied_events'])
    expect(count(store, table), table).toBe(0)
  store.close()
})

const meta = (change: string) => `UPDATE meta SET value = ${change}`
test.each([
  ['no database', 'no-database', async () => new Uint8Array(5000).fill(7)],
  ['an empty file', 'foreign', async () => new Uint8Array()],
  ['another database', 'foreign', async () => changed(await exported(), 'DROP TABLE meta')],
  [
    'a view in the place of the log',
    'foreign',
    async () => changed(await exported(), 'DROP TABLE events; CREATE VIEW events AS SELECT 1 AS event_id'),
  ],
  [
    'a virtual table in the place of the log',
    'foreign',
    async () => changed(await exported(), 'DROP TABLE events; CREATE VIRTUAL TABLE events USING fts5(event_id)'),
  ],
  ['nonsense of what it is', 'foreign', async () => changed(await exported(), meta("'[]'"))],
  ['a newer format', 'newer', async () => changed(await exported(), meta("json_set(value, '$.format', 2)"))],
  ['newer tables', 'newer', async () => changed(await exported(), meta("json_set(value, '$.schema', 99)"))],
  ['a file that is cut off behind its first page', 'damaged', async () => (await exported()).slice(0, 4096)],
])('%s is refused at once: %s', async (_, reason, bytes) => {
  const store = await openMemoryStore()
  const { begin, open, waiting } = await parts(store)
  const given = await bytes()
  expect(open(begin(), given)).toEqual({ type: 'Refused', reason })
  expect(waiting).toEqual([])
  expect(store.sql.prepare('SELECT name FROM pragma_database_list').rows().flat()).not.toContain('opened')
  store.close()
})

/** Nothing of a file is here: neither rows nor names of what was in it, nor the word of what was going on. */
function expectNothing(store: MemoryStore) {
  for (const table of ['timeline_items', 'rooms', 'spaces', 'memberships', 'events', 'applied_events', 'facts'])
    expect(count(store, table), table).toBe(0)
  expect(count(store, "meta WHERE key = 'opening_file'")).toBe(0)
  expect(store.sql.prepare('SELECT name FROM pragma_database_list').rows().flat()).not.toContain('opened')
}

test('a file whose tables are damaged harms nothing here, and nothing of it is kept', async () => {
  const whole = await exported()
  let damaged = 0
  let leftOut = 0
  for (let page = 1; page < whole.length / 4096; page += 4) {
    const bytes = whole.slice()
    bytes.fill(0xa5, page * 4096, page * 4096 + 4096)
    const store = await openMemoryStore()
    const { begin, open, settle, failures } = await parts(store)
    const files = begin()
    open(files, bytes)
    settle()
    const state = files.status()?.state
    if (state === 'damaged') {
      damaged++
      expectNothing(store)
    }
    if (state === 'done') leftOut += files.status()!.leftOut
    expect(failures, `page ${page} is no fault of this device`).toEqual([])
    expect(['damaged', 'done', undefined]).toContain(state)
    store.close()
  }
  expect(damaged).toBeGreaterThan(0)
  expect(leftOut).toBeGreaterThan(0)
})

test('a file that is moved meanwhile, a device that is full, and a person who cancels: nothing of it is kept', async () => {
  const bytes = await exported()
  for (const way of ['gone', 'no-room', 'cancelled'] as const) {
    const store = await openMemoryStore()
    const { begin, open, settle, waiting, database, takeAwayFiles } = await parts(store)
    const files = begin()
    open(files, bytes)
    waiting.shift()!()
    expect(count(store, 'events')).toBeGreaterThan(0)
    if (way === 'gone') takeAwayFiles()
    if (way === 'no-room') database.full = true
    if (way === 'cancelled') files.cancel()
    settle()
    expect(files.status()).toMatchObject({ state: way })
    expectNothing(store)
    database.full = false
    store.close()
  }
})

test('who cancels before it has begun, and opens it again at once, has it', async () => {
  const bytes = await exported()
  const store = await openMemoryStore()
  const { begin, open, settle } = await parts(store)
  const files = begin()
  open(files, bytes)
  expect(open(files, bytes)).toEqual({ type: 'Refused', reason: 'busy' })
  files.cancel()
  expect(open(files, bytes)).toMatchObject({ type: 'Opening' })
  settle()
  expect(files.status()).toMatchObject({ state: 'done' })
  expect(count(store, 'timeline_items')).toBe(203)
  store.close()
})

test('the same file is opened once; and again, when the person has taken away what they opened and wrote', async () => {
  const bytes = await exported()
  const store = await openMemoryStore()
  const { begin, open, settle } = await parts(store)
  const files = begin()
  open(files, bytes)
  settle()
  const space = 'file-loyw3v28-s1'
  expect(open(files, bytes)).toEqual({ type: 'AlreadyHere', space })
  const own = { type: 'message.create', id: eventId(91_000), stream: opened, actor: 'me', at, room: 'r1' }
  dispatchDrafts(store, [{ ...own, payload: { text: 'written in the copy' } } as EventDraft])
  files.remove({ space, actor: 'me' })
  settle()
  expectNothing(store)
  expect(open(files, bytes)).toEqual({ type: 'Opening', space })
  settle()
  expect(count(store, 'timeline_items')).toBe(203)
  store.close()
})

test('a leader that ends while a space is taken away has the next one go on', async () => {
  const store = await openMemoryStore()
  const first = await parts(store)
  const files = first.begin()
  first.open(files, await exported())
  first.settle()
  files.remove({ space: 'file-loyw3v28-s1', actor: 'me' })
  first.waiting.shift()!()
  expect(count(store, "memberships WHERE person_id = 'me' AND active = 1")).toBe(0)
  expect(count(store, 'events')).toBeGreaterThan(0)
  const next = await parts(store)
  next.begin()
  next.settle()
  expectNothing(store)
  store.close()
})

test('what a person exports has no more than they may read', async () => {
  const names = async (person: string) => {
    const bytes = await exported(person)
    const plain = Buffer.from(bytes).toString('latin1')
    return ['in public 7', 'in private', 'secrets', 'between two', 'of another space', 'private.s1.r9', 'cara'].filter(
      (word) => plain.includes(word),
    )
  }
  expect(await names('ann')).toEqual(['in public 7', 'in private', 'secrets', 'between two', 'private.s1.r9', 'cara'])
  expect(await names('bob'), 'he is not in the private room').toEqual(['in public 7', 'between two', 'cara'])
  for (const who of ['cara', 'nobody'])
    await expect(exported(who), 'cara has left').rejects.toThrow('Nothing of this space is on this device yet.')
})

test('the program sqlite3 opens the file, and finds nothing wrong with it', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'rsql-file-')), 'space.sqlite')
  writeFileSync(file, await exported())
  const asked = [
    'PRAGMA integrity_check',
    "SELECT r.name || ': ' || t.snippet FROM timeline_items t JOIN rooms r ON r.timeline = t.timeline_id WHERE t.snippet = 'in private'",
    "SELECT group_concat(name) FROM (SELECT name FROM memberships WHERE stream = 'space:s1' AND active = 1 ORDER BY name)",
  ]
  expect(await sqliteProgram(file, asked)).toEqual(['ok', 'secrets: in private', 'Ann,Bob'])
  rmSync(dirname(file), { recursive: true })
})

/** The program where it is installed; else the SQLite of Node, which is as plain. */
async function sqliteProgram(file: string, queries: readonly string[]): Promise<unknown[]> {
  try {
    return queries.map((sql) => execFileSync('sqlite3', ['-readonly', file, sql], { encoding: 'utf8' }).trim())
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    console.log('the program sqlite3 is not installed: Node opens the file')
    const database = await openPlainSqlite(file)
    const found = queries.map((sql) => Object.values(database.prepare(sql).get()!)[0])
    database.close()
    return found
  }
}

test('what cannot be read of it is left out and counted, and all else is there', async () => {
  const bomb = deflateRawSync(Buffer.alloc(36 << 20))
  const hex = bomb.toString('hex')
  const bytes = await changed(
    await exported(),
    `INSERT INTO event_blocks (id, data) VALUES (9001, x'${hex}'), (9002, 'no json'), (9003, '[[],[]]');
     INSERT INTO applied_events SELECT 9001, stream, part, first_seq, last_seq, first_id, last_id, first_clock, last_clock, events, packed FROM applied_events LIMIT 1;
     INSERT INTO applied_events SELECT 9002, stream, part, first_seq, last_seq, first_id, last_id, first_clock, last_clock, events, packed FROM applied_events LIMIT 1;
     UPDATE events SET payload = '{' WHERE event_id = (SELECT min(event_id) FROM events WHERE event_type = 'message.create');
     CREATE TRIGGER sneak AFTER INSERT ON rooms BEGIN DELETE FROM rooms; END;
     UPDATE streams SET name = 'person:me' WHERE name = 'room:direct.s1.ann.bob'`,
  )
  const store = await openMemoryStore()
  const { begin, open, settle } = await parts(store)
  const files = begin()
  open(files, bytes)
  settle()
  expect(files.status()).toMatchObject({ state: 'done', leftOut: 3 })
  expect(count(store, 'timeline_items')).toBeGreaterThan(200)
  expect(store.sql.prepare("SELECT name FROM streams WHERE name NOT LIKE 'names:%'").rows()).toEqual([[opened]])
  store.close()
})

test('in the leader, with live queries: a space is exported, and every query goes on', async () => {
  const life = await new TestDevice().open()
  const events = makeDemoSpace({ seed: 1, now: at, self: { actor: 'me', name: 'Me' }, messages: 300 })
  life.leader.call('write', 'dispatch', events.events)
  const live = life.leader.subscribe(
    { sql: 'SELECT count(*) FROM timeline_items', parameters: [] },
    () => {},
    (error) => {
      throw error
    },
  )
  const before = live.snapshot()
  const blob = life.leader.call('export', 'exportSpace', { space: events.spaceId, person: 'me' }) as Blob
  expect(live.snapshot()).toMatchObject({ rows: (before as unknown as { rows: unknown }).rows })
  life.leader.call('again', 'dispatch', [{ ...events.events.at(-1)!, id: eventId(95_000) }])
  const store = await openMemoryStore()
  const { begin, open, settle } = await parts(store)
  open(begin(), new Uint8Array(await blob.arrayBuffer()))
  // the person of that device is not the one who opens it here, though both are called "me"
  const mine = "memberships WHERE person_id = 'me' AND active = 1"
  expect(count(store, mine)).toBe(0)
  settle()
  expect(count(store, mine)).toBe(1)
  expect(count(store, "timeline_items t JOIN component_author a ON a.id = t.author_id WHERE a.author_id = 'me'")).toBe(
    0,
  )
  // joining counts as having read what is there
  expect(count(store, `${mine} AND joined_clock > (SELECT max(order_key) FROM timeline_items)`)).toBe(1)
  expect(count(store, 'timeline_items')).toBe((before as unknown as { rows: number[][] }).rows[0]![0])
  store.close()
  life.die()
})
