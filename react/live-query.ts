import type { Query, SqlValue } from '../schema/live.ts'
import type { ClientError } from '../workers/runtime/client/client.ts'

/**
 * A live query as a component writes it. `Row` exists for types alone: SQL written by hand names its row with
 * `sql<Row>`, a query builder brings its own.
 */
export type LiveSource<Row> = TypedQuery<Row> | QueryBuilder<Row>

export interface TypedQuery<Row> extends Query {
  readonly [rowType]?: Row
}
declare const rowType: unique symbol

/** What is read of a query builder. Kysely's SELECT builders have this shape. */
export interface QueryBuilder<Row> {
  compile(): { readonly sql: string; readonly parameters: readonly unknown[] }
  readonly expressionType: Row | undefined
}

export type LiveStatus = 'loading' | 'ready' | 'error'

/** `data` keeps the last good rows while `error` is set. Same object until something changes. */
export interface LiveResult<Row> {
  readonly data: readonly Row[]
  readonly status: LiveStatus
  readonly error: ClientError | null
}

/** SQL with the type of its rows: sql<{ title: string }>('SELECT title FROM todo WHERE done = ?', [0]) */
export function sql<Row>(text: string, parameters: readonly SqlValue[] = []): TypedQuery<Row> {
  return { sql: text, parameters }
}

/** The SQL of a source. */
export function toQuery<Row>(source: LiveSource<Row>): TypedQuery<Row> {
  return 'compile' in source ? withSqlValues(source.compile()) : source
}

/** A compiled query, whose values SQLite must have: Kysely's types let others pass. */
export function withSqlValues<Row>({ sql, parameters }: ReturnType<QueryBuilder<Row>['compile']>): TypedQuery<Row> {
  for (const [index, value] of parameters.entries()) {
    if (!isSqlValue(value)) throw new TypeError(`parameter ${index + 1} is ${nameOf(value)}: SQLite has no such value`)
  }
  return { sql, parameters: parameters as readonly SqlValue[] }
}

function isSqlValue(value: unknown): value is SqlValue {
  return value === null || value instanceof Uint8Array || ['number', 'bigint', 'string'].includes(typeof value)
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'undefined'
  return `a ${value instanceof Object ? value.constructor.name : typeof value}`
}
