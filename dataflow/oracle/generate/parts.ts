import type { Random } from '../random.ts'
import type { Sql } from '../sql-text.ts'
import type { ScopeColumn } from './expression.ts'
import type { Schema } from './schema.ts'
import type { ColumnType } from './value.ts'

/** What the shapes take from the maker of queries. */
export interface Parts {
  readonly random: Random
  readonly schema: Schema
  from(depth: number): { readonly sql: Sql; readonly columns: readonly ScopeColumn[]; readonly key: readonly string[] | null } // prettier-ignore
  where(columns: readonly ScopeColumn[], depth: number): Sql
  limit(): Sql
  aggregate(columns: readonly ScopeColumn[]): Sql
  core(types: readonly ColumnType[]): Sql
}

/** A column of the same type, if there is one. */
export function like(random: Random, { type }: ScopeColumn, columns: readonly ScopeColumn[]): ScopeColumn {
  const fitting = columns.filter((column) => column.type === type)
  return random.pick(fitting.length > 0 ? fitting : columns)
}
