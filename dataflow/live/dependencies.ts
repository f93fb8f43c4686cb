import type { BoundStatement } from '../bind/bound.ts'
import { readTableShape, type TableShape } from '../capture/table-shape.ts'
import type { Connection } from '../sqlite/connection.ts'
import type { Reads } from '../sqlite/authorizer.ts'

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

export function findDependencies(connection: Connection, reads: Reads, sql: string): Dependencies {
  const tables = new Map<string, TableShape>()
  const names = new Set<string>()
  let volatile: string | null = null
  for (const name of reads.functions) {
    if (volatileFunctions.has(name)) volatile = `${name}() may answer differently each time`
    // 'now' is in the text, or may be in a parameter or a column: too rare to look further
    else if (timeFunctions.has(name) && /now|localtime|\butc\b|\(\s*\)/i.test(sql))
      volatile = `${name}() reads the clock`
  }
  if (/\bcurrent_(timestamp|date|time)\b/i.test(sql)) volatile = 'it reads the clock'
  for (const key of reads.tables.keys()) {
    const dot = key.indexOf('.')
    const schema = key.slice(0, dot)
    const name = key.slice(dot + 1)
    names.add(name)
    if (name.startsWith('sqlite_')) {
      volatile ??= `${name} changes without a diff`
      continue
    }
    const [info] = connection.rows(
      "SELECT type, schema FROM pragma_table_list WHERE name = ?1 COLLATE NOCASE AND (?2 = '' OR schema = ?2 COLLATE NOCASE)",
      [name, schema],
    )
    if (info?.[0] === 'table' || info?.[0] === 'shadow') {
      const shape = readTableShape(connection, String(info[1]), name)
      if (shape) tables.set(key, shape)
    } else if (info?.[0] === 'virtual') {
      const shadows = connection.rows(
        `SELECT name FROM pragma_table_list WHERE schema = ?1 COLLATE NOCASE AND type = 'shadow' AND name LIKE replace(?2, '_', '\\_') || '\\_%' ESCAPE '\\'`,
        [String(info[1]), name],
      )
      if (shadows.length === 0 && !pureModules.has(name)) volatile ??= `the virtual table ${name} has no diffs`
      for (const [shadow] of shadows) {
        const shape = readTableShape(connection, String(info[1]), String(shadow))
        if (shape) tables.set(`${schema}.${String(shadow).toLowerCase()}`, shape)
      }
      const content = externalContent(connection, String(info[1]), name)
      if (content) {
        const shape = readTableShape(connection, String(info[1]), content)
        if (shape) tables.set(`${schema}.${content.toLowerCase()}`, shape)
        else volatile ??= `the content of ${name} has no diffs`
      }
    } else if (!info && !pureModules.has(name) && isEponymous(connection, name)) {
      volatile ??= `the virtual table ${name} has no diffs`
    }
  }
  return { tables: [...tables.values()], names, volatile }
}

/** With the names that binding found: SQLite's account leaves out tables of which no column is read. */
export function withBound(connection: Connection, dependencies: Dependencies, bound: BoundStatement): Dependencies {
  const tables = [...dependencies.tables]
  for (const { schema, name, virtual } of bound.tables) {
    if (
      virtual !== null ||
      name.startsWith('sqlite_') ||
      tables.some((shape) => shape.schema === schema && shape.name === name)
    )
      continue
    const shape = readTableShape(connection, schema, name)
    if (shape) tables.push(shape)
  }
  return { ...dependencies, tables, names: new Set([...dependencies.names, ...bound.names]) }
}

/** FTS5 with `content='t'` reads its rows from t. */
function externalContent(connection: Connection, schema: string, name: string): string | null {
  const quotedSchema = `"${schema.replaceAll('"', '""')}"`
  const [row] = connection.rows(
    `SELECT sql FROM ${quotedSchema}.sqlite_schema WHERE name = ? COLLATE NOCASE AND type = 'table'`,
    [name],
  )
  const match = /\bcontent\s*=\s*(?:'((?:[^']|'')+)'|"((?:[^"]|"")+)"|([^\s,)'"]+))/i.exec(String(row?.[0] ?? ''))
  return match ? (match[1] ?? match[2] ?? match[3] ?? null) : null
}

function isEponymous(connection: Connection, name: string): boolean {
  return connection.rows('SELECT 1 FROM pragma_module_list WHERE name = ? COLLATE NOCASE', [name]).length > 0
}
