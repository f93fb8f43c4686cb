import type { LiveUpdate, Query, SqlValue } from '../../schema/live.ts'

/** What the benchmark's page can ask of its worker, which has the database to itself; and what it answers. */
export interface BenchWorker {
  /** Opens (or makes) the database of the product, in this worker, on OPFS. */
  open(): { storage: string; events: number }
  /** Applies the batches that lie at `url`, as the sync client would hand them over. */
  apply(options: ApplyOptions): ApplyResult
  /** Inserts the rows that the database has by now into an empty one, in as many transactions. */
  insertRaw(options: { transactions: number }): { rows: number; ms: number }
  maintain(options: MaintainOptions): MaintainResult
  query(sql: string, parameters: SqlValue[]): SqlValue[][]
}
export interface ApplyOptions {
  readonly url: string
  /** live queries to keep while applying: what a tab of the app has open */
  readonly queries: readonly Query[]
}
export interface ApplyResult {
  readonly events: number
  readonly batches: number
  /** inside the database alone; reading and parsing the file is not counted */
  readonly ms: number
  readonly batchMs: readonly number[]
}
export interface MaintainOptions {
  readonly queries: readonly Query[]
  /** one event each, as batches; every one changes what some query shows */
  readonly batches: readonly string[]
}
export interface MaintainResult {
  /** ms to apply each batch with no live query, and with all of them */
  readonly withoutMs: readonly number[]
  readonly withMs: readonly number[]
  /** ms to run all queries again, once */
  readonly recomputeMs: readonly number[]
  readonly deltas: number
}

export type BenchCall = {
  [Name in keyof BenchWorker]: {
    readonly id: number
    readonly name: Name
    readonly options: Parameters<BenchWorker[Name]>
  }
}[keyof BenchWorker]
export interface BenchAnswer {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

/** One delivery at a client's listener. Times are unix ms with fractions. */
export interface Delivery {
  readonly marker: string
  readonly at: number
  readonly type: LiveUpdate['type']
}
