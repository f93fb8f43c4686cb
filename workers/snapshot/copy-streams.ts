import { numbers, type NumberKind } from '../../schema/tables/numbers.ts'
import { tables } from '../../schema/tables/tables.ts'
import { homeStream } from '../../schema/events/streams.ts'
import type { RawSql } from '../runtime/serving/raw-sql.ts'

/**
 * Carries the rows of some streams from one database to another, both of this build's schema and open on one connection. Law:
 * afterwards the target's tables are, up to its integers, what they would be if the events of these streams had been applied there.
 * The target has nothing of these streams but names. Called inside a transaction.
 *
 * With a space's stream go the names of all its public rooms: a room in which nothing was said yet has a row too.
 *
 * Left out: what a device or a person has for itself, and the full-text index (search-index.ts).
 *
 * Example: the message with the key 7, by author 3 ("ann"), arrives with the key 7, if that is free, and with the integer that "ann"
 * has in the target.
 */
export interface CopyPlan {
  /** names of attached databases */
  readonly from: string
  readonly to: string
  readonly streams: readonly string[]
}

export function copyStreams(sql: RawSql, plan: CopyPlan): void {
  numberNames(sql, plan)
  numberRows(sql, plan)
  for (const table of copiedTables) copyTable(sql, plan, table)
}

/** What each integer of the source is in the target. A message that is not here keeps its key. */
export const copied = {
  stream: 'temp.copied_streams',
  entity: 'temp.copied_entities',
  author: 'temp.copied_authors',
  message: 'temp.copied_messages',
  block: 'temp.copied_blocks',
} as const

export function forgetCopied(sql: RawSql): void {
  for (const table of Object.values(copied)) sql.exec(`DROP TABLE IF EXISTS ${table}`)
}

function numberNames(sql: RawSql, { from, to, streams }: CopyPlan): void {
  forgetCopied(sql)
  for (const table of Object.values(copied))
    sql.exec(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, own INTEGER NOT NULL)`)
  const name = sql.prepare(`INSERT INTO ${to}.streams (name, home) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`)
  const number = sql.prepare(
    `INSERT INTO ${copied.stream} SELECT f.id, t.id FROM ${from}.streams f, ${to}.streams t WHERE f.name = ?1 AND t.name = ?1`,
  )
  const ofSpaces = sql.prepare(`SELECT name FROM ${from}.streams WHERE home = ?`)
  const named = streams.flatMap((stream) => [stream, ...ofSpaces.rows(stream).map(([room]) => room as string)])
  for (const stream of new Set(named)) {
    name.run(stream, homeStream(stream))
    number.run(stream)
  }
  sql.exec(`
    INSERT INTO ${to}.entities (stream, name)
      SELECT s.own, f.name FROM ${from}.entities f JOIN ${copied.stream} s ON s.id = f.stream WHERE true ORDER BY f.id
      ON CONFLICT (name, stream) DO NOTHING;
    INSERT INTO ${copied.entity}
      SELECT f.id, t.id FROM ${from}.entities f JOIN ${copied.stream} s ON s.id = f.stream JOIN ${to}.entities t ON t.name = f.name AND t.stream = s.own;
    INSERT INTO ${to}.component_author (author_id)
      SELECT author_id FROM ${from}.component_author f WHERE f.id IN (${authorsIn(from)}) ORDER BY f.id
      ON CONFLICT (author_id) DO NOTHING;
    INSERT INTO ${copied.author}
      SELECT f.id, t.id FROM ${from}.component_author f JOIN ${to}.component_author t ON t.author_id = f.author_id;
  `)
}

/** Who wrote, reacted or pinned in these streams: other people's names stay where they are. */
function authorsIn(from: string): string {
  const actors = (table: string) =>
    `SELECT actor_id FROM ${from}.${table} t WHERE ${ofStreams.message(from, 't.target_id')}`
  return `SELECT author_id FROM ${from}.timeline_items t WHERE ${ofStreams.stream(from, 't.stream')} UNION ${actors('reactions')} UNION ${actors('pins')}`
}

/** Rows whose own number may be taken. A message gets the next free key, since keys follow time (schema/projections/message-keys.ts). */
function numberRows(sql: RawSql, { from, to }: CopyPlan): void {
  sql.exec(`INSERT INTO ${copied.block}
    SELECT block, row_number() OVER (ORDER BY block) + (SELECT coalesce(max(id), 0) FROM ${to}.event_blocks)
    FROM ${from}.applied_events t WHERE ${ofStreams.stream(from, 't.stream')}`)
  const taken = sql.prepare(
    `SELECT 1 FROM ${to}.timeline_items WHERE key = ?1 UNION ALL SELECT 1 FROM ${from}.timeline_items WHERE key = ?1`,
  )
  const number = sql.prepare(`INSERT INTO ${copied.message} VALUES (?, ?)`)
  const inBoth = sql.prepare(
    `SELECT t.key FROM ${from}.timeline_items t JOIN ${to}.timeline_items own ON own.key = t.key WHERE ${ofStreams.stream(from, 't.stream')} ORDER BY t.key`,
  )
  let next = 0
  for (const [key] of inBoth.rows() as [number][]) {
    next = Math.max(next, key + 1)
    while (taken.rows(next).length > 0) next++
    number.run(key, next++)
  }
}

/** Names come by themselves. What is a person's own stays, though it may be filed by the stream that it speaks of. */
const copiedTables = (Object.keys(tables) as (keyof typeof tables)[]).filter((table) => {
  const kind = tables[table]
  return (kind === 'log' && table !== 'rejected_events') || kind === 'projection'
})

function copyTable(sql: RawSql, { from, to }: CopyPlan, table: keyof typeof tables): void {
  const kinds = numbers[table] ?? {}
  const columns = sql
    .prepare(`SELECT name FROM pragma_table_info('${table}', '${from}')`)
    .rows()
    .map(([name]) => name as string)
  const carried = columns.filter((column) => kinds[column] !== 'fresh')
  const values = carried.map((column) => (kinds[column] ? ownNumber(`t.${column}`, kinds[column]) : `t.${column}`))
  const order = columns.filter((column) => kinds[column] === 'fresh').map((column) => ` ORDER BY t.${column}`)
  sql.exec(`INSERT INTO ${to}.${table} (${carried.join(', ')}) SELECT ${values.join(', ')} FROM ${from}.${table} t
    WHERE ${belongs(from, table, columns, kinds)}${order.join('')}`)
}

function ownNumber(column: string, kind: NumberKind): string {
  const own = (numbered: keyof typeof copied, id: string) => `(SELECT own FROM ${copied[numbered]} WHERE id = ${id})`
  switch (kind) {
    case 'stream':
    case 'entity':
    case 'author':
    case 'block':
      return own(kind, column)
    case 'message':
      return `coalesce(${own('message', column)}, ${column})`
    case 'text':
      return `iif(${column} > 0, ${ownNumber(column, 'message')}, -${own('entity', `-${column}`)})`
    case 'fresh':
      return 'NULL'
  }
}

/** Whether a row is of one of the streams: by its stream, or else by what it is about. */
function belongs(
  from: string,
  table: string,
  columns: readonly string[],
  kinds: Readonly<Record<string, NumberKind>>,
): string {
  if (columns.includes('stream')) return ofStreams[kinds['stream'] ? 'stream' : 'name'](from, 't.stream')
  for (const kind of ['message', 'text', 'entity', 'block'] as const) {
    const column = columns.find((name) => kinds[name] === kind)
    if (column !== undefined) return ofStreams[kind](from, `t.${column}`)
  }
  throw new Error(`${table}: nothing says of which stream a row is`)
}

const within = (kind: keyof typeof copied, id: string) => `${id} IN (SELECT id FROM ${copied[kind]})`
const ofStreams = {
  name: (from: string, name: string) =>
    `${name} IN (SELECT f.name FROM ${from}.streams f JOIN ${copied.stream} c ON c.id = f.id)`,
  stream: (_from: string, id: string) => within('stream', id),
  entity: (_from: string, id: string) => within('entity', id),
  block: (_from: string, id: string) => within('block', id),
  message: (from: string, key: string) =>
    `EXISTS (SELECT 1 FROM ${from}.timeline_items m WHERE m.key = ${key} AND ${within('stream', 'm.stream')})`,
  text: (from: string, id: string) => `iif(${id} > 0, ${ofStreams.message(from, id)}, ${within('entity', `-${id}`)})`,
}
