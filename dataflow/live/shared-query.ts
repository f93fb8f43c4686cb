import type { Query, RowChange } from '../../schema/live.ts'
import type { KeyedRows } from '../../schema/live/row-changes.ts'
import type { Trace } from '../operator.ts'
import type { Meter } from '../types.ts'
import type { Maintainer } from './maintainer.ts'
import type { Subscription } from './subscription.ts'

/** One maintained query, shared by every subscription to the same SQL text and parameters. */
export interface SharedQuery {
  readonly key: string
  readonly query: Query
  readonly subscriptions: Set<Subscription>
  maintainer: Maintainer
  /** names whose DDL re-binds it */
  names: ReadonlySet<string>
  /** who hears what the operators send */
  readonly traces: Set<Trace>
  /** who hears what its turns cost */
  readonly meters: Set<Meter>
  error: Error | null
  /** after an error, the rows that subscribers still see: the next answer is diffed against them */
  stale: KeyedRows | null
  /** it can never be answered again */
  ended: boolean
}

/** After the listeners or the maintainer changed. */
export function tap({ maintainer, traces }: SharedQuery): void {
  maintainer.trace = traces.size === 0 ? null : (event) => traces.forEach((listener) => listener(event))
}

/** What one turn did to one query. */
export interface QueryTurn {
  readonly shared: SharedQuery
  readonly turn: number
  readonly changes: readonly RowChange[]
  readonly columns: readonly string[] | null
  readonly error: Error | null
  /** who was subscribed when the turn was made: who comes later has it in the rows that it begins with */
  readonly audience: readonly Subscription[]
}
