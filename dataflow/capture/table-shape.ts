import { foldName } from '../fold-name.ts'
import { isKnownCollation } from '../key.ts'
import type { Connection } from '../sqlite/connection.ts'
import { readFullText, type FullText } from './full-text.ts'

/**
 * What capture must know of a table to keep its rows. A row image is an array: the columns in declaration order, then
 * the rowid (null for WITHOUT ROWID).
 */
export interface TableShape {
  readonly schema: string
  readonly name: string
  readonly columns: readonly string[]
  /** indices of VIRTUAL generated columns: no old image has them */
  readonly virtualColumns: readonly number[]
  /** null: WITHOUT ROWID */
  readonly rowidName: string | null
  /** indices into columns of the declared PRIMARY KEY, in its order; empty when there is none */
  readonly primaryKey: readonly number[]
  /** of the PRIMARY KEY's columns */
  readonly keyCollations: readonly string[]
  /** the tables in which the changes of an FTS5 table or an R*Tree show */
  readonly fullText: FullText | null
  /** false: rows cannot be found again by key (a custom collation, every name of the rowid taken, a view): say only "changed" */
  readonly keyed: boolean
}

/** Null when there is no such table. */
export function readTableShape(connection: Connection, schema: string, name: string): TableShape | null {
  const [info] = connection.rows(
    'SELECT name, type, wr FROM pragma_table_list WHERE schema = ? COLLATE NOCASE AND name = ? COLLATE NOCASE',
    [schema, name],
  )
  if (!info) return null
  const columnRows = connection.rows('SELECT name, hidden, pk FROM pragma_table_xinfo(?, ?) ORDER BY cid', [
    name,
    schema,
  ])
  const columns = columnRows.map((row) => String(row[0]))
  const virtualColumns = columnRows.flatMap((row, i) => (row[1] === 2 ? [i] : []))
  const primaryKey = columnRows
    .map((row, i) => ({ place: Number(row[2]), i }))
    .filter(({ place }) => place > 0)
    .sort((a, b) => a.place - b.place)
    .map(({ i }) => i)
  const withoutRowid = info[2] === 1
  const rowidName = withoutRowid ? null : reachableRowid(connection, schema, name, columns, primaryKey)
  const keyCollations = withoutRowid ? primaryKeyCollations(connection, schema, name, primaryKey) : []
  const fullText = info[1] === 'virtual' ? readFullText(connection, schema, name) : null
  const keyed =
    info[1] === 'table' || info[1] === 'shadow'
      ? withoutRowid
        ? primaryKey.length > 0 && keyCollations.every(isKnownCollation)
        : rowidName !== null
      : fullText !== null
  return {
    schema,
    name: String(info[0]),
    columns,
    virtualColumns,
    rowidName,
    primaryKey,
    keyCollations,
    fullText,
    keyed,
  }
}

/** A column may be called `rowid`: then another of its three names reaches it, or an INTEGER PRIMARY KEY. */
function reachableRowid(
  connection: Connection,
  schema: string,
  name: string,
  columns: readonly string[],
  primaryKey: readonly number[],
): string | null {
  const taken = new Set(columns.map((column) => foldName(column)))
  const free = ['rowid', '_rowid_', 'oid'].find((alias) => !taken.has(alias))
  if (free) return free
  // an INTEGER PRIMARY KEY has no index of its own
  const [index] = connection.rows(`SELECT 1 FROM pragma_index_list(?, ?) WHERE origin = 'pk'`, [name, schema])
  return primaryKey.length === 1 && !index ? columns[primaryKey[0]!]! : null
}

function primaryKeyCollations(
  connection: Connection,
  schema: string,
  name: string,
  primaryKey: readonly number[],
): string[] {
  const rows = connection.rows(
    `SELECT x.cid, x.coll FROM pragma_index_list(?1, ?2) AS l, pragma_index_xinfo(l.name, ?2) AS x WHERE l.origin = 'pk' AND x.key`,
    [name, schema],
  )
  const byColumn = new Map(rows.map(([column, collation]) => [Number(column), String(collation).toUpperCase()]))
  return primaryKey.map((column) => byColumn.get(column) ?? '?')
}

export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
