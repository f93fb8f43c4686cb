import type { Database } from '@sqlite.org/sqlite-wasm'

/** The tables of a database, as SQLite has them; comments come from the SQL that made them. */
export interface TableInfo {
  readonly name: string
  readonly comment: string
  readonly isVirtual: boolean
  readonly columns: readonly ColumnInfo[]
  readonly indexes: readonly IndexInfo[]
  /** of a virtual table: what it is made with */
  readonly made: string
}
export interface ColumnInfo {
  readonly name: string
  readonly type: string
  readonly isNullable: boolean
  readonly fallback: string | null
  /** its place in the primary key, from 1; 0: it is not in it */
  readonly key: number
  readonly comment: string
}
export interface IndexInfo {
  readonly name: string
  readonly columns: string
  readonly isUnique: boolean
}

/** `migrations`: where the comments before a table stand, which SQLite does not keep. */
export function readTables(db: Database, migrations: readonly string[]): readonly TableInfo[] {
  const rows = (sql: string): Record<string, string | number | null>[] =>
    db.exec(sql, { rowMode: 'object', returnValue: 'resultRows' }) as Record<string, string | number | null>[]
  const listed = rows(`SELECT list.name, list.type, schema.sql FROM pragma_table_list() list
    JOIN sqlite_schema schema ON schema.name = list.name AND schema.type = 'table'
    WHERE list.schema = 'main' AND list.type IN ('table', 'virtual') AND list.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY list.name`)
  return listed.map((table): TableInfo => {
    const name = String(table['name'])
    const sql = String(table['sql'])
    const isVirtual = table['type'] === 'virtual'
    const columns = rows(`SELECT * FROM pragma_table_xinfo('${name}') WHERE hidden IN (0, 2, 3)`)
    const indexes = rows(
      `SELECT list.name, list."unique" AS isUnique, schema.sql FROM pragma_index_list('${name}') list
       LEFT JOIN sqlite_schema schema ON schema.name = list.name WHERE list.origin <> 'pk' ORDER BY list.seq DESC`,
    )
    return {
      name,
      comment: commentBefore(name, migrations),
      isVirtual,
      columns: columns.map((column) => ({
        name: String(column['name']),
        type: String(column['type']),
        isNullable: column['notnull'] === 0 && column['pk'] === 0,
        fallback: column['dflt_value'] === null ? null : String(column['dflt_value']),
        key: Number(column['pk']),
        comment: commentBehind(String(column['name']), sql),
      })),
      indexes: indexes.map((index) => ({
        name: String(index['name']),
        columns: index['sql'] === null ? columnsOf(String(index['name'])) : partsOf(String(index['sql'])),
        isUnique: index['isUnique'] === 1,
      })),
      made: isVirtual ? sql.slice(sql.search(/\bUSING\b/i)) : '',
    }
  })

  function columnsOf(index: string): string {
    return rows(`SELECT name FROM pragma_index_info('${index}')`)
      .map(({ name }) => name)
      .join(', ')
  }
}

/** `CREATE INDEX a ON b(c, d) WHERE e` → `c, d WHERE e` */
function partsOf(sql: string): string {
  const [, columns = '', rest = ''] = /\bON\s+\S+?\s*\((.*)\)\s*(WHERE.*)?$/is.exec(sql) ?? []
  return `${columns} ${rest}`.replace(/\s+/g, ' ').trim()
}

/** The lines of comment that stand above the newest CREATE of the table. */
function commentBefore(table: string, migrations: readonly string[]): string {
  const create = new RegExp(
    `((?:^[ \\t]*--.*\\n)*)^[ \\t]*CREATE (?:VIRTUAL )?TABLE (?:IF NOT EXISTS )?${table}\\b`,
    'm',
  )
  const found = migrations.findLast((sql) => create.test(sql))
  const lines = found === undefined ? [] : (create.exec(found)![1] ?? '').split('\n')
  return lines
    .map((line) => line.replace(/^\s*--\s?/, '').trim())
    .filter(Boolean)
    .join(' ')
}

/** What stands behind a column, on its line and on those lines of comment that follow. */
function commentBehind(column: string, sql: string): string {
  const lines = sql.split('\n')
  const at = lines.findIndex((line) => new RegExp(`^\\s*"?${column}"?\\s`).test(line.replace(/^CREATE [^(]*\(/, '')))
  if (at < 0) return ''
  const own = /--\s*(.*)$/.exec(lines[at]!)?.[1]
  if (own === undefined) return ''
  const more: string[] = []
  for (const line of lines.slice(at + 1)) {
    const goesOn = /^\s+--\s*(.*)$/.exec(line)?.[1]
    if (goesOn === undefined) break
    more.push(goesOn)
  }
  return [own, ...more].join(' ').trim()
}
