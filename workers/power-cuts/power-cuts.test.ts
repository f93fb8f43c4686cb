import { beforeEach, expect, test, vi } from 'vitest'
import { browserSqlite } from '../runtime/platform/browser-sqlite.ts'
import { FakeOpfs, installOpfs } from '../runtime/platform/fake-opfs.ts'
import { sweepPowerCuts } from './sweep.ts'

beforeEach(() => {
  // what the pool says of a header that a cut tore
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.spyOn(console, 'error').mockImplementation(() => {})
})

test.each(['wal', 'truncate'] as const)('power cuts anywhere, %s: whole, and what a commit left', async (mode) => {
  const seed = Math.floor(Math.random() * 1e6)
  const { faults, places } = await sweepPowerCuts({ seed, mode, cuts: 300, cutsOfOneHistory: 40 })
  expect(faults, `seed ${seed}`).toEqual([])
  // a journal that is rolled back, and a WAL that goes into the database, were among them
  const kinds = [...places.keys()].join('; ')
  expect(kinds).toContain(mode === 'wal' ? 'wal write' : 'journal write')
  expect(kinds).toContain('database write')
})

test('the sweep finds a database that does not flush', async () => {
  const { faults } = await sweepPowerCuts({ seed: 1, mode: 'wal', cuts: 300, cutsOfOneHistory: 40, unsafe: true })
  expect(faults.length).toBeGreaterThan(10)
})

test('two connections of one pool keep out of each other’s transactions', async () => {
  installOpfs(new FakeOpfs())
  const sqlite3 = await browserSqlite()
  const pool = await sqlite3.installOpfsSAHPoolVfs({ name: 'overlap', directory: 'overlap', initialCapacity: 6 })
  const [one, two] = [new pool.OpfsSAHPoolDb('/overlap.db'), new pool.OpfsSAHPoolDb('/overlap.db')]
  one.exec('PRAGMA journal_mode = truncate; CREATE TABLE t (x); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)')
  expect(() => two.exec('INSERT INTO t VALUES (2)')).toThrow(/SQLITE_BUSY/)
  // nor does it take the first one's journal for one that was left, and roll it back
  expect(two.selectValue('SELECT count(*) FROM t')).toBe(0)
  two.close()
  one.exec('INSERT INTO t VALUES (3); COMMIT')
  expect(one.selectValues('SELECT x FROM t')).toEqual([1, 3])
  expect(one.selectValue('PRAGMA integrity_check')).toBe('ok')
  one.close()
})
