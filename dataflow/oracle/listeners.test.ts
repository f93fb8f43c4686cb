/*
 * Listeners that write, subscribe and leave at random. Law: whoever believes only the deltas, from the moment of subscribing on,
 * has at every delta the rows that the query shows; in the end all show what SQLite answers. Seeded.
 */

import { expect, it } from 'vitest'
import { openLiveDatabase } from '../index.ts'
import type { LiveQuery, SqlValue } from '../types.ts'
import { encodeRow } from './compare-result.ts'
import { Follower } from './follow-deltas.ts'
import { loadSqlite } from './plain-sqlite.ts'
import { Random } from './random.ts'

const sqlite3 = await loadSqlite()
const queries = [
  'SELECT id, a FROM t',
  'SELECT id, a FROM t ORDER BY a DESC, id LIMIT 3',
  'SELECT a, count(*), sum(b) FROM t GROUP BY a',
  'SELECT t.id, u.x FROM t LEFT JOIN u ON u.t = t.id',
  'SELECT id FROM t WHERE a = 1',
  'SELECT DISTINCT x FROM u',
  'SELECT id, (SELECT count(*) FROM u WHERE u.t = t.id) FROM t',
  'SELECT a FROM t UNION SELECT x FROM u',
  'SELECT id, rank() OVER (ORDER BY a) FROM t',
  `SELECT id, json_extract(b, '$.x') FROM t WHERE id < 20`,
]

function randomWrite(random: Random): string {
  const [id, a, b] = [random.between(1, 12), random.between(0, 3), random.between(0, 5)]
  return random.pick([
    `INSERT OR REPLACE INTO t(id, a, b) VALUES (${id}, ${a}, ${b})`,
    `DELETE FROM t WHERE id = ${id}`,
    `UPDATE t SET a = ${a} WHERE b = ${b}`,
    `INSERT OR REPLACE INTO u VALUES (${random.between(1, 8)}, ${id}, ${a})`,
    `DELETE FROM u WHERE x = ${a}`,
    `UPDATE t SET b = '{bad' WHERE id = ${id}`,
    'UPDATE t SET b = 1',
    `ALTER TABLE t ADD COLUMN c${random.between(1, 99)}`,
    'BEGIN; DELETE FROM t; ROLLBACK',
  ])
}

interface Watched {
  readonly sql: string
  readonly query: LiveQuery
  readonly follower: Follower
}

function play(seed: number): string[] {
  const random = new Random(seed)
  const db = new sqlite3.oo1.DB(':memory:')
  const live = openLiveDatabase(sqlite3, db)
  const watched = new Set<Watched>()
  const broken: string[] = []
  let budget = 12

  const write = () => {
    try {
      live.transaction(() => {
        live.run(randomWrite(random))
        if (random.chance(0.3)) live.run(randomWrite(random))
        if (random.chance(0.05)) throw new OnPurpose()
      })
    } catch (error) {
      if (!(error instanceof OnPurpose) && (error as Error).name !== 'SqliteError') throw error
    }
  }
  const hold = ({ sql, query, follower }: Watched) => {
    const law = follower.check(query)
    if (law) broken.push(`${sql}: ${law}`)
  }
  const subscribe = () => {
    const sql = random.pick(queries)
    const query = live.subscribe(
      { sql, parameters: [] },
      (delta) => {
        own.follower.apply(delta)
        hold(own)
        if (budget > 0 && random.chance(0.4)) {
          budget--
          write()
        }
        if (budget > 0 && random.chance(0.15)) {
          budget--
          subscribe()
        }
        hold(own)
        if (random.chance(0.05)) {
          query.unsubscribe()
          watched.delete(own)
        }
      },
      () => own.follower.fail(),
    )
    const own: Watched = { sql, query, follower: new Follower(query) }
    watched.add(own)
  }

  live.run('CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); CREATE TABLE u(id INTEGER PRIMARY KEY, t, x)')
  live.run('INSERT INTO t VALUES (1, 1, 1), (2, 2, 2), (3, 1, 3); INSERT INTO u VALUES (1, 1, 1), (2, 2, 2)')
  for (let i = 0; i < 5; i++) subscribe()
  for (let i = 0; i < 6; i++) {
    write()
    for (const each of watched) {
      hold(each)
      const { sql, query } = each
      if (query.error) expect(() => live.all(sql)).toThrow(query.error.message)
      else expect(shownAs(sql, query.rows)).toEqual(shownAs(sql, live.all(sql)))
    }
  }
  live.close()
  db.close()
  return broken
}

class OnPurpose extends Error {}

it('listeners that write, subscribe and leave see every turn once, in order and whole', () => {
  for (let seed = 1; seed <= 80; seed++) expect(play(seed), `seed ${seed}`).toEqual([])
})

/** In their order where the query has one: those above are total. */
function shownAs(sql: string, rows: readonly SqlValue[][]): string[] {
  const encoded = rows.map(encodeRow)
  return /ORDER BY [^()]*$/.test(sql) ? encoded : encoded.sort()
}
