import { beforeEach, describe, expect, test, vi } from 'vitest'
import { migrations } from '../../schema/tables/migrations.ts'
import { FakeOpfs } from '../runtime/platform/fake-opfs.ts'
import { loadSqlite } from './testing.ts'
import { makeDurable } from '../runtime/opening/open-database.ts'
import { draft, Life, settled, stream, TestDevice } from './test-device.ts'

/** The faults of a device's storage, on the real SAH pool over a file system in memory. docs/faults.md lists them. */
let device: TestDevice
beforeEach(() => {
  device = new TestDevice()
  // what a dying worker says of its files
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

const messages = (life: Life): unknown => life.rows('SELECT count(*) FROM timeline_items')[0]
const long = (index: number): string => `message ${index} ${'x'.repeat(2000)}`
/** Writes until the device is full; answers how many batches of ten were acknowledged. */
function fill(life: Life, from = 0): number {
  for (let batch = from; ; batch++) {
    if (life.receive(batch * 10 + 1, batch * 10 + 10, long) !== 'EVENTS_APPLIED') return batch
    if (batch > 200) throw new Error('it does not get full')
  }
}

describe('quota reached in SQLite', () => {
  test('the intake stops, the person is told, and nothing is acknowledged that is not stored', async () => {
    const life = await device.open()
    await life.clock.pass(2_000)
    device.disk.quota = device.disk.used + 400_000
    const applied = fill(life)
    expect(applied).toBeGreaterThan(0)
    expect(life.toSync.at(-1)).toMatchObject({ type: 'EVENTS_FAILED', code: 'QUOTA_EXCEEDED' })
    expect(life.problems.map((problem) => problem?.code)).toEqual(['QUOTA_EXCEEDED'])
    // the ballast is off, so there is room now; it is not for events
    await settled()
    expect(device.disk.used).toBeLessThan(device.disk.quota - 4_000_000)
    expect(life.receive(applied * 10 + 1, applied * 10 + 10)).toBe('EVENTS_FAILED')
    expect(() => life.say(9_999)).toThrow(expect.objectContaining({ code: 'QUOTA_EXCEEDED' }))

    life.die()
    const again = await device.open()
    expect(messages(again)).toBe(applied * 10)
    expect(again.rows('SELECT seq FROM cursors')).toEqual([String(applied * 10).padStart(12, '0')])
  })

  test('what makes room is still taken', async () => {
    const life = await device.open()
    life.say(5_000, 'not sent yet')
    await life.clock.pass(2_000)
    device.disk.quota = device.disk.used + 400_000
    fill(life)
    await settled()
    life.call('dispatch', [{ ...draft(9_998, ''), type: 'message.delete', entity: draft(1, '').id, payload: {} }])
    life.call('discard', [draft(5_000, '')])
    expect(life.rows("SELECT 1 FROM timeline_items WHERE snippet = 'not sent yet'")).toEqual([])
    life.leader.query('DELETE FROM search_index', [])
    expect(life.problems.map((problem) => problem?.code)).toEqual(['QUOTA_EXCEEDED'])
  })

  test('it goes on by itself when there is room again', async () => {
    const life = await device.open()
    life.leader.setContext({ actor: 'ann' })
    await life.clock.pass(2_000)
    device.disk.quota = device.disk.used + 400_000
    const applied = fill(life)
    await life.clock.pass(10_000)
    expect(life.problems).toHaveLength(1)
    life.toSync.length = 0
    device.disk.quota = Number.POSITIVE_INFINITY
    await life.clock.pass(30_000)
    expect(life.toSync.map(({ type }) => type)).toEqual(['SYNC_STATE', 'OUTBOX'])
    expect(life.receive(applied * 10 + 1, applied * 10 + 10)).toBe('EVENTS_APPLIED')
    expect(life.problems.map((problem) => problem?.code ?? null)).toEqual(['QUOTA_EXCEEDED', null])
    expect(messages(life)).toBe((applied + 1) * 10)
  })

  test('a device that is full when the app starts shows what it has', async () => {
    const first = await device.open()
    first.receive(1, 10)
    await first.clock.pass(2_000)
    first.die()
    device.disk.quota = device.disk.used
    const life = await device.open()
    expect(messages(life)).toBe(10)
  })
})

describe('quota reached during a migration', () => {
  const fat = `CREATE TABLE fat (x); INSERT INTO fat SELECT randomblob(4000) FROM generate_series(1, 2000)`.replace(
    'generate_series(1, 2000)',
    '(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i FROM n)',
  )

  test('the old version stays whole, and it is tried again when there is room', async () => {
    const old = await device.open()
    old.receive(1, 10)
    await old.clock.pass(2_000)
    old.die()
    device.migrations = [...migrations, fat]
    device.disk.quota = device.disk.used + 100_000
    const refused = await device.start()
    expect(refused.outcome).toMatchObject({ type: 'NotOpened', problem: { code: 'QUOTA_EXCEEDED' }, final: false })
    refused.die()

    device.migrations = undefined
    const before = await device.open()
    expect(before.rows('PRAGMA user_version')).toEqual([migrations.length])
    expect(messages(before)).toBe(10)
    before.die()

    device.migrations = [...migrations, fat]
    device.disk.quota = Number.POSITIVE_INFINITY
    const after = await device.open()
    expect(after.rows('SELECT count(*) FROM fat')).toEqual([2000])
  })

  test('a migration that fits into the ballast gets it', async () => {
    const old = await device.open()
    await old.clock.pass(2_000)
    old.die()
    device.migrations = [...migrations, `CREATE TABLE slim (x); INSERT INTO slim VALUES (zeroblob(800000))`]
    device.disk.quota = device.disk.used
    const life = await device.open()
    expect(life.rows('SELECT length(x) FROM slim')).toEqual([800_000])
  })
})

test('migration killed halfway: at every write, the next start has one whole version', async () => {
  const second = `ALTER TABLE rooms ADD COLUMN colour TEXT; UPDATE rooms SET colour = name;
    CREATE TABLE extra (x); INSERT INTO extra VALUES (zeroblob(20000));`
  const old = await device.open()
  old.receive(1, 20)
  old.die()
  const whole = device.disk
  const seen = new Set<unknown>()
  for (let writes = 1; ; writes++) {
    device.disk = whole.copy()
    device.migrations = [...migrations, second]
    const survived = await device.startAndDie(writes)
    device.migrations = undefined
    const version = await versionOf(device)
    seen.add(version)
    if (survived) break
  }
  expect([...seen].sort()).toEqual([migrations.length, migrations.length + 1])

  async function versionOf(device: TestDevice): Promise<number> {
    const start = await device.start()
    start.die()
    if (start.outcome.type === 'NotOpened') {
      expect(start.outcome.problem.code).toBe('SCHEMA_TOO_NEW')
      return migrations.length + 1
    }
    device.migrations = [...migrations, second]
    const life = await device.open()
    expect(life.rows('SELECT length(x) FROM extra')).toEqual([20_000])
    expect(messages(life)).toBe(20)
    expect(life.rows('PRAGMA integrity_check')).toEqual(['ok'])
    life.die()
    return migrations.length
  }
})

describe('damaged page', () => {
  /** A database with unsent and synced events whose page of this table is overwritten. */
  async function damage(table: string, { clean }: { clean: boolean }): Promise<void> {
    const life = await device.open()
    life.receive(1, 200)
    life.say(5_000, 'not sent yet')
    if (!clean) life.say(5_001, 'not sent either')
    const root = Number(life.db.selectValue(`SELECT rootpage FROM sqlite_schema WHERE name = '${table}'`))
    const page = Number(life.db.selectValue('PRAGMA page_size'))
    if (clean) await life.comeToRest()
    else life.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    life.die()
    device.poolFile('database').bytes.fill(0xff, 4096 + (root - 1) * page, 4096 + root * page)
  }
  const unsent = (life: Life): unknown => life.rows('SELECT count(*) FROM outbox')[0]

  test('is noticed after an unclean end, without that anybody read it, and the file is replaced', async () => {
    await damage('mentions', { clean: false })
    const life = await device.open()
    expect(messages(life), 'the start does not wait for it').toBe(202)
    await life.clock.pass(60_000)
    expect(life.problems).toMatchObject([{ code: 'STORAGE_CORRUPT' }])
    expect(life.replacements).toEqual(['the database is damaged'])
    life.die()

    const next = await device.open()
    expect(next.leader.problem).toMatchObject({
      code: 'STORAGE_CORRUPT',
      message: 'A copy of the damaged file was kept.',
    })
    expect([messages(next), unsent(next)], 'what was not sent is here').toEqual([2, 2])
    expect(next.rows('SELECT count(*) FROM cursors'), 'the rest comes from the server').toEqual([0])
    expect(device.rescued, 'and in no second place').toEqual([])
    next.die()
    const last = await device.open()
    expect(last.leader.problem).toBeNull()
    expect(messages(last)).toBe(2)
  })

  test('is noticed when it is read', async () => {
    await damage('timeline_items_by_order', { clean: true })
    const life = await device.open()
    expect(() => life.rows('SELECT order_key FROM timeline_items INDEXED BY timeline_items_by_order')).toThrow(
      /malformed/,
    )
    await life.clock.pass(10)
    expect(life.replacements).toHaveLength(1)
    life.die()
    const next = await device.open()
    expect(next.leader.problem).toMatchObject({ code: 'STORAGE_CORRUPT' })
    expect(unsent(next)).toBe(1)
  })

  test('of the outbox itself: the file is replaced, and what cannot be read is not made up', async () => {
    await damage('outbox', { clean: true })
    const life = await device.start()
    expect(life.leader.application).toEqual({})
    await settled()
    expect(life.replacements).toEqual(['the database is damaged'])
    life.die()
    const next = await device.open()
    expect(next.leader.problem).toMatchObject({ code: 'STORAGE_CORRUPT' })
    expect(unsent(next)).toBe(0)
  })

  test('a file that is no database at all is replaced', async () => {
    const life = await device.open()
    await life.comeToRest()
    life.die()
    device.poolFile('database').bytes.fill(65, 4096)
    expect((await device.open()).leader.problem).toMatchObject({ code: 'STORAGE_CORRUPT' })
  })

  test('a copy of the damaged file is kept as it was, and none where it does not fit', async () => {
    await damage('mentions', { clean: true })
    const bytes = device.poolFile('database').bytes.slice(4096)
    device.mark = { ...device.mark!, suspect: 'damaged' }
    const life = await device.open()
    const copies = [...device.disk.files].filter(([path]) => path.startsWith('/rsql-damaged/'))
    expect(copies.map(([path]) => path)).toEqual([
      '/rsql-damaged/damaged-1970-01-01T00-00-00.db',
      '/rsql-damaged/damaged-1970-01-01T00-00-00.db-wal',
    ])
    expect(copies[0]![1].bytes).toEqual(bytes)
    life.die()

    device.mark = { ...device.mark!, suspect: 'damaged' }
    device.disk.quota = device.disk.used
    const next = await device.open()
    expect(next.leader.problem).toMatchObject({ message: 'There was no room for a copy of the damaged file.' })
  })

  test('replacing that is cut short loses no unsent event', async () => {
    await damage('mentions', { clean: true })
    device.mark = { ...device.mark!, suspect: 'damaged' }
    const damaged = device.disk
    const { mark } = device
    for (let writes = 1, survived = false; !survived; writes = Math.ceil(writes * 1.25)) {
      device.disk = damaged.copy()
      device.mark = mark
      device.rescued = []
      survived = await device.startAndDie(writes)
      const next = await device.open()
      expect(unsent(next), `killed at change ${writes}`).toBe(1)
      next.die()
    }
  })

  test('a normal start looks at nothing', async () => {
    await damage('mentions', { clean: true })
    const life = await device.open()
    await life.clock.pass(60_000)
    expect(life.problems).toEqual([])
  })
})

describe('damaged pool header', () => {
  test.each([
    ['one bit of the name', (header: Uint8Array) => (header[3]! ^= 4)],
    ['the digest', (header: Uint8Array) => header.fill(7, 516, 524)],
    ['all of it, to zeros', (header: Uint8Array) => header.fill(0)],
  ])('%s: it is mended, and the database checked', async (_, spoil) => {
    const life = await device.open()
    life.receive(1, 20)
    life.say(5_000)
    life.die()
    spoil(device.poolFile('database').bytes.subarray(0, 524))
    spoil(device.poolFile('wal').bytes.subarray(0, 524))
    const next = await device.open()
    expect([next.leader.problem, messages(next)]).toEqual([null, 21])
    await next.comeToRest()
    next.die()

    spoil(device.poolFile('database').bytes.subarray(0, 524))
    device.poolFile('database').bytes.fill(0xff, 4096 + 8192 * 5, 4096 + 8192 * 6)
    expect((await device.open()).leader.problem).toMatchObject({ code: 'STORAGE_CORRUPT' })
  })

  test('free files, also freshly made ones, are left free', async () => {
    const life = await device.open()
    life.die()
    const before = device.disk.copy()
    const next = await device.open()
    expect(next.leader.problem).toBeNull()
    next.die()
    const sizes = (disk: FakeOpfs) => [...disk.files].filter(([path]) => path.includes('.opaque')).length
    expect(sizes(device.disk)).toBe(sizes(before))
  })
})

test.each([0, 24, 3_000, 100_000])(
  'truncated WAL (to %i bytes): an older whole state, and the cursor with it',
  async (size) => {
    const life = await device.open()
    life.receive(1, 100)
    await life.clock.pass(2_000)
    life.receive(101, 150)
    life.receive(151, 200)
    life.die()
    device.poolFile('wal').cut(size)
    const next = await device.open()
    const applied = Number(messages(next))
    expect(next.rows('SELECT seq FROM cursors')).toEqual([String(applied).padStart(12, '0')])
    expect(next.rows('PRAGMA integrity_check')).toEqual(['ok'])
    expect((next.outcome as { unclean: boolean }).unclean).toBe(true)
    await next.clock.pass(60_000)
    expect(next.problems).toEqual([])
    expect(next.receive(applied + 1, 200)).toBe('EVENTS_APPLIED')
  },
)

test('hot journal: the transaction that it belongs to is taken back', async () => {
  const life = await device.open()
  life.receive(1, 20)
  await life.clock.pass(2_000)
  life.db.exec('PRAGMA locking_mode = normal')
  life.db.exec(
    'PRAGMA journal_mode = delete; PRAGMA cache_size = 5; BEGIN; UPDATE timeline_items SET snippet = hex(randomblob(3000))',
  )
  expect(
    [...device.disk.files].some(
      ([, file]) => new TextDecoder().decode(file.bytes.subarray(0, 20)) === '/database.db-journal',
    ),
  ).toBe(true)
  life.die()
  const next = await device.open()
  expect(next.rows('SELECT count(*) FROM timeline_items WHERE length(snippet) < 100')).toEqual([20])
  expect(next.rows('PRAGMA integrity_check')).toEqual(['ok'])
  expect(next.rows('PRAGMA journal_mode')).toEqual(['wal'])
})

describe('site data cleared', () => {
  test('while open: it is told, what was not sent is kept, the next opening begins anew', async () => {
    const life = await device.open()
    life.receive(1, 20)
    life.say(5_000, 'not sent yet')
    device.clear({ files: true, indexedDb: true })
    await life.clock.pass(1_000)
    expect(life.problems).toMatchObject([{ code: 'STORAGE_LOST' }])
    expect(life.replacements).toEqual(['the files of the database are gone'])
    life.die()
    const next = await device.open()
    expect(next.leader.problem).toMatchObject({ code: 'STORAGE_LOST' })
    expect(next.rows('SELECT snippet FROM timeline_items')).toEqual(['not sent yet'])
    expect(next.rows('SELECT count(*) FROM outbox')).toEqual([1])
  })

  test('the files first and IndexedDB after what was rescued is in it: it is rescued again', async () => {
    const life = await device.open()
    life.say(5_000, 'not sent yet')
    device.clear({ files: true })
    await life.clock.pass(5_000)
    expect(device.rescued).toHaveLength(1)
    expect(life.replacements).toEqual([])
    device.clear({ indexedDb: true })
    await life.clock.pass(2_000)
    expect(life.replacements).toHaveLength(1)
    life.die()
    const next = await device.open()
    expect(next.leader.problem).toMatchObject({ code: 'STORAGE_LOST' })
    expect(next.rows('SELECT snippet FROM timeline_items')).toEqual(['not sent yet'])
  })

  test('the files alone, while open: noticed within seconds', async () => {
    const life = await device.open()
    life.say(5_000, 'not sent yet')
    device.clear({ files: true })
    await life.clock.pass(6_000)
    expect(life.problems).toMatchObject([{ code: 'STORAGE_LOST' }])
    life.die()
    expect((await device.open()).rows('SELECT snippet FROM timeline_items')).toEqual(['not sent yet'])
  })

  test('the files alone, while closed: the sentinel says so', async () => {
    const life = await device.open()
    const { generation } = device.mark!
    life.die()
    device.clear({ files: true })
    const next = await device.open()
    expect(next.leader.problem).toMatchObject({ code: 'STORAGE_LOST' })
    expect(device.mark!.generation).not.toBe(generation)
  })

  test('IndexedDB alone: nothing is lost, and the sentinel is written again', async () => {
    const life = await device.open()
    life.say(5_000)
    const mark = device.mark
    device.clear({ indexedDb: true })
    await settled()
    expect([life.problems, life.replacements, device.mark]).toEqual([[], [], mark])
    life.die()
    device.mark = null
    const next = await device.open()
    expect([next.leader.problem, messages(next), device.mark]).toEqual([null, 1, mark])
  })

  test('everything, while closed: a first start', async () => {
    ;(await device.open()).die()
    device.clear({ files: true, indexedDb: true })
    const life = await device.open()
    expect([life.leader.problem, messages(life)]).toEqual([null, 0])
  })
})

test('downgrade: an old build leaves the file of a newer one as it is', async () => {
  device.migrations = [...migrations, 'CREATE TABLE of_the_future (x)']
  const newer = await device.open()
  newer.say(1)
  await newer.clock.pass(2_000)
  newer.die()
  const bytes = device.poolFile('database').bytes.slice()
  device.migrations = undefined
  const old = await device.start()
  expect(old.outcome).toMatchObject({ type: 'NotOpened', final: true, problem: { code: 'SCHEMA_TOO_NEW' } })
  old.die()
  expect(device.poolFile('database').bytes).toEqual(bytes)
  device.migrations = [...migrations, 'CREATE TABLE of_the_future (x)']
  expect(messages(await device.open())).toBe(1)
})

describe('how it is stored', () => {
  test('WAL with NORMAL in exclusive mode, read back', async () => {
    const life = await device.open()
    const pragmas = ['journal_mode', 'synchronous', 'locking_mode', 'temp_store'].flatMap((name) =>
      life.rows(`PRAGMA ${name}`),
    )
    expect(pragmas).toEqual(['wal', 1, 'exclusive', 2])
  })

  test('a mode that is not durable is refused', async () => {
    const sqlite3 = await loadSqlite()
    const db = new sqlite3.oo1.DB(':memory:')
    expect(() => makeDurable(db)).toThrow('mode memory')
    db.close()
  })

  test('full pool: SQLite cannot open another file; ours keeps files to spare', async () => {
    const life = await device.open()
    const slots = () => [...device.disk.files.keys()].filter((path) => path.includes('.opaque')).length
    expect(slots()).toBeGreaterThanOrEqual(8)
    const vfs = life.db.dbVfsName()
    expect(() => {
      for (let n = 0; n < 8; n++)
        life.db.exec(`ATTACH 'file:/other-${n}.db?vfs=${vfs}' AS other${n}; CREATE TABLE other${n}.t (x)`)
    }).toThrow(/unable to open database/)
    life.die()
    const next = await device.open()
    expect(next.rows('SELECT 1')).toEqual([1])
    next.say(1)
    expect(slots(), 'however many strangers are in it').toBeGreaterThan(8)
  })

  test('no OPFS: in memory, and it is said', async () => {
    const getDirectory = () => Promise.reject(new DOMException('no', 'SecurityError'))
    const { start } = device
    device.disk.root = () => getDirectory() as never
    const life = await start.call(device)
    expect(life.outcome).toMatchObject({ type: 'Opened', storage: 'memory', problem: { code: 'STORAGE_MEMORY' } })
    expect(life.leader.problem).toMatchObject({ code: 'STORAGE_MEMORY' })
  })

  test('files that are still held: not opened, and not in memory', async () => {
    await device.open()
    const second = await device.start()
    expect(second.outcome).toMatchObject({ type: 'NotOpened', final: false, problem: { code: 'OPEN_FAILED' } })
  })
})

test('a worker killed at any write: every acknowledged event is there, and the file is whole', async () => {
  const first = await device.open()
  await first.clock.pass(2_000)
  first.die()
  const base = device.disk
  for (const writes of [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377]) {
    device.disk = base.copy()
    const life = await device.open()
    device.diesAfter = writes
    let acknowledged = 0
    for (let batch = 0; batch < 30 && device.diesAfter >= 0; batch++) {
      if (life.receive(batch * 10 + 1, batch * 10 + 10, long) === 'EVENTS_APPLIED') acknowledged = (batch + 1) * 10
    }
    device.diesAfter = Number.POSITIVE_INFINITY
    life.die()
    device.disk = device.disk.copy()
    const next = await device.open()
    expect(Number(messages(next)), `killed at write ${writes}`).toBeGreaterThanOrEqual(acknowledged)
    expect(next.rows('PRAGMA integrity_check')).toEqual(['ok'])
    expect(next.rows(`SELECT coalesce(max(seq), '0') + 0 FROM cursors WHERE stream = '${stream}'`)[0]).toBe(
      messages(next),
    )
    next.die()
  }
})
