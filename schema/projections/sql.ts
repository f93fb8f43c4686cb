import type { SqlValue } from '../live.ts'

/**
 * The little of SQLite that projections need. `prepare` is cheap to call again with the same text; values are bound in
 * order, with exact types (a safe integer or a bigint is INTEGER). `rows` reads INTEGER as number, or bigint past 2⁵³.
 */
export interface Sql {
  prepare(text: string): Statement
  /** any number of statements, without parameters */
  exec(text: string): void
}

export interface Statement {
  /** runs to the end; returns how many rows it inserted, updated or deleted */
  run(...values: readonly SqlValue[]): number
  rows(...values: readonly SqlValue[]): SqlValue[][]
}
