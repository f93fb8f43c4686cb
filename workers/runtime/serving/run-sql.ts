import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import type { LiveDatabase } from '../../../dataflow/index.ts'
import type { QueryResult, SqlValue } from '../../../schema/live.ts'
import { RequestFailure } from './leader-database.ts'

/**
 * Runs any SQL as a request: the rows and columns of the last statement that has columns, and how many rows all of them
 * changed. Law: a request leaves no transaction open, since the connection is everybody's.
 */
export function runSql(
  sqlite3: Sqlite3Static,
  db: Database,
  live: LiveDatabase,
  sql: string,
  parameters: readonly SqlValue[],
): QueryResult {
  const { capi } = sqlite3
  const before = capi.sqlite3_total_changes64(db.pointer as number)
  let columns: readonly string[] = []
  let rows: SqlValue[][] = []
  try {
    for (let rest = sql; rest.trim() !== '';) {
      const statement = prepareFirst(sqlite3, db, rest)
      if (!statement) break
      const found = live.all(statement.text, statement.parameters > 0 ? parameters : [])
      if (statement.columns.length > 0) {
        columns = statement.columns
        rows = found
      }
      rest = rest.slice(statement.text.length)
    }
  } finally {
    if (capi.sqlite3_get_autocommit(db.pointer as number) === 0) {
      live.run('ROLLBACK')
      // eslint-disable-next-line no-unsafe-finally -- the open transaction is the error to tell
      throw new RequestFailure('SQL_ERROR', 'a transaction must begin and end within one request: it was rolled back')
    }
  }
  const changes = Number(BigInt(capi.sqlite3_total_changes64(db.pointer as number)) - BigInt(before))
  return { columns, rows, changes }
}

interface Prepared {
  readonly text: string
  readonly columns: readonly string[]
  readonly parameters: number
}

/** The first statement of a script, by SQLite's own reading of where it ends; null when only comments are left. */
function prepareFirst({ capi, wasm }: Sqlite3Static, db: Database, sql: string): Prepared | null {
  const scope = wasm.scopedAllocPush()
  try {
    const [start, bytes] = wasm.scopedAllocCString(sql, true) as [number, number]
    const [statementAt, tailAt] = wasm.scopedAllocPtr(2) as [number, number]
    const code = capi.sqlite3_prepare_v3(db.pointer as number, start, bytes + 1, 0, statementAt, tailAt)
    if (code !== 0) throw new RequestFailure('SQL_ERROR', capi.sqlite3_errmsg(db.pointer as number))
    const statement = wasm.peekPtr(statementAt) as number
    if (!statement) return null
    const tail = wasm.peekPtr(tailAt) as number
    const text = new TextDecoder().decode(wasm.heap8u().slice(start, tail))
    const columns = Array.from({ length: capi.sqlite3_column_count(statement) }, (_, i) =>
      capi.sqlite3_column_name(statement, i),
    )
    const parameters = capi.sqlite3_bind_parameter_count(statement)
    capi.sqlite3_finalize(statement)
    return { text, columns, parameters }
  } finally {
    wasm.scopedAllocPop(scope)
  }
}
