import { foldName } from '../fold-name.ts'
import { traverse } from 'sqlite3-parser'
import type { BoundStatement } from '../bind/bound.ts'
import { quote, readTableShape, type TableShape } from '../capture/table-shape.ts'
import { externalContent, hasShadows } from '../capture/full-text.ts'
import { tableKey } from '../table-key.ts'
import { parseSelect } from '../parse/parse.ts'
import type { Connection } from '../sqlite/connection.ts'
import { SCHEMA_TABLE, type Reads } from '../sqlite/authorizer.ts'

/** What a query's answer depends on, by SQLite's own account of what it reads. */
export interface Dependencies {
  /** tables whose rows the hook reports */
  readonly tables: readonly TableShape[]
  /** every name in the query's reach: tables and views, lower case, without schema; DDL on one of them re-binds */
  readonly names: ReadonlySet<string>
  /** why the answer may change although no watched table did; null when it cannot */
  readonly volatile: string | null
}

const volatileFunctions = new Set([
  'random',
  'randomblob',
  'changes',
  'total_changes',
  'last_insert_rowid',
  'current_timestamp',
  'current_date',
  'current_time',
])
const timeFunctions = new Set(['date', 'time', 'datetime', 'julianday', 'unixepoch', 'strftime', 'timediff'])
/** table-valued functions of their arguments alone */
const pureModules = new Set(['json_each', 'json_tree', 'jsonb_each', 'jsonb_tree', 'generate_series'])

/** `bound`: SQLite's account leaves out tables of which no column is read; null when the statement could not be bound. */
export function findDependencies(
  connection: Connection,
  reads: Reads,
  sql: string,
  bound: BoundStatement | null,
): Dependencies {
  const found = bound
    ? bound.tables.filter(({ virtual, name }) => virtual !== foldName(name))
    : [...tablesUsed(connection, sql), ...tablesNamed(connection, sql)]
  const named = new Set(found.map(({ schema, name }) => tableKey(schema, name)))
  const keys = new Set([...reads.tables.keys(), ...named])
  const tables = new Map<string, TableShape>()
  const names = new Set<string>(bound?.names)
  let volatile: string | null = null
  for (const name of reads.functions) {
    if (volatileFunctions.has(name)) volatile = `${name}() may answer differently each time`
    // 'now' is in the text, or may be in a parameter or a column: too rare to look further
    else if (timeFunctions.has(name) && /now|localtime|\butc\b|\(\s*\)/i.test(sql))
      volatile = `${name}() reads the clock`
  }
  if (/\bcurrent_(timestamp|date|time)\b/i.test(sql)) volatile = 'it reads the clock'
  for (const key of keys) {
    const dot = key.indexOf('.')
    const schema = key.slice(0, dot)
    const name = key.slice(dot + 1)
    names.add(name)
    if (schema !== 'temp' && /^sqlite_(master|schema)$/.test(name)) {
      // no hook tells of it, but whoever reads it is bound anew with every change of the schema
      names.add(SCHEMA_TABLE)
      continue
    }
    if (name.startsWith('sqlite_')) {
      volatile ??= `${name} changes without a diff`
      continue
    }
    const [info] = connection.rows(
      "SELECT type, schema FROM pragma_table_list WHERE name = ?1 COLLATE NOCASE AND (?2 = '' OR schema = ?2 COLLATE NOCASE)",
      [name, schema],
    )
    // a virtual table reads its own as it opens; who names it is told by the branch below
    if (info?.[0] === 'shadow' && bound && !named.has(key)) continue
    if (info?.[0] === 'table' || info?.[0] === 'shadow') {
      const shape = readTableShape(connection, String(info[1]), name)
      if (shape) tables.set(key, shape)
    } else if (info?.[0] === 'virtual') {
      const fullText = readTableShape(connection, String(info[1]), name)
      if (fullText?.keyed) {
        tables.set(key, fullText)
        continue
      }
      const shadows = hasShadows(connection, String(info[1]), name)
        ? connection.rows(
            `SELECT name FROM pragma_table_list WHERE schema = ?1 COLLATE NOCASE AND type = 'shadow' AND name LIKE replace(?2, '_', '\\_') || '\\_%' ESCAPE '\\'`,
            [String(info[1]), name],
          )
        : []
      if (shadows.length === 0 && !pureModules.has(name)) volatile ??= `the virtual table ${name} has no diffs`
      for (const [shadow] of shadows) {
        const shape = readTableShape(connection, String(info[1]), String(shadow))
        if (shape) tables.set(`${schema}.${foldName(String(shadow))}`, shape)
      }
      const content = externalContent(connection, String(info[1]), name)
      if (content) {
        const shape = shapeOfContent(connection, String(info[1]), content)
        if (shape) tables.set(`${schema}.${foldName(content)}`, shape)
        else volatile ??= `the content of ${name} has no diffs`
      }
    } else if (!info && !pureModules.has(name) && isEponymous(connection, name)) {
      volatile ??= `the virtual table ${name} has no diffs`
    }
  }
  return { tables: [...tables.values()], names, volatile }
}

/** Null also where SQLite cannot say what columns there are: it may be a view that no longer compiles. */
function shapeOfContent(connection: Connection, schema: string, name: string): TableShape | null {
  try {
    return readTableShape(connection, schema, name)
  } catch {
    return null
  }
}

interface TableName {
  readonly schema: string
  readonly name: string
}

/** The tables that SQLite's program opens, those behind its indexes too. */
function tablesUsed(connection: Connection, sql: string): TableName[] {
  return connection.rows('SELECT DISTINCT type, schema, name FROM tables_used(?)', [sql]).flatMap((row) => {
    const [type, schema, name] = row.map(String) as [string, string, string]
    if (type !== 'index') return [{ schema, name }]
    const found = connection.rows(`SELECT tbl_name FROM ${quote(schema)}.sqlite_schema WHERE name = ?`, [name])
    return found.map(([table]) => ({ schema, name: String(table) }))
  })
}

/** The tables that the text names in a FROM of its own. */
function tablesNamed(connection: Connection, sql: string): TableName[] {
  const parsed = parseSelect(sql)
  const found = new Set<string>()
  if (parsed) traverse(parsed.select, { nodes: { TableSelectTable: ({ tblName }) => void found.add(tblName.objName.text) } }) // prettier-ignore
  return [...found].flatMap((name) =>
    connection
      .rows('SELECT schema, name FROM pragma_table_list WHERE name = ? COLLATE NOCASE', [name])
      .map((row) => ({ schema: String(row[0]), name: String(row[1]) })),
  )
}

function isEponymous(connection: Connection, name: string): boolean {
  return connection.rows('SELECT 1 FROM pragma_module_list WHERE name = ? COLLATE NOCASE', [name]).length > 0
}
