/* The live queries of a chat client, and the write that each one hears. One database serves all. */

import type { LiveDatabase, SqlValue } from '../../dataflow/index.ts'

export interface Workload {
  readonly name: string
  /** the k-th live query */
  query(k: number): { sql: string; parameters: readonly SqlValue[] }
  /** a write that changes the k-th query's result */
  write(live: LiveDatabase, k: number, i: number): void
  readonly needs?: 'search' | 'reactions' | 'markers'
  /** where more live queries say nothing new, or would take minutes */
  readonly mostQueries?: number
  readonly mostRows?: number
}

export interface Size {
  readonly rows: number
  readonly channels: number
}

const insertMessage = 'INSERT INTO messages(ch, author, ts, body) VALUES (?, ?, ?, ?)'
const authors = 1000

function writeMessage(live: LiveDatabase, k: number, i: number): void {
  live.run(insertMessage, [k, i % authors, 2_000_000_000 + i, `message ${i}`])
}

export const workloads: readonly Workload[] = [
  {
    name: 'filter',
    query: (k) => ({ sql: 'SELECT id, author, ts, body FROM messages WHERE ch = ?', parameters: [k] }),
    write: writeMessage,
  },
  {
    name: 'top-50',
    query: (k) => ({
      sql: 'SELECT id, author, ts, body FROM messages WHERE ch = ? ORDER BY ts DESC, id DESC LIMIT 50',
      parameters: [k],
    }),
    write: writeMessage,
  },
  {
    name: 'join',
    query: (k) => ({
      sql: 'SELECT m.id, m.ts, m.body, a.name FROM messages AS m JOIN authors AS a ON a.id = m.author WHERE m.ch = ?',
      parameters: [k],
    }),
    write: writeMessage,
  },
  {
    name: 'count by group',
    query: (k) => ({
      sql: 'SELECT author, count(*) AS n FROM messages WHERE ch = ? GROUP BY author',
      parameters: [k],
    }),
    write: writeMessage,
  },
  {
    name: 'count of all by group',
    mostQueries: 5,
    query: (k) => ({
      sql: 'SELECT ch, count(*) AS n, max(ts) AS last FROM messages WHERE author <> ? GROUP BY ch',
      parameters: [k + 5000],
    }),
    write: writeMessage,
  },
  {
    // the newest three messages of every channel, as a sidebar shows them
    name: 'first of each',
    mostQueries: 1,
    query: () => ({
      sql: `SELECT id, ch, body FROM (SELECT id, ch, body, row_number() OVER (PARTITION BY ch ORDER BY ts DESC, id DESC) AS n
            FROM messages) WHERE n <= 3`,
      parameters: [],
    }),
    write: (live, _, i) => writeMessage(live, i % 500, i),
  },
  {
    // the newest message of every channel
    name: 'last of each',
    mostQueries: 1,
    query: () => ({ sql: 'SELECT ch, max(ts), author, body FROM messages GROUP BY ch', parameters: [] }),
    write: (live, _, i) => writeMessage(live, i % 500, i),
  },
  {
    name: 'unread counts',
    needs: 'markers',
    mostQueries: 500,
    query: (k) => ({
      sql: `SELECT r.ch, count(m.id) AS unread FROM read_markers AS r LEFT JOIN messages AS m ON m.ch = r.ch AND m.ts > r.ts
            WHERE r.person = ? GROUP BY r.ch`,
      parameters: [k],
    }),
    write: (live, k, i) => writeMessage(live, (k * 7) % 500, i),
  },
  {
    name: 'reaction summary',
    needs: 'reactions',
    query: (k) => ({
      sql: `SELECT r.message, r.emoji, count(*) AS n FROM reactions AS r JOIN messages AS m ON m.id = r.message
            WHERE m.ch = ? GROUP BY r.message, r.emoji`,
      parameters: [k],
    }),
    write: (live, k, i) =>
      live.run(
        `INSERT INTO reactions(message, person, emoji) VALUES ((SELECT min(id) FROM messages WHERE ch = ?), ?, ?)`,
        [k, 1_000_000 + i, '👍'],
      ),
  },
  {
    // who else wrote the same: neither side of the join has an index on body, so SQLite sorts the table for each query
    name: 'join without index',
    mostQueries: 2,
    mostRows: 100_000,
    query: (k) => ({
      sql: 'SELECT m.id, other.id AS other FROM messages AS m JOIN messages AS other ON other.body = m.body WHERE m.ch = ?',
      parameters: [k],
    }),
    write: (live, k, i) =>
      live.run(insertMessage, [499, i % authors, 2_000_000_000 + i, `message body number ${500 * (1 + (i % 15)) + k}`]),
  },
  {
    name: 'search',
    needs: 'search',
    mostQueries: 50,
    query: (k) => ({ sql: 'SELECT rowid, body FROM search WHERE search MATCH ?', parameters: [`word${k}`] }),
    write: (live, k, i) => live.run('INSERT INTO search(body) VALUES (?)', [`word${k} and more ${i}`]),
  },
]

export function loadMessages(live: LiveDatabase, { rows, channels }: Size, needs?: Workload['needs']): void {
  live.run(`
    CREATE TABLE messages(id INTEGER PRIMARY KEY, ch INTEGER NOT NULL, author INTEGER NOT NULL, ts INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE TABLE authors(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE INDEX messages_by_ch ON messages(ch, ts, id)`)
  live.run(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${authors - 1}) INSERT INTO authors SELECT i, 'author ' || i FROM n`,
  )
  live.run(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
     INSERT INTO messages SELECT i, i % ${channels}, (i * 7919) % ${authors}, 1000000000 + i, 'message body number ' || i FROM n`,
  )
  if (needs === 'markers') {
    live.run(`
      CREATE TABLE read_markers(person INTEGER, ch INTEGER, ts INTEGER, PRIMARY KEY (person, ch)) WITHOUT ROWID;
      CREATE INDEX read_markers_by_ch ON read_markers(ch);
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
      INSERT INTO read_markers SELECT i / 20, (i / 20 * 7 + i % 20) % 500, 1000000000 + ${rows} * 9 / 10 FROM n`)
  }
  if (needs === 'reactions') {
    live.run(`
      CREATE TABLE reactions(message INTEGER, person INTEGER, emoji TEXT, PRIMARY KEY (message, person, emoji)) WITHOUT ROWID;
      INSERT INTO reactions SELECT id, id % 50, CASE id % 3 WHEN 0 THEN '👍' WHEN 1 THEN '🎉' ELSE '❤️' END FROM messages WHERE id % 4 = 0`)
  }
  if (needs === 'search') {
    live.run(`
      CREATE VIRTUAL TABLE search USING fts5(body);
      INSERT INTO search SELECT 'word' || (id % 500) || ' body ' || (id % 37) FROM messages`)
  }
}
