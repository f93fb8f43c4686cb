import type { CompiledQuery } from 'kysely'
import type { Query, SqlValue } from '../../schema/live.ts'
import type { ClientError } from '../../workers/runtime/client/client.ts'

/**
 * A live query as a component sees it. `Row` exists for types alone: SQL written by hand names its row with `sql<Row>`,
 * Kysely's `compile()` brings its own.
 */
export interface TypedQuery<Row> extends Query {
  readonly [rowType]?: Row
}
declare const rowType: unique symbol

export type LiveSource<Row> = TypedQuery<Row> | CompiledQuery<Row>

export type LiveStatus = 'loading' | 'ready' | 'error'

/** `data` keeps the last good rows while `error` is set. Same object until something changes. */
export interface LiveResult<Row> {
  readonly data: readonly Row[]
  readonly status: LiveStatus
  readonly error: ClientError | null
}

/** SQL with the type of its rows: sql<{ id: string }>('SELECT id FROM rooms WHERE space_id = ?', [space]) */
export function sql<Row>(text: string, parameters: readonly SqlValue[] = []): TypedQuery<Row> {
  return { sql: text, parameters }
}
