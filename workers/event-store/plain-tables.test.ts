import { beforeEach, expect, test, vi } from 'vitest'
import { defineDatabase } from '../runtime/application.ts'
import { type Life, settled, TestDevice } from './test-device.ts'

/** An application of plain tables on a device that fails: what the runtime does for it without an event store. */
const createTodo = 'CREATE TABLE todo (id INTEGER PRIMARY KEY, title TEXT NOT NULL)'
const todo = defineDatabase({
  name: 'rsql',
  migrations: [createTodo],
  commands: {
    add: (db, title: string) => db.run('INSERT INTO todo (title) VALUES (?)', [title]),
    removeAll: (db) => db.run('DELETE FROM todo'),
  },
})

let device: TestDevice
beforeEach(() => {
  device = new TestDevice()
  device.application = todo
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
const count = (life: Life): unknown => life.rows('SELECT count(*) FROM todo')[0]
const add = (life: Life, requestId: string, title = 'milk'): unknown => life.leader.call(requestId, 'add', title)

test('a worker dies after it has committed a call: the next one answers the same call without running it', async () => {
  const life = await device.open()
  add(life, 'r1')
  life.die()
  const next = await device.open()
  add(next, 'r1')
  add(next, 'r2')
  expect(count(next)).toBe(2)
  expect(next.leader.epoch).toBeGreaterThan(life.leader.epoch)
})

test('a worker dies at any write of a call: all of the call is there or nothing, and repeated it has run once', async () => {
  const seen = new Set<unknown>()
  for (let changes = 0; !seen.has(1); changes++) {
    if (changes > 100) throw new Error('no call is ever committed')
    device = new TestDevice()
    device.application = todo
    const life = await device.open()
    await life.clock.pass(2_000)
    let left = changes
    device.disk.beforeChange = () => {
      if (--left < 0) throw new Error('the worker is dead')
    }
    try {
      add(life, 'r1', 'x'.repeat(20_000))
    } catch {} // it died before it could answer
    life.die()
    device.disk.beforeChange = () => {}
    const next = await device.open()
    seen.add(count(next))
    add(next, 'r1', 'x'.repeat(20_000))
    expect(count(next), `after ${changes} changes`).toBe(1)
    next.die()
  }
  expect([...seen].sort(), 'it died before the commit, too').toEqual([0, 1])
})

test('a full device refuses what adds and takes what removes, until there is room again', async () => {
  const life = await device.open()
  await life.clock.pass(2_000)
  device.disk.quota = device.disk.used + 400_000
  const fill = () => {
    for (let call = 0; call < 5_000; call++) add(life, `r${call}`, 'x'.repeat(20_000))
  }
  expect(fill).toThrow(/disk/)
  await settled()
  expect(life.problems.map((problem) => problem?.code)).toEqual(['QUOTA_EXCEEDED'])
  life.leader.call('remove', 'removeAll', undefined)
  expect(count(life)).toBe(0)
})

test('a database of a newer version of the application is left alone', async () => {
  device.migrations = [createTodo, 'ALTER TABLE todo ADD done INTEGER']
  const newer = await device.open()
  add(newer, 'r1')
  newer.die()
  device.migrations = undefined
  const older = await device.start()
  expect(older.outcome).toMatchObject({ type: 'NotOpened', final: true, problem: { code: 'SCHEMA_TOO_NEW' } })
  older.die()
  device.migrations = [createTodo, 'ALTER TABLE todo ADD done INTEGER']
  expect(count(await device.open())).toBe(1)
})
