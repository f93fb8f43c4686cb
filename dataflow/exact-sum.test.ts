import init from '@sqlite.org/sqlite-wasm'
import { expect, it } from 'vitest'
import { ExactSum } from './exact-sum.ts'
import { real } from './value.ts'

const sqlite3 = await init()

it('is what SQLite sums, or says that it cannot tell', () => {
  const db = new sqlite3.oo1.DB(':memory:')
  db.exec('CREATE TABLE t(id INTEGER PRIMARY KEY, x REAL)')
  const insert = db.prepare('INSERT OR REPLACE INTO t VALUES (?, ?)')
  let seed = 20260103
  const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) / 2 ** 32
  const kinds: (() => number)[] = [
    () => Math.round(random() * 10000) / 100,
    () => random() - 0.5,
    () => (random() - 0.5) * 2 ** Math.floor(random() * 120 - 60),
    () => (random() < 0.5 ? 1e16 : -1e16) + random(),
    () => -0,
    () => Math.floor(random() * 10) * 5e-320,
    () => (random() - 0.5) * 1e305,
  ]
  let [told, untold] = [0, 0]
  for (let trial = 0; trial < 700; trial++) {
    db.exec('DELETE FROM t')
    const sum = new ExactSum()
    const rows = new Map<number, number>()
    const kind = kinds[trial % kinds.length]!
    for (let step = 0; step < 60; step++) {
      const [id, x] = [Math.floor(random() * 40), random() < 0.999 ? kind() : kinds[step % kinds.length]!()]
      const old = rows.get(id)
      if (old !== undefined) sum.add(real(old), -1)
      rows.set(id, x)
      sum.add(real(x), 1)
      insert.bind([id, x]).stepReset()
      if (step % 7 !== 0) continue
      const expected = db.selectValue('SELECT sum(x) FROM t') as number
      if (sum.value === null) untold++
      else {
        told++
        expect(sum.value.value).toBe(expected)
      }
    }
  }
  insert.finalize()
  expect(told).toBeGreaterThan(4 * untold)
})
