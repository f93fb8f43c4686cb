import type { LiveDatabase, SqlValue } from '../../types.ts'
import type { Random } from '../random.ts'

export interface ExercisePace {
  /** rows of each table moved one by one */
  readonly singleRows: number
  /** tables moved under one set of queries: some of them, if there are more */
  readonly tables: number
}

interface TableRows {
  readonly name: string
  readonly columns: readonly string[]
  /** names one row; the values stand at the start of each row's `key` */
  readonly keyColumns: readonly string[]
  readonly rows: readonly { readonly key: readonly SqlValue[]; readonly values: readonly SqlValue[] }[]
}

/**
 * Moves the data under a set of live queries: half of every table is deleted, put back row by row, single rows are deleted,
 * put back and updated, and at the end every table is as it was. `check` is called after every step.
 */
export function exercise(
  live: LiveDatabase,
  random: Random,
  pace: ExercisePace,
  /** tables that nobody reads are left alone */
  isRead: (table: string) => boolean,
  check: (step: string, table: string) => void,
  /** a step of it, ended where it takes too long: a recursion over these rows may have no end */
  within: <T>(work: () => T) => T,
): void {
  const { singleRows } = pace
  const attempt = (work: () => void) => within(() => tryOut(live, work))
  const tables = random.sample(readTables(live, isRead), pace.tables)
  for (const table of tables) {
    const half = table.rows.filter((_, i) => i % 2 === 1)
    if (half.length === 0) continue
    attempt(() => half.forEach((row) => remove(live, table, row.key)))
    check(`half of ${table.name} deleted`, table.name)
    const singles = half.slice(0, singleRows)
    for (const row of singles) {
      attempt(() => insert(live, table, row.values))
      check(`a row of ${table.name} inserted`, table.name)
    }
    attempt(() => half.slice(singleRows).forEach((row) => insert(live, table, row.values)))
    check(`the rest of ${table.name} inserted`, table.name)
  }
  for (const table of tables) {
    for (const row of random.sample(table.rows, Math.ceil(singleRows / 2))) {
      attempt(() => remove(live, table, row.key))
      check(`a row of ${table.name} deleted`, table.name)
      attempt(() => insert(live, table, row.values))
      check(`a row of ${table.name} put back`, table.name)
      const column = random.between(table.keyColumns[0] === table.columns[0] ? Math.min(1, table.columns.length - 1) : 0, table.columns.length - 1) // prettier-ignore
      const value = random.chance(0.15) ? null : random.pick(table.rows).values[column]!
      attempt(() => update(live, table, row.key, table.columns[column]!, value))
      check(`a row of ${table.name} updated`, table.name)
      attempt(() => {
        remove(live, table, row.key)
        insert(live, table, row.values)
      })
      check(`a row of ${table.name} restored`, table.name)
    }
  }
}

/** One turn; a constraint may forbid it, and then nothing happens. */
function tryOut(live: LiveDatabase, work: () => void): void {
  try {
    live.transaction(work)
  } catch (error) {
    if ((error as Error).name !== 'SqliteError') throw error
  }
}

function readTables(live: LiveDatabase, isRead: (table: string) => boolean): TableRows[] {
  const names = readRows(
    live,
    `
    SELECT l.name, l.wr, l.type FROM pragma_table_list AS l
    WHERE l.schema = 'main' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND l.type IN ('table', 'virtual') ORDER BY l.name`,
  )
  return names.flatMap(([name, withoutRowid, type]) => {
    if (!isRead(String(name))) return []
    const info = live.all(`SELECT name, pk, hidden FROM pragma_table_xinfo(?)`, [name!])
    const columns = info.filter(([, , hidden]) => hidden === 0).map(([column]) => String(column))
    if (columns.length === 0 || (type === 'virtual' && !isFullText(live, String(name)))) return []
    const primaryKey = info.filter(([, pk]) => Number(pk) > 0).map(([column]) => String(column))
    const rowid = ['rowid', '_rowid_', 'oid'].find((word) => !columns.some((column) => column.toLowerCase() === word))
    const keyColumns = withoutRowid || !rowid ? primaryKey : [rowid]
    if (keyColumns.length === 0) return []
    const all = withoutRowid || !rowid ? columns : [rowid, ...columns]
    const text = `SELECT ${keyColumns.map(quote).join(', ')}, ${all.map(quote).join(', ')} FROM ${quote(String(name))}`
    const rows = readRows(live, text).map((row) => {
      return { key: row.slice(0, keyColumns.length), values: row.slice(keyColumns.length) }
    })
    return [{ name: String(name), columns: all, keyColumns, rows }]
  })
}

/** None where SQLite cannot read them: a full-text table may be without content, a database broken. */
export function readRows(live: LiveDatabase, sql: string): SqlValue[][] {
  try {
    return live.all(sql)
  } catch (error) {
    if ((error as Error).name !== 'SqliteError') throw error
    return []
  }
}

function isFullText(live: LiveDatabase, name: string): boolean {
  return /using\s+fts5\b/i.test(String(live.all('SELECT sql FROM sqlite_schema WHERE name = ?', [name])[0]?.[0]))
}

function remove(live: LiveDatabase, table: TableRows, key: readonly SqlValue[]): void {
  live.run(`DELETE FROM ${quote(table.name)} WHERE ${isKey(table)}`, key)
}

function insert(live: LiveDatabase, table: TableRows, values: readonly SqlValue[]): void {
  const columns = table.columns.map(quote).join(', ')
  live.run(`INSERT INTO ${quote(table.name)}(${columns}) VALUES (${values.map(() => '?').join(', ')})`, values)
}

function update(live: LiveDatabase, table: TableRows, key: readonly SqlValue[], column: string, value: SqlValue): void {
  live.run(`UPDATE ${quote(table.name)} SET ${quote(column)} = ? WHERE ${isKey(table)}`, [value, ...key])
}

function isKey({ keyColumns }: TableRows): string {
  return keyColumns.map((column) => `${quote(column)} IS ?`).join(' AND ')
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
