import type { GuardedRight } from '../types.ts'
import type { Raw } from './raw.ts'

/*
 * SQL that a person typed, or got from somebody: it may be wrong, endless, huge or hostile, and runs on the connection that holds
 * everything. SQLite's own means bound it: the authorizer says what a statement may do, limits how large one value and one expression
 * may be, the progress handler how long it runs and how much memory it takes.
 */

/** So many steps lie between two looks at the clock: one call of a function may take a second by itself. */
export const guardedSteps = 20
/** Memory of SQLite's that a statement may add: a sort of endless rows is kept there. */
const heapBytes = 256 * 1024 * 1024

/** sqlite3_limit: what, and how much at most while a guarded statement is compiled and runs. */
const limits: readonly (readonly [id: number, most: number])[] = [
  [0, 65_536], // bytes of one value: searching one in another takes the product of their lengths
  [1, 400_000], // bytes of SQL
  [2, 500], // columns
  [3, 200], // depth of an expression: it is walked by recursion, and the stack is small
  [4, 100], // terms of a compound SELECT
  [5, 200_000], // instructions
  [6, 100], // arguments of a function
  [8, 1_000], // bytes of a LIKE pattern
  [10, 10], // depth of triggers
  [12, 500], // depth of the parser's stack
]

const [INSERT, DELETE, UPDATE] = [18, 9, 23]
const [PRAGMA, READ, SELECT, FUNCTION, RECURSIVE] = [19, 20, 21, 31, 33]

/** Those that only tell of the schema; with a value only as the functions that a SELECT calls. */
const toldPragmas: ReadonlySet<string> = new Set([
  'table_info',
  'table_xinfo',
  'table_list',
  'index_list',
  'index_info',
  'index_xinfo',
  'foreign_key_list',
  'function_list',
  'module_list',
  'collation_list',
  'compile_options',
])
/** What reads the file's pages as they are, where erased words may still be, or its own machinery. */
const hiddenTables: ReadonlySet<string> = new Set(['sqlite_dbpage', 'dbstat', 'sqlite_stmt', 'bytecode', 'tables_used'])
/** SQLite's own, for work on files and on memory that is not ours to give. */
const hiddenFunctions =
  /^(load_extension|fts[345](_tokenizer)?|sqlite_(rename|drop|log|fail|add).*|writefile|readfile|edit)$/

/** Why a statement was refused, in words; null: it was not. */
export function refusalOf(
  right: GuardedRight,
  action: number,
  third: () => string,
  fourth: () => string,
): string | null {
  switch (action) {
    case SELECT:
    case RECURSIVE:
      return null
    case READ:
      return hiddenTables.has(third()) ? `${third()} shows the file as it is` : null
    case FUNCTION:
      return hiddenFunctions.test(fourth()) ? `${fourth()}() is SQLite’s own` : null
    case PRAGMA:
      return toldPragmas.has(third()) ? null : `PRAGMA ${third()} is not for this place`
    case INSERT:
    case DELETE:
    case UPDATE:
      if (third().startsWith('sqlite_')) return `${third()} is SQLite’s own`
      return right === 'writes rows' ? null : 'it would write'
    default:
      return right === 'writes rows' ? 'only rows may be written: INSERT, UPDATE or DELETE' : 'it would write'
  }
}

/** Sets the limits for as long as `work` runs. */
export function withLimits<T>({ exports, db }: Raw, work: () => T): T {
  const before = limits.map(([id, most]) => [id, exports.sqlite3_limit(db, id, most)] as const)
  try {
    return work()
  } finally {
    for (const [id, most] of before) exports.sqlite3_limit(db, id, most)
  }
}

/** Asked while a statement runs: SQLite has taken more memory than it may. */
export function memoryGuard(raw: Raw): () => boolean {
  const most = raw.heap().byteLength + heapBytes
  return () => raw.heap().byteLength > most
}
