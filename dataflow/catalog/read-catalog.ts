import { foldName } from '../fold-name.ts'
import type { SqlValue } from '../../schema/live.ts'
import { parse } from '../parse/parse.ts'
import { printExpression } from '../print/print.ts'
import { affinityOfType } from './affinity.ts'
import type { Catalog, CatalogColumn, CatalogEntry, CatalogFunction, CatalogIndex } from './catalog.ts'

/** Plain SQLite, rows as arrays. */
export type ReadSql = (sql: string, parameters?: readonly SqlValue[]) => SqlValue[][]

/** Changes with every DDL statement of any attached schema, temp included. */
export function schemaVersion(read: ReadSql): string {
  return schemaNames(read)
    .map((schema) => `${schema}:${read(`PRAGMA "${schema.replaceAll('"', '""')}".schema_version`)[0]?.[0]}`)
    .join(' ')
}

/** The catalog as of now. Entries are read when they are first asked for; use a new catalog after a schema change. */
export function readCatalog(read: ReadSql): Catalog {
  const schemas = schemaNames(read)
  const version = schemaVersion(read)
  const entries = new Map<string, CatalogEntry | null>()
  const functions = readFunctions(read)
  const find = (name: string, schema?: string): CatalogEntry | null => {
    const key = `${foldName(schema ?? '')}.${foldName(name)}`
    let entry = entries.get(key)
    if (entry === undefined) {
      entry = readEntry(read, schema === undefined ? schemas : [schema], name)
      entries.set(key, entry)
    }
    return entry
  }
  const likeFoldsCase = read(`SELECT 'a' LIKE 'A'`)[0]?.[0] === 1
  return { version, find, likeFoldsCase, function: (name) => functions.get(foldName(name)) ?? null }
}

// temp shadows main, main shadows what is attached: the order in which SQLite looks a name up
function schemaNames(read: ReadSql): string[] {
  const names = read('SELECT name FROM pragma_database_list ORDER BY seq').map(([name]) => String(name))
  return ['temp', ...names.filter((name) => name !== 'temp')]
}

function readEntry(read: ReadSql, schemas: readonly string[], name: string): CatalogEntry | null {
  // the one name by which the pragma knows it
  const known = name.replace(/^sqlite_(temp_)?schema$/i, 'sqlite_$1master')
  const listed = read('SELECT schema, name, type, wr, strict FROM pragma_table_list(?1)', [known])
  for (const schema of schemas) {
    const row = listed.find(([found]) => foldName(String(found)) === foldName(schema))
    if (row) return readListed(read, String(row[0]), String(row[1]), String(row[2]), row[3] === 1, row[4] === 1)
  }
  // table-valued functions (json_each, pragma_…) are tables that nobody created
  const columns = readColumns(read, null, name, false, new Map())
  if (columns.length === 0) return null
  return { ...emptyTable, schema: 'main', name, columns, virtual: foldName(name) }
}

const emptyTable = {
  kind: 'table',
  withoutRowid: false,
  virtual: null,
  primaryKey: [],
  keyCollations: [],
  rowidColumn: -1,
  rowidName: null,
  indexes: [],
} as const

function readListed(
  read: ReadSql,
  schema: string,
  name: string,
  type: string,
  withoutRowid: boolean,
  strict: boolean,
): CatalogEntry {
  if (type === 'view') {
    const columns = read('SELECT name FROM pragma_table_xinfo(?1, ?2) ORDER BY cid', [name, schema])
    return { kind: 'view', schema, name, sql: definition(read, schema, name), columns: columns.map(([c]) => String(c)) }
  }
  const sql = /^sqlite_(temp_)?(schema|master)$/i.test(name) ? '' : definition(read, schema, name)
  const virtual = type === 'virtual' ? (/\busing\s+["`[]?(\w+)/i.exec(sql)?.[1]?.toLowerCase() ?? 'unknown') : null
  const columns = readColumns(read, schema, name, strict, virtual ? new Map() : declaredColumns(sql))
  const primaryKey = read('SELECT cid FROM pragma_table_xinfo(?1, ?2) WHERE pk > 0 ORDER BY pk', [name, schema]).map(
    ([cid]) => Number(cid),
  )
  const indexList = read('SELECT name, "unique", origin, partial FROM pragma_index_list(?1, ?2)', [name, schema])
  const indexes = indexList.map(([index, unique, , partial]): CatalogIndex => {
    const keys = read('SELECT cid, "desc", coll FROM pragma_index_xinfo(?1, ?2) WHERE key ORDER BY seqno', [
      index ?? null,
      schema,
    ])
    return {
      name: String(index),
      unique: unique === 1,
      partial: partial === 1,
      columns: keys.map(([column, descending, collation]) => ({
        column: Number(column),
        descending: descending === 1,
        collation: String(collation).toUpperCase(),
      })),
    }
  })
  const keyIndex = indexes[indexList.findIndex(([, , origin]) => origin === 'pk')]
  const keyCollations = primaryKey.map(
    (at) => keyIndex?.columns.find(({ column }) => column === at)?.collation ?? columns[at]!.collation,
  )
  const [only] = primaryKey
  // `INTEGER PRIMARY KEY` is the rowid unless it needed an index of its own (`INTEGER PRIMARY KEY DESC` in a column)
  const isAlias =
    primaryKey.length === 1 &&
    !withoutRowid &&
    !virtual &&
    columns[only!]?.declaredType.toUpperCase() === 'INTEGER' &&
    !indexList.some(([, , origin]) => origin === 'pk')
  const taken = new Set(columns.map((column) => foldName(column.name)))
  const rowidName = withoutRowid ? null : (['rowid', '_rowid_', 'oid'].find((alias) => !taken.has(alias)) ?? null)
  const rowidColumn = isAlias ? only! : -1
  return {
    kind: 'table',
    schema,
    name,
    columns,
    withoutRowid,
    virtual,
    primaryKey,
    keyCollations,
    rowidColumn,
    rowidName,
    indexes,
  }
}

function readColumns(
  read: ReadSql,
  schema: string | null,
  name: string,
  strict: boolean,
  declared: ReadonlyMap<string, Declared>,
): CatalogColumn[] {
  const rows =
    schema === null
      ? read('SELECT name, type, "notnull", hidden FROM pragma_table_xinfo(?1) ORDER BY cid', [name])
      : read('SELECT name, type, "notnull", hidden FROM pragma_table_xinfo(?1, ?2) ORDER BY cid', [name, schema])
  return rows.map(([column, type, notNull, hidden]) => ({
    name: String(column),
    declaredType: String(type),
    affinity: strict && String(type).toUpperCase() === 'ANY' ? 'BLOB' : affinityOfType(String(type)),
    collation: declared.get(foldName(String(column)))?.collation ?? 'BINARY',
    notNull: notNull === 1,
    hidden: hidden === 1,
    generated: hidden === 2 ? 'virtual' : hidden === 3 ? 'stored' : null,
    expression: hidden === 2 ? (declared.get(foldName(String(column)))?.expression ?? null) : null,
  }))
}

function definition(read: ReadSql, schema: string, name: string): string {
  const quoted = `"${schema.replaceAll('"', '""')}"`
  return String(read(`SELECT sql FROM ${quoted}.sqlite_schema WHERE lower(name) = lower(?1)`, [name])[0]?.[0] ?? '')
}

interface Declared {
  readonly collation: string | null
  readonly expression: string | null
}

// No pragma tells a column's collation or its expression; the stored DDL (which ALTER TABLE keeps current) does.
function declaredColumns(sql: string): Map<string, Declared> {
  const declared = new Map<string, Declared>()
  if (!/collate|\bas\b/i.test(sql)) return declared
  const statement = parse(sql)?.statement
  if (statement?.type !== 'CreateTableStmt') throw new Error(`cannot read the columns of: ${sql}`)
  if (statement.body.type !== 'ColumnsAndConstraintsCreateTableBody') return declared
  for (const { colName, constraints } of statement.body.columns) {
    const column = { collation: null as string | null, expression: null as string | null }
    for (const { constraint } of constraints) {
      if (constraint.type === 'CollateColumnConstraint') column.collation = constraint.collationName.text.toUpperCase()
      if (constraint.type === 'GeneratedColumnConstraint') column.expression = printExpression(constraint.expr)
    }
    declared.set(foldName(colName.text), column)
  }
  return declared
}

const windowOnly = new Set(
  ['row_number', 'rank', 'dense_rank', 'percent_rank', 'cume_dist', 'ntile', 'lag', 'lead'].concat([
    'first_value',
    'last_value',
    'nth_value',
  ]),
)

function readFunctions(read: ReadSql): Map<string, CatalogFunction> {
  const functions = new Map<string, CatalogFunction>()
  for (const [name, type, flags] of read('SELECT name, type, flags FROM pragma_function_list')) {
    const key = foldName(String(name))
    const kind = windowOnly.has(key) ? 'window' : type === 's' ? 'scalar' : 'aggregate'
    const known = functions.get(key)
    // min(x) is an aggregate, min(x, y) is not: one name, both kinds; the call decides
    const deterministic = (Number(flags) & 0x800) !== 0 && (known?.deterministic ?? true)
    functions.set(key, { kind: known && known.kind !== kind ? 'aggregate' : kind, deterministic })
  }
  return functions
}
