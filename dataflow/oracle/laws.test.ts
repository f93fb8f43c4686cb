/* Laws of the API that random cases do not reach: turns, listeners, limits, hostile input. */

import { beforeEach, describe, expect, it, vi } from 'vitest'
import { openLiveDatabase } from '../index.ts'
import type { LiveDatabase, QueryDelta, SqlValue } from '../types.ts'
import { Follower } from './follow-deltas.ts'
import { loadSqlite } from './plain-sqlite.ts'

const sqlite3 = await loadSqlite()
let live: LiveDatabase

beforeEach(() => {
  live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run('CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES (1, 1, 1), (2, 2, 2)')
  return () => live.close()
})

/** A live query with a follower that believes only the deltas. */
function follow(sql: string, parameters: SqlValue[] = []) {
  const deltas: QueryDelta[] = []
  const errors: Error[] = []
  let follower: Follower | undefined
  const query = live.subscribe(
    { sql, parameters },
    (delta) => {
      deltas.push(delta)
      follower!.apply(delta)
    },
    (error) => errors.push(error),
  )
  follower = new Follower(query)
  const agree = () => {
    expect(query.error).toBeNull()
    expect(query.rows).toEqual(live.all(sql, parameters))
    expect(follower.check(query)).toBeNull()
  }
  return { query, deltas, errors, agree }
}

describe('listeners', () => {
  it('that write start later turns, in order, and never see half of one', () => {
    const total = follow('SELECT count(*), sum(a) FROM t')
    const seen: number[] = []
    live.subscribe({ sql: 'SELECT id FROM t ORDER BY id', parameters: [] }, ({ turn }) => {
      seen.push(turn)
      const [count] = live.all('SELECT count(*) FROM t')[0] as [number]
      if (count < 5) live.run('INSERT INTO t(a) VALUES (?)', [count])
    })
    live.run('INSERT INTO t(a) VALUES (10)')
    expect(seen).toEqual([...seen].sort((x, y) => x - y))
    expect(new Set(seen).size).toBe(3)
    total.agree()
  })

  it('that throw harm no other, nor the write', () => {
    const silenced = vi.spyOn(console, 'error').mockImplementation(() => {})
    live.subscribe({ sql: 'SELECT * FROM t', parameters: [] }, () => {
      throw new Error('mine')
    })
    const other = follow('SELECT * FROM t ORDER BY id')
    live.run('DELETE FROM t WHERE id = 1')
    other.agree()
    expect(other.deltas).toHaveLength(1)
    silenced.mockRestore()
  })

  it('may subscribe and unsubscribe', () => {
    let late: ReturnType<typeof follow> | undefined
    const first = live.subscribe({ sql: 'SELECT id FROM t', parameters: [] }, () => {
      first.unsubscribe()
      late ??= follow('SELECT a FROM t ORDER BY id')
    })
    live.run('UPDATE t SET a = a + 1')
    live.run('INSERT INTO t VALUES (3, 3, 3)')
    late?.agree()
    live.run('UPDATE t SET a = 0')
    late!.agree()
  })
})

describe('turns', () => {
  it('of a transaction that throws tell nothing', () => {
    const all = follow('SELECT * FROM t ORDER BY id')
    const work = () => {
      live.run('DELETE FROM t')
      throw new Error('no')
    }
    expect(() => live.transaction(work)).toThrow('no')
    expect(all.deltas).toEqual([])
    all.agree()
  })

  it('merge what a transaction did, rolled-back savepoints left out', () => {
    const all = follow('SELECT * FROM t ORDER BY id')
    live.transaction(() => {
      live.run('INSERT INTO t VALUES (3, 3, 3)')
      live.run(
        'SAVEPOINT one; DELETE FROM t; SAVEPOINT two; INSERT INTO t VALUES (9, 9, 9); ROLLBACK TO one; RELEASE one',
      )
      live.run('UPDATE t SET a = 7 WHERE id = 3')
    })
    expect(all.deltas).toHaveLength(1)
    expect(all.deltas[0]!.changes).toMatchObject([{ op: 'insert', index: 2, row: [3, 7, 3] }])
    all.agree()
  })

  it('are not made between BEGIN and COMMIT', () => {
    const all = follow('SELECT * FROM t ORDER BY id')
    live.run('BEGIN')
    live.run('DELETE FROM t WHERE id = 1')
    expect(all.deltas).toEqual([])
    expect(() => follow('SELECT 1')).toThrow()
    live.run('COMMIT')
    expect(all.deltas).toHaveLength(1)
    all.agree()
  })

  it('tell what committed when a script fails half-way', () => {
    const all = follow('SELECT * FROM t ORDER BY id')
    expect(() => live.run('INSERT INTO t VALUES (5, 5, 5); INSERT INTO nowhere VALUES (1); DELETE FROM t')).toThrow('no such table') // prettier-ignore
    expect(all.deltas).toHaveLength(1)
    all.agree()
  })
})

describe('keys', () => {
  it('name a row for its life, whichever partition of a window it goes to', () => {
    const all = follow('SELECT id, a, row_number() OVER (PARTITION BY a ORDER BY id) FROM t ORDER BY id')
    const [key] = all.query.keys
    live.run('UPDATE t SET a = 7 WHERE id = 1')
    expect(all.deltas.at(-1)!.changes).toEqual([{ op: 'update', index: 0, key, row: [1, 7, 1] }])
    all.agree()
  })

  it('of rows that have none of their own stay with what is as it was', () => {
    live.run(`UPDATE t SET b = '["x","y","z"]' WHERE id = 1; UPDATE t SET b = '[]' WHERE id = 2`)
    const all = follow('SELECT t.id, e.value FROM t, json_each(t.b) AS e')
    const keys = [...all.query.keys]
    live.run(`UPDATE t SET b = '["y","new","z"]' WHERE id = 1`)
    expect(all.query.keys).toEqual(expect.arrayContaining([keys[1], keys[2]]))
    expect(all.query.rows[all.query.keys.indexOf(keys[1]!)]).toEqual([1, 'y'])
    expect(all.deltas.at(-1)!.changes).toHaveLength(1)
    live.run(`UPDATE t SET b = '["z","new"]' WHERE id = 1`)
    expect(all.deltas.at(-1)!.changes).toEqual([{ op: 'delete', index: all.query.keys.length, key: keys[1] }].map((c) => ({ ...c, index: expect.any(Number) }))) // prettier-ignore
    all.query.rows.forEach((row, i) => row[1] === 'z' && expect(all.query.keys[i]).toBe(keys[2]))
  })
})

describe('hostile input', () => {
  it('a dropped table ends the queries over it with a clear error, and no other', () => {
    live.run('CREATE TABLE u(x); INSERT INTO u VALUES (1)')
    const gone = follow('SELECT * FROM u')
    const stays = follow('SELECT * FROM t ORDER BY id')
    live.run('DROP TABLE u')
    expect(gone.errors).toHaveLength(1)
    expect(gone.query.error?.message).toMatch(/no such table/)
    live.run('INSERT INTO t VALUES (4, 4, 4)')
    stays.agree()
    expect(gone.deltas).toEqual([])
  })

  it('`all` has the columns of the moment', () => {
    const sql = 'SELECT * FROM t WHERE id = 1'
    expect(live.all(sql)).toEqual([[1, 1, 1]])
    live.run('ALTER TABLE t ADD COLUMN c DEFAULT 5')
    expect(live.all(sql)).toEqual([[1, 1, 1, 5]])
    live.transaction(() => {
      live.run('ALTER TABLE t DROP COLUMN a')
      expect(live.all(sql)).toEqual([[1, 1, 5]])
    })
    expect(live.all(sql)).toEqual([[1, 1, 5]])
  })

  it('a table that is made again is answered for those who subscribe then', () => {
    const sql = 'SELECT id FROM t ORDER BY id'
    const gone = follow(sql)
    live.run('DROP TABLE t')
    live.run('CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES (7, 7, 7)')
    const again = follow(sql)
    again.agree()
    gone.query.unsubscribe()
    live.run('INSERT INTO t VALUES (8, 8, 8)')
    again.agree()
    expect(gone.deltas).toEqual([])
    expect(gone.query.error?.message).toMatch(/no such table/)
  })

  it('an error in a row clears when the row does, with a delta from the last rows', () => {
    const all = follow(`SELECT id, json_extract(a, '$.x') FROM t ORDER BY id`)
    live.run(`UPDATE t SET a = '{bad' WHERE id = 1`)
    expect(all.query.error).not.toBeNull()
    live.run(`UPDATE t SET a = '{"x":5}' WHERE id = 1`)
    all.agree()
    expect(all.query.rows[0]).toEqual([1, 5])
  })

  it('syntax errors, unknown columns and writes are refused with a message', () => {
    expect(() => follow('SELEC 1')).toThrow(/syntax error/)
    expect(() => follow('SELECT missing FROM t')).toThrow(/no such column/)
    expect(() => follow('DELETE FROM t')).toThrow()
    const other = follow('SELECT * FROM t ORDER BY id')
    live.run('DELETE FROM t WHERE id = 2')
    other.agree()
  })

  it('an attached database is watched too', () => {
    live.run(`ATTACH ':memory:' AS aux; CREATE TABLE aux.u(x); INSERT INTO aux.u VALUES (1)`)
    const all = follow('SELECT u.x, t.a FROM aux.u AS u JOIN t ON t.id = u.x')
    live.run('INSERT INTO aux.u VALUES (2)')
    all.agree()
    live.run('UPDATE t SET a = 9')
    all.agree()
  })

  it('SQL of 1 MB', () => {
    const all = follow(`SELECT id, '${'x'.repeat(1_000_000)}' AS big FROM t WHERE id > 0 ORDER BY id`)
    live.run('INSERT INTO t VALUES (3, 3, 3)')
    all.agree()
  })

  it('an expression of 500 terms', () => {
    const terms = Array.from({ length: 500 }, (_, i) => `(a + ${i})`).join(' + ')
    const all = follow(`SELECT id, ${terms} FROM t ORDER BY id`)
    live.run('UPDATE t SET a = a + 1')
    all.agree()
  })

  it('a compound of 400 terms', () => {
    const all = follow(Array.from({ length: 400 }, (_, i) => `SELECT id + ${i} FROM t`).join(' UNION ') + ' ORDER BY 1')
    live.run('INSERT INTO t VALUES (7, 7, 7)')
    all.agree()
  })

  it('63 joins', () => {
    const joins = Array.from({ length: 63 }, (_, i) => `JOIN t AS t${i + 1} ON t${i + 1}.id = t${i}.id`).join(' ')
    const all = follow(`SELECT t0.id, t63.a FROM t AS t0 ${joins} ORDER BY t0.id`)
    live.run('UPDATE t SET a = 5 WHERE id = 1')
    all.agree()
    live.run('INSERT INTO t VALUES (8, 8, 8)')
    all.agree()
  })

  it('values keep their type and their bits', () => {
    const all = follow('SELECT id, a, typeof(a), quote(a) FROM t ORDER BY id')
    const values: SqlValue[] = [2n ** 63n - 1n, -(2n ** 63n), 9007199254740993n, NaN, Infinity, -Infinity, -0, 1e19, 1e196, 0.1, 'a\0b', '🙂', '\uFEFFbom', '', new Uint8Array([0, 255]), new Uint8Array(0)] // prettier-ignore
    for (const value of values) {
      live.run('INSERT INTO t(a) VALUES (?)', [value])
      all.agree()
    }
    live.run('UPDATE t SET a = 1.0 WHERE id = 1')
    expect(all.query.rows[0]).toEqual([1, 1, 'real', '1.0'])
    all.agree()
  })
})
