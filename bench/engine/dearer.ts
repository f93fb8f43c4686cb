import type { Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { openLiveDatabase, type LiveDatabase, type SqlValue } from '../../dataflow/index.ts'
import { percentile } from '../figures.ts'
import { shownAs } from './shown-as.ts'

export interface Dear {
  readonly name: string
  readonly sql: string
  /** of many rows it takes too long itself */
  readonly mostRows?: number
}

export interface DearFigure {
  readonly name: string
  readonly rows: number
  readonly mode: string
  readonly rerunMs: number
  readonly turnMs: number
  readonly worstTurnMs: number
  readonly firstTurnMs: number
}

const newest = 'ORDER BY ts DESC, id DESC'

export const dearQueries: readonly Dear[] = [
  { name: 'dense_rank() … LIMIT 100', sql: 'SELECT id, score, dense_rank() OVER (ORDER BY score DESC) AS place FROM m ORDER BY place, id LIMIT 100' },
  { name: 'dense_rank() over all', sql: 'SELECT id, score, dense_rank() OVER (ORDER BY score DESC) AS place FROM m' },
  { name: 'top 100 by rank()', sql: 'SELECT * FROM (SELECT id, score, rank() OVER (ORDER BY score DESC) AS place FROM m) WHERE place <= 100 ORDER BY place, id' },
  { name: 'running total, newest 50', sql: `SELECT id, ts, sum(score) OVER (ORDER BY ts, id) AS total FROM m ${newest} LIMIT 50` },
  { name: 'running total over all', sql: 'SELECT id, ts, sum(score) OVER (ORDER BY ts, id) AS total FROM m ORDER BY ts, id' },
  { name: 'percent of total, by room', sql: 'SELECT room, count(*) * 100.0 / (SELECT count(*) FROM m) FROM m GROUP BY room' },
  { name: 'percent of total, by row', sql: 'SELECT id, score * 100.0 / (SELECT sum(score) FROM m) FROM m' },
  { name: 'ntile, percent_rank', sql: 'SELECT id, ntile(4) OVER w, percent_rank() OVER w FROM m WINDOW w AS (ORDER BY score, id)' },
  { name: 'gaps and islands, by author', sql: 'SELECT author, min(ts), max(ts), count(*) FROM (SELECT author, ts, ts - row_number() OVER (PARTITION BY author ORDER BY ts, id) AS g FROM m) GROUP BY author, g' },
  { name: 'gaps and islands, over all', sql: 'SELECT min(score), max(score), count(*) FROM (SELECT score, score - dense_rank() OVER (ORDER BY score) AS g FROM m) GROUP BY g ORDER BY 1' },
  { name: 'comment tree by path', sql: `WITH RECURSIVE tree(id, path, depth) AS (SELECT id, printf('%06d', id), 0 FROM m WHERE parent IS NULL UNION ALL SELECT m.id, path || '/' || printf('%06d', m.id), depth + 1 FROM tree JOIN m ON m.parent = tree.id) SELECT id, depth, path FROM tree ORDER BY path` },
  { name: 'lag, lead over all', sql: 'SELECT id, ts, lag(ts) OVER w, lead(ts) OVER w FROM m WINDOW w AS (ORDER BY ts, id)' },
  { name: 'above average', sql: 'SELECT id, score FROM m WHERE score > (SELECT avg(score) FROM m)' },
  { name: '(room, ts) IN (SELECT …)', sql: 'SELECT id, room, ts, body FROM m WHERE (room, ts) IN (SELECT room, max(ts) FROM m GROUP BY room)' },
  { name: 'friends of friends', sql: 'WITH RECURSIVE near(id, steps) AS (SELECT 1, 0 UNION SELECT f.b, steps + 1 FROM near JOIN friend AS f ON f.a = near.id WHERE steps < 3) SELECT id, min(steps) FROM near GROUP BY id' },
  { name: 'reachable', sql: 'WITH RECURSIVE near(id) AS (SELECT 1 UNION SELECT f.b FROM near JOIN friend AS f ON f.a = near.id) SELECT count(*) FROM near' },
  { name: 'recursive counts', sql: 'WITH RECURSIVE up(root, id) AS (SELECT id, id FROM m WHERE parent IS NULL UNION ALL SELECT root, m.id FROM up JOIN m ON m.parent = up.id) SELECT root, count(*) FROM up GROUP BY root' },
  { name: 'median by OFFSET', sql: 'SELECT score FROM m ORDER BY score, id LIMIT 1 OFFSET (SELECT count(*) / 2 FROM m)' },
  { name: 'count of better ones', sql: 'SELECT id, score, 1 + (SELECT count(*) FROM m AS o WHERE o.score > m.score) AS place FROM m WHERE room = 7', mostRows: 20_000 },
  { name: 'sum(sum()) OVER ()', sql: 'SELECT room, sum(score), sum(sum(score)) OVER () FROM m GROUP BY room' },
  { name: 'count(DISTINCT)', sql: 'SELECT count(DISTINCT author), count(DISTINCT score) FROM m' },
  { name: 'bm25() LIMIT 20', sql: `SELECT rowid, rank FROM docs WHERE docs MATCH 'common' ORDER BY rank, rowid LIMIT 20` },
] // prettier-ignore

function load(live: LiveDatabase, rows: number): void {
  live.run(`
    CREATE TABLE m(id INTEGER PRIMARY KEY, room INTEGER, author INTEGER, parent INTEGER, ts INTEGER, score INTEGER, body TEXT);
    CREATE INDEX m_room ON m(room, ts); CREATE INDEX m_ts ON m(ts, id); CREATE INDEX m_score ON m(score, id); CREATE INDEX m_parent ON m(parent);
    CREATE TABLE friend(a INTEGER, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
    CREATE VIRTUAL TABLE docs USING fts5(body);
    CREATE TRIGGER m_docs AFTER INSERT ON m BEGIN INSERT INTO docs(rowid, body) VALUES (new.id, new.body); END;
    CREATE TRIGGER m_gone AFTER DELETE ON m BEGIN DELETE FROM docs WHERE rowid = old.id; END;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO m SELECT i, i * 7 % 200, i * 7919 % 500, CASE WHEN i % 50 = 0 THEN NULL ELSE i / 50 * 50 + i % 50 / 3 END, 1000000 + i * 13, i * 104729 % ${rows * 3},
      'message ' || (i % 100) || CASE WHEN i % 4 = 0 THEN ' common' ELSE ' words' END FROM n;
    UPDATE m SET parent = NULL WHERE parent = id OR parent = 0;
    INSERT OR IGNORE INTO friend SELECT id, 1 + id * 31 % ${rows} FROM m UNION SELECT id, 1 + id * 17 % ${rows} FROM m UNION SELECT id, 1 + id / 2 FROM m`)
}

/** One write of each kind in turn: a row comes in the middle or at the end, changes, goes. */
function write(live: LiveDatabase, rows: number, i: number): void {
  const at = (i * 7919) % rows
  const parameters: SqlValue[] = [rows + 1 + i, at % 200, at % 500, at + 1, i % 2 === 0 ? 1_000_000 + at * 13 + 5 : 90_000_000 + i, (at * 3 + 1) % (rows * 3)] // prettier-ignore
  switch (i % 4) {
    case 0:
    case 1:
      live.transaction(() => {
        live.run(`INSERT INTO m VALUES (?, ?, ?, ?, ?, ?, 'message common')`, parameters)
        live.run('INSERT OR IGNORE INTO friend VALUES (?, ?)', [1 + (at % 100), 1 + ((at * 3) % rows)])
      })
      return
    case 2:
      return live.run('UPDATE m SET score = ?, room = ? WHERE id = ?', [(at * 5) % (rows * 3), at % 200, at + 1])
    case 3:
      return live.transaction(() => {
        live.run('DELETE FROM m WHERE id = ?', [rows + i - 1])
        live.run('DELETE FROM friend WHERE a = ? AND b = ?', [1 + (at % 100), 1 + ((at * 17) % rows)])
      })
  }
}

/**
 * Queries that look at a whole table for each row, or for the first few: what one write costs with one of them live, against running
 * the query again. The write itself, with nothing live, is taken off; running again is reading its rows by the raw exports,
 * without a diff. No turn may cost more than 1.5 times that. All of it in the processor's milliseconds, which other work on the machine
 * does not lengthen; what takes less than two is timed by the dozen.
 */
export function measureDear(sqlite3: Sqlite3Static, name: string, rows: number, writes: number): DearFigure {
  const { sql } = dearQueries.find((each) => each.name === name)!
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  load(live, rows)
  let next = 0
  const time = (times: number, work: () => void) => {
    const start = process.cpuUsage()
    for (let i = 0; i < times; i++) work()
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1000 / times
  }
  const writeOnce = () => write(live, rows, next++)
  const readAgain = () => live.all(sql)
  // to ask for the processor's time takes some 0.2 ms itself
  const atOnce = time(5, readAgain) < 2 ? 12 : 1
  const bare = percentile(
    Array.from({ length: writes }, () => time(atOnce, writeOnce)),
    50,
  )
  const query = live.subscribe({ sql, parameters: [] }, () => {})
  const turns: number[] = []
  const reruns: number[] = []
  const first = time(1, writeOnce) - bare
  for (let i = 0; i < writes; i++) {
    turns.push(Math.max(0, time(atOnce, writeOnce) - bare))
    reruns.push(time(atOnce, readAgain))
  }
  if (shownAs(sql, query.rows) !== shownAs(sql, live.all(sql))) throw new Error(`${name}: not what SQLite answers`)
  const { mode } = query.explain()
  live.close()
  // a pause of the machine is no turn's cost: the second worst of each twenty
  return { name, rows, mode, rerunMs: percentile(reruns, 50), turnMs: percentile(turns, 50), worstTurnMs: percentile(turns, 95), firstTurnMs: first } // prettier-ignore
}
