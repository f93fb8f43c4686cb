import init from '@sqlite.org/sqlite-wasm'
import { beforeEach, describe, expect, it } from 'vitest'
import { openLiveDatabase } from '../index.ts'
import type { LiveDatabase, QueryDelta, SqlValue } from '../types.ts'
import { applyChanges } from '../../schema/live/row-changes.ts'

const sqlite3 = await init()
let live: LiveDatabase
beforeEach(() => {
  live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
})

/** Subscribes and follows the deltas on a list of its own. */
function follow(sql: string, parameters: SqlValue[] = []) {
  const deltas: QueryDelta[] = []
  const errors: Error[] = []
  const query = live.subscribe(
    { sql, parameters },
    (delta) => {
      deltas.push(delta)
      applyChanges(keys, rows, delta.changes)
      expect(rows).toEqual(query.rows)
      expect(keys).toEqual(query.keys)
    },
    (error) => errors.push(error),
  )
  const rows = [...query.rows]
  const keys = [...query.keys]
  return { query, deltas, errors, rows }
}

describe('values', () => {
  it('come back with the types they went in with', () => {
    live.run('CREATE TABLE t(v)')
    const values: SqlValue[] = [null, 1, -1, 2 ** 40, 9007199254740991, 9007199254740993n, 2n ** 63n - 1n, -(2n ** 63n), 1.5, 1e19, 1e196, -0, Infinity, 'a\0b', '\uFEFFbom', '🙂', 'x'.repeat(5000), new Uint8Array([0, 255]), new Uint8Array(0)] // prettier-ignore
    for (const value of values) live.run('INSERT INTO t VALUES (?)', [value])
    expect(live.all('SELECT v FROM t ORDER BY rowid').map(([value]) => value)).toEqual(values)
    expect(live.all('SELECT typeof(?), typeof(?), typeof(?), typeof(?)', [1, -0, 1e19, 2n])).toEqual([
      ['integer', 'real', 'real', 'integer'],
    ])
    expect(live.all('SELECT ?', [NaN])).toEqual([[null]])
    expect(() => live.all('SELECT ?', [2n ** 64n])).toThrow()
  })
})

describe('turns', () => {
  beforeEach(() => live.run('CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES (1, 1, 1), (2, 2, 2)'))

  it('hand out what one call made durable', () => {
    const { deltas } = follow('SELECT * FROM t ORDER BY id')
    live.run('INSERT INTO t VALUES (3, 3, 3); UPDATE t SET a = 9 WHERE id = 1; DELETE FROM t WHERE id = 2')
    expect(deltas).toEqual(
      [
        {
          turn: deltas[0]!.turn,
          changes: [
            { op: 'update', index: 0, key: 'i1,', row: [1, 9, 1] },
            { op: 'delete', index: 1, key: 'i2,' },
            { op: 'insert', index: 1, key: 'i3,', row: [3, 3, 3] },
          ].sort((x, y) => (x.op === 'delete' ? -1 : 0) - (y.op === 'delete' ? -1 : 0) || 0),
        },
      ].map((delta) => ({ ...delta, changes: expect.arrayContaining(delta.changes) })),
    )
  })

  it('emit nothing before COMMIT, nor after ROLLBACK', () => {
    const { deltas } = follow('SELECT * FROM t')
    live.run('BEGIN')
    live.run('INSERT INTO t VALUES (3, 3, 3)')
    expect(deltas).toEqual([])
    live.run('COMMIT')
    expect(deltas.length).toBe(1)
    live.run('BEGIN')
    live.run('DELETE FROM t')
    live.run('ROLLBACK')
    expect(deltas.length).toBe(1)
    expect(() => live.transaction(() => { live.run('DELETE FROM t'); throw new Error('no') })).toThrow('no') // prettier-ignore
    expect(deltas.length).toBe(1)
    live.run('SAVEPOINT a; INSERT INTO t VALUES (7,7,7); ROLLBACK TO a; RELEASE a')
    expect(deltas.length).toBe(1)
  })

  it('of a script that fails half-way hold what committed', () => {
    const { deltas, rows } = follow('SELECT id FROM t ORDER BY id')
    expect(() => live.run('INSERT INTO t VALUES (3,3,3); INSERT INTO t VALUES (3,3,3); DELETE FROM t')).toThrow(
      'UNIQUE',
    )
    expect(rows).toEqual([[1], [2], [3]])
    expect(deltas.length).toBe(1)
  })

  it('of a call that leaves a transaction open hold what was durable before it', () => {
    const { deltas, rows } = follow('SELECT id FROM t ORDER BY id')
    live.run('INSERT INTO t VALUES (3,3,3); BEGIN; INSERT INTO t VALUES (4,4,4)')
    expect(rows).toEqual([[1], [2], [3]])
    live.run('COMMIT')
    expect(rows).toEqual([[1], [2], [3], [4]])
    live.run('INSERT INTO t VALUES (5,5,5); BEGIN; INSERT INTO t VALUES (6,6,6); COMMIT')
    expect(rows.length).toBe(6)
    expect(deltas.length).toBe(3)
  })

  it('that listeners start come later, whole and in order', () => {
    const seen: string[] = []
    const first = live.subscribe({ sql: 'SELECT count(*) FROM t', parameters: [] }, (delta) => {
      seen.push(`first ${first.rows[0]![0]} at ${delta.turn}`)
      if (first.rows[0]![0] === 3) live.run('INSERT INTO t VALUES (NULL, 4, 4)')
    })
    const second = live.subscribe({ sql: 'SELECT id FROM t', parameters: [] }, (delta) => {
      seen.push(`second ${second.rows.length} at ${delta.turn}`)
    })
    live.run('INSERT INTO t VALUES (NULL, 3, 3)')
    const turn = Number(seen[0]!.split(' ').at(-1))
    expect(seen).toEqual([
      `first 3 at ${turn}`,
      `second 3 at ${turn}`,
      `first 4 at ${turn + 1}`,
      `second 4 at ${turn + 1}`,
    ])
  })

  it('leave last_insert_rowid() as the caller set it', () => {
    live.run('CREATE TABLE u(x INT)')
    follow('SELECT id, (SELECT count(*) FROM u WHERE u.x = t.a) FROM t')
    live.run('INSERT INTO t VALUES (70, 1, 1)')
    live.run('INSERT INTO u(rowid, x) VALUES (99, 1)')
    expect(live.all('SELECT last_insert_rowid()')).toEqual([[99]])
  })

  it('touch no query that does not read the table', () => {
    live.run('CREATE TABLE u(x)')
    const { query } = follow('SELECT * FROM t')
    const time = query.explain().operators[0]!.milliseconds
    live.run('INSERT INTO u VALUES (1)')
    expect(query.explain().operators[0]!.milliseconds).toBe(time)
  })
})

describe('errors', () => {
  beforeEach(() => live.run('CREATE TABLE t(id INTEGER PRIMARY KEY, j)'))

  it('end a query whose table is dropped, and no other', () => {
    live.run('CREATE TABLE u(x)')
    const t = follow('SELECT * FROM t')
    const u = follow('SELECT * FROM u')
    live.run('DROP TABLE t')
    expect(t.errors.map((error) => error.message)).toEqual(['no such table: t'])
    expect(t.query.error?.message).toBe('no such table: t')
    live.run('CREATE TABLE t(id); INSERT INTO t VALUES (1)')
    expect(t.deltas).toEqual([])
    live.run('INSERT INTO u VALUES (1)')
    expect(u.rows).toEqual([[1]])
  })

  it('pass when the query can be answered again', () => {
    const t = follow(`SELECT id, json_extract(j, '$.a') FROM t`)
    live.run(`INSERT INTO t VALUES (1, '{"a":1}')`)
    live.run(`INSERT INTO t VALUES (2, '{')`)
    expect(t.query.error?.message).toBe('malformed JSON')
    expect(t.query.rows).toEqual([[1, 1]])
    live.run(`UPDATE t SET j = '{"a":2}' WHERE id = 2`)
    expect(t.query.error).toBe(null)
    expect(t.rows).toEqual([[1, 1], [2, 2]]) // prettier-ignore
  })

  it('throw from subscribe with SQLite’s message', () => {
    expect(() => follow('SELECT nope FROM t')).toThrow('no such column: nope')
    expect(() => follow('SELEC')).toThrow('near "SELEC": syntax error')
    expect(() => follow('DELETE FROM t RETURNING id')).toThrow()
    expect(() => live.transaction(() => follow('SELECT 1'))).toThrow('open transaction')
  })

  it('new columns arrive with the delta', () => {
    live.run('INSERT INTO t VALUES (1, 2)')
    const t = follow('SELECT * FROM t')
    live.run('ALTER TABLE t ADD COLUMN extra DEFAULT 5')
    expect(t.deltas.at(-1)!.columns).toEqual(['id', 'j', 'extra'])
    expect(t.rows).toEqual([[1, 2, 5]])
  })
})

it('a statement runs behind a comment', () => {
  live.run('/* one */ CREATE TABLE t(a); /* two */ -- three\n INSERT INTO t VALUES (1); /* four')
  expect(live.all('/* five */ SELECT a FROM t /* six */')).toEqual([[1]])
})

it('a window without ORDER BY that runs dry is filled in the order that its rows are kept in', () => {
  live.run(
    `CREATE TABLE t(x); INSERT INTO t VALUES (1), (2); CREATE VIEW v AS SELECT x AS z FROM t UNION ALL SELECT x + 10 FROM t`,
  )
  const { query } = follow('SELECT z FROM (SELECT z FROM v UNION ALL SELECT z + 20 FROM v) LIMIT 3 OFFSET 1')
  const { reason } = query.explain()
  for (const rowid of [2, 1, 2]) {
    live.run('DELETE FROM t WHERE rowid = ?', [rowid])
    live.run('INSERT INTO t(rowid, x) VALUES (?1, ?1)', [rowid])
  }
  expect(query.rows).toEqual([[2], [11], [12]])
  expect(query.explain().reason).toContain(reason)
})

describe('queries that are routed to by a value', () => {
  it('each see their own part of one turn’s diff', () => {
    live.run(`
      CREATE TABLE u(id INTEGER PRIMARY KEY, team, name); CREATE TABLE m(id INTEGER PRIMARY KEY, u);
      INSERT INTO u VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c'); INSERT INTO m VALUES (1, 1), (2, 2), (3, 3), (4, 1)`)
    const teams = [1, 2, 3].map((team) =>
      follow('SELECT m.id, u.name FROM m JOIN u ON u.id = m.u WHERE u.team = ? ORDER BY 1', [team]),
    )
    live.run(`UPDATE u SET name = name || '!'`)
    expect(teams.map(({ rows }) => rows)).toEqual([[[1, 'a!'], [4, 'a!']], [[2, 'b!']], [[3, 'c!']]]) // prettier-ignore
  })
})

it('tells who traces a query what its operators send, across a change of the schema', () => {
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run('CREATE TABLE m(id INTEGER PRIMARY KEY, room INT)')
  const query = live.subscribe({ sql: 'SELECT room, count(*) FROM m GROUP BY room', parameters: [] }, () => {})
  const kinds: string[] = []
  const stop = query.trace(({ kind, entries }) => kinds.push(`${kind} ${entries.length}`))
  live.run('INSERT INTO m VALUES (1, 7)')
  expect(kinds).toEqual(['scan 1', 'touch 1', 'fold 1'])
  live.run('ALTER TABLE m ADD COLUMN x')
  kinds.length = 0
  live.run('UPDATE m SET room = 8')
  expect(kinds).toEqual(['scan 1', 'touch 2', 'fold 2'])
  stop()
  live.run('DELETE FROM m')
  expect(kinds.length).toBe(3)
  live.close()
})
