import { foldName } from '../fold-name.ts'
import type { GuardedRight } from '../types.ts'
import { refusalOf } from './guard.ts'
import type { Pointer, Raw } from './raw.ts'

const DENY = 1
const READ = 20
const FUNCTION = 31
const SELECT = 21
const PRAGMA = 19
/** rows written: INSERT, UPDATE, DELETE */
const WRITES: ReadonlySet<number> = new Set([18, 23, 9])
/** the one name that every change of the schema touches, whatever a query calls the table */
export const SCHEMA_TABLE = 'sqlite_master'
const ATTACH = 24
const DETACH = 25
/** action code → which argument names the table, view or index concerned (3: the first, 4: the second) */
const SCHEMA_CHANGES: Record<number, readonly (3 | 4)[]> = {
  1: [4], // CREATE INDEX: index, table
  2: [3], // CREATE TABLE
  3: [4],
  4: [3],
  5: [4],
  6: [3],
  7: [4], // CREATE TRIGGER: trigger, table
  8: [3], // CREATE VIEW
  10: [4], // DROP INDEX
  11: [3], // DROP TABLE
  12: [4],
  13: [3],
  14: [4],
  15: [3],
  16: [4],
  17: [3], // DROP VIEW
  26: [4], // ALTER TABLE: database, table
  29: [3], // CREATE VIRTUAL TABLE
  30: [3],
}

/** What a statement reads, as SQLite's own name resolution sees it (views and virtual tables included). */
export interface Reads {
  /** `schema.table` in lower case → columns in lower case */
  readonly tables: Map<string, Set<string>>
  /** in lower case */
  readonly functions: Set<string>
}

/**
 * The one authorizer, installed once: to set another expires every statement.
 * It listens only while `observe` runs, and notes schema changes always.
 */
export class Authorizer {
  /** Names (lower case) whose definition the statements prepared since the last `takeSchemaChanges` touch; null: all. */
  #changed: Set<string> | null = new Set()
  #touched = false
  #unnoticed = false
  #reads: { tables: Map<string, Set<string>>; functions: Set<string> } | null = null
  /** what the statements of now may do; null: everything */
  #right: GuardedRight | null = null
  #refusal: string | null = null
  readonly #raw: Raw
  readonly #callback: Pointer

  constructor(raw: Raw) {
    this.#raw = raw
    this.#callback = raw.installFunction(
      'i(pipppp)',
      (_context: Pointer, action: number, third: Pointer, fourth: Pointer, schema: Pointer, _inner: Pointer) =>
        this.#authorize(action, third, fourth, schema),
    )
    raw.exports.sqlite3_set_authorizer(raw.db, this.#callback, 0)
  }

  observe<T>(prepare: () => T): { result: T; reads: Reads } {
    const outer = this.#reads
    const reads = { tables: new Map<string, Set<string>>(), functions: new Set<string>() }
    this.#reads = reads
    try {
      return { result: prepare(), reads }
    } finally {
      this.#reads = outer
    }
  }

  /** Statements that are prepared or run meanwhile do no more than they may; an error of one that would says what it was. */
  guard<T>(right: GuardedRight, work: () => T): T {
    const outer = this.#right
    this.#right = right
    this.#refusal = null
    try {
      return work()
    } catch (error) {
      throw this.#refusal === null ? error : new Error(`refused: ${this.#refusal as string}`)
    } finally {
      this.#right = outer
    }
  }

  /** Runs the engine's own DDL, of tables that no query names. */
  unnoticed(work: () => void): void {
    this.#unnoticed = true
    try {
      work()
    } finally {
      this.#unnoticed = false
    }
  }

  /** Undefined when nothing changed; null when everything may have (ATTACH, DETACH). */
  takeSchemaChanges(): ReadonlySet<string> | null | undefined {
    if (!this.#touched) return undefined
    const changed = this.#changed
    this.#changed = new Set()
    this.#touched = false
    return changed
  }

  get schemaChanged(): boolean {
    return this.#touched
  }

  close(): void {
    if (this.#raw.isOpen) this.#raw.exports.sqlite3_set_authorizer(this.#raw.db, 0, 0)
    this.#raw.uninstallFunction(this.#callback)
  }

  #authorize(action: number, third: Pointer, fourth: Pointer, schema: Pointer): number {
    if (this.#right !== null) {
      this.#refusal ??= refusalOf(
        this.#right,
        action,
        () => this.#lower(third),
        () => this.#lower(fourth),
      )
      if (this.#refusal !== null) return DENY
    }
    if (action === READ) {
      if (this.#reads) {
        const key = `${this.#lower(schema)}.${this.#lower(third)}`
        let columns = this.#reads.tables.get(key)
        if (!columns) this.#reads.tables.set(key, (columns = new Set()))
        columns.add(this.#lower(fourth))
      }
    } else if (action === FUNCTION) this.#noteFunction(this.#lower(fourth))
    else if (action === PRAGMA) this.#notePragma(third, fourth)
    else if (action !== SELECT) this.#noteSchemaChange(action, third, fourth)
    return 0
  }

  #noteFunction(name: string): void {
    this.#reads?.functions.add(name)
    // what a table is called from now on no argument says, and it may hide one of another schema
    if (name === 'sqlite_rename_table') this.#noteAll()
  }

  /** LIKE itself becomes another function; or the schema is read anew, whatever it says now. */
  #notePragma(name: Pointer, value: Pointer): void {
    if (value !== 0 && /^(case_sensitive_like|writable_schema|schema_version)$/.test(this.#lower(name))) this.#noteAll()
  }

  #noteAll(): void {
    this.#touched = true
    this.#changed = null
  }

  #noteSchemaChange(action: number, third: Pointer, fourth: Pointer): void {
    if (action === ATTACH || action === DETACH) return this.#noteAll()
    const names = SCHEMA_CHANGES[action]
    if (this.#unnoticed || (!names && !this.#writesSchema(action, third))) return
    this.#touched = true
    this.#changed?.add(SCHEMA_TABLE)
    for (const which of names ?? []) this.#changed?.add(this.#lower(which === 3 ? third : fourth))
  }

  /** By hand (PRAGMA writable_schema), or by a statement that has no action of its own. */
  #writesSchema(action: number, table: Pointer): boolean {
    return WRITES.has(action) && this.#lower(table) === SCHEMA_TABLE
  }

  #lower(pointer: Pointer): string {
    return foldName(this.#raw.readCString(pointer) ?? '')
  }
}
