import type { StatementSync } from 'node:sqlite'
import type { SqlValue } from '../../schema/live.ts'
import { SqliteError } from '../../dataflow/sqlite/raw.ts'
import type { RawSql } from '../../workers/runtime/serving/raw-sql.ts'
import type { Sqlite } from '../sqlite.ts'

/**
 * The server's SQLite as the device's event store knows it. A whole number is bound as INTEGER, and read as a number up to 2⁵³ and as a
 * bigint beyond: Node alone would bind it as REAL, and refuse to read a clock.
 */
export function nodeSql(database: Sqlite): RawSql {
  const prepared = new Map<string, ReturnType<RawSql['prepare']>>()
  return {
    get autocommit() {
      return !database.isTransaction
    },
    define(name, holds) {
      database.function(name, { deterministic: true }, (...texts) => (holds(...(texts as string[])) ? 1 : 0))
    },
    exec: (text) => inOurWords(() => database.exec(text)),
    prepare(text) {
      let statement = prepared.get(text)
      if (!statement) prepared.set(text, (statement = nodeStatement(database, text)))
      return statement
    },
    close() {
      prepared.clear()
      database.close()
    },
  }
}

/** Compiled at its first use, as on a device: a table may be made between the two. */
function nodeStatement(database: Sqlite, text: string): ReturnType<RawSql['prepare']> {
  let compiled: StatementSync | undefined
  const statement = () => {
    if (compiled) return compiled
    compiled = database.prepare(text)
    compiled.setReadBigInts(true)
    compiled.setReturnArrays(true)
    return compiled
  }
  return {
    run: (...values) => inOurWords(() => Number(statement().run(...values.map(bound)).changes)),
    rows: (...values) =>
      inOurWords(() => (statement().all(...values.map(bound)) as unknown as SqlValue[][]).map((row) => row.map(read))),
  }
}

const bound = (value: SqlValue) => (typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value)

function read(value: SqlValue): SqlValue {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function inOurWords<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const { errcode, message } = error as { errcode?: unknown; message: string }
    throw typeof errcode === 'number' ? new SqliteError(message, errcode) : error
  }
}
