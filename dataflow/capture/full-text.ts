import { foldName } from '../fold-name.ts'
import type { Connection } from '../sqlite/connection.ts'

/**
 * Where the changes of an FTS5 table show: no hook ever names the table itself, but those of the tables that it stands on.
 *
 *   fts5(title, body)                                 f_content, f_docsize: their rowids are the documents'
 *   fts5(title, content='t', content_rowid='id')      f_docsize and t itself, whose text a match shows
 *   fts5(title, content='', columnsize=0)             nowhere
 *
 *   rtree(id, x0, x1, +label)                    r_rowid: a row is written anew with every change of its box
 *
 * So of a document (or a box) that changed only the rowid is known: not what it said.
 */
export interface FullText {
  /** tables of the same schema in which a document has a row of the same rowid */
  readonly documents: readonly string[]
  /** holds the ranking function, and is written anew with the whole index */
  readonly settings: string | null
}

/** Modules whose tables change so. */
export const isIndexModule = (module: string | null): boolean => /^(fts5|rtree|rtree_i32|geopoly)$/.test(module ?? '')

/** Null when it is no FTS5 table and no R*Tree, or its changes show nowhere. */
export function readFullText(connection: Connection, schema: string, name: string): FullText | null {
  const sql = definitionOf(connection, schema, name)
  const module = moduleIn(sql)
  if (!isIndexModule(module)) return null
  if (module !== 'fts5') return { documents: [`${name}_rowid`], settings: null }
  const isThere = (table: string) =>
    connection.rows('SELECT 1 FROM pragma_table_list WHERE schema = ? COLLATE NOCASE AND name = ? COLLATE NOCASE', [
      schema,
      table,
    ]).length > 0
  const documents = [`${name}_content`, `${name}_docsize`].filter(isThere)
  const content = optionOf(sql, 'content')
  if (content) {
    if (!documents.some((table) => table.endsWith('_docsize'))) return null
    if (!isRowid(connection, schema, content, optionOf(sql, 'content_rowid') ?? 'rowid')) return null
    documents.push(content)
  }
  return documents.length > 0 ? { documents, settings: `${name}_config` } : null
}

/** The table that an FTS5 table takes its text from; null: it keeps its own, or none. */
export function externalContent(connection: Connection, schema: string, name: string): string | null {
  return optionOf(definitionOf(connection, schema, name), 'content') || null
}

/** Does it stand on tables of its own? `fts5vocab` does not: it reads those of another, whatever their names begin with. */
export function hasShadows(connection: Connection, schema: string, name: string): boolean {
  return /^(fts[345]|rtree|rtree_i32|geopoly)$/.test(moduleIn(definitionOf(connection, schema, name)) ?? '')
}

function moduleIn(definition: string): string | null {
  return /^create\s+virtual\s+table\b[^(]*\busing\s+["'`[]?(\w+)/is.exec(definition)?.[1]?.toLowerCase() ?? null
}

function definitionOf(connection: Connection, schema: string, name: string): string {
  const quoted = `"${schema.replaceAll('"', '""')}"`
  const [row] = connection.rows(
    `SELECT sql FROM ${quoted}.sqlite_schema WHERE name = ? COLLATE NOCASE AND type = 'table'`,
    [name],
  )
  return String(row?.[0] ?? '')
}

function optionOf(sql: string, option: string): string | null {
  const value = `(?:'((?:[^']|'')*)'|"((?:[^"]|"")*)"|([^\\s,)'"]+))`
  const match = new RegExp(`[(,]\\s*${option}\\s*=\\s*${value}`, 'i').exec(sql)
  return match ? (match[1] ?? match[2] ?? match[3] ?? null) : null
}

/** Is that column of a table its rowid? A view has none. */
function isRowid(connection: Connection, schema: string, table: string, column: string): boolean {
  const [info] = connection.rows(
    `SELECT type, wr FROM pragma_table_list WHERE schema = ? COLLATE NOCASE AND name = ? COLLATE NOCASE`,
    [schema, table],
  )
  if (info?.[0] !== 'table' || info[1] === 1) return false
  const columns = connection.rows('SELECT lower(name), type, pk FROM pragma_table_xinfo(?, ?)', [table, schema])
  const named = columns.find(([name]) => name === foldName(column))
  if (!named) return ['rowid', '_rowid_', 'oid'].includes(foldName(column))
  const keys = columns.filter(([, , pk]) => Number(pk) > 0)
  const [index] = connection.rows(`SELECT 1 FROM pragma_index_list(?, ?) WHERE origin = 'pk'`, [table, schema])
  return keys.length === 1 && keys[0] === named && String(named[1]).toUpperCase() === 'INTEGER' && !index
}
