import type { SqlValue } from '../../schema/live.ts'
import type { Value } from '../value.ts'

/** A row on its way to the result: what it shows, what it is known by, and what it is sorted by. */
export interface Entry {
  /** unique among all rows of the result at any moment */
  readonly key: string
  /** the partition that it was read with */
  readonly partition: string
  readonly row: SqlValue[]
  readonly order: readonly Value[]
  /** place among rows that the order does not tell apart; given when it enters the result */
  place: number
}
