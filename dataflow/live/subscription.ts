import type { QueryDelta, SqlValue } from '../../schema/live.ts'
import { tableKey } from '../table-key.ts'
import { applyChanges } from '../../schema/live/row-changes.ts'
import type { Trace } from '../operator.ts'
import type { Explanation, LiveQuery, Meter } from '../types.ts'
import type { Maintainer } from './maintainer.ts'
import { tap, type QueryTurn, type SharedQuery } from './shared-query.ts'

/**
 * One subscriber of a shared query. It sees the result as of the last turn that was handed to it: while later turns
 * wait (a listener wrote), it looks at a copy that lags; otherwise at the maintained rows themselves.
 */
export class Subscription implements LiveQuery {
  readonly shared: SharedQuery
  readonly onDelta: (delta: QueryDelta) => void
  readonly onError: ((error: Error) => void) | undefined
  readonly #leave: (subscription: Subscription) => void
  #lagging: { rows: SqlValue[][]; keys: string[]; columns: readonly string[]; error: Error | null } | null = null
  #waiting = 0
  #active = true
  readonly #traces: Trace[] = []
  readonly #meters: Meter[] = []

  constructor(
    shared: SharedQuery,
    onDelta: (delta: QueryDelta) => void,
    onError: ((error: Error) => void) | undefined,
    leave: (subscription: Subscription) => void,
  ) {
    this.shared = shared
    this.onDelta = onDelta
    this.onError = onError
    this.#leave = leave
  }

  get columns(): readonly string[] {
    return (this.#lagging ?? this.shared.maintainer).columns
  }
  get rows(): readonly SqlValue[][] {
    return (this.#lagging ?? this.shared.stale ?? this.shared.maintainer).rows as readonly SqlValue[][]
  }
  get keys(): readonly string[] {
    return (this.#lagging ?? this.shared.stale ?? this.shared.maintainer).keys
  }
  get error(): Error | null {
    return (this.#lagging ?? this.shared).error
  }
  get active(): boolean {
    return this.#active
  }

  explain(): Explanation {
    const { maintainer } = this.shared
    const tables = maintainer.tables.map(({ shape }) => tableKey(shape.schema, shape.name))
    return { ...maintainer.explain(), tables }
  }

  trace(listener: Trace): () => void {
    // of its own, so that the same function may listen twice
    const own: Trace = (event) => listener(event)
    this.shared.traces.add(own)
    this.#traces.push(own)
    tap(this.shared)
    return () => {
      this.shared.traces.delete(own)
      tap(this.shared)
    }
  }

  meter(listener: Meter): () => void {
    const own: Meter = (cost) => listener(cost)
    this.shared.meters.add(own)
    this.#meters.push(own)
    return () => void this.shared.meters.delete(own)
  }

  unsubscribe(): void {
    if (!this.#active) return
    for (const meter of this.#meters) this.shared.meters.delete(meter)
    for (const trace of this.#traces) this.shared.traces.delete(trace)
    if (this.#traces.length > 0) tap(this.shared)
    const { maintainer, error } = this.shared
    // nobody else moves the rows of a query that ends with its last subscriber: no copy needed
    if (this.shared.subscriptions.size === 1) this.#lagging ??= { ...shownBy(maintainer), error }
    else this.lag()
    this.#active = false
    this.#leave(this)
  }

  /** Keeps what it shows now, before the maintained rows move on. */
  lag(): void {
    if (this.#lagging) return
    const { maintainer, error } = this.shared
    const { rows, keys } = this.shared.stale ?? maintainer
    this.#lagging = { rows: [...rows], keys: [...keys], columns: maintainer.columns, error }
  }

  /** No turn waits after all. */
  settle(): void {
    if (this.#active && this.#waiting === 0) this.#lagging = null
  }

  expect(): void {
    this.#waiting++
  }

  /** The turn becomes visible, then the listeners hear of it (`notify`): all queries step before the first listener. */
  advance(turn: QueryTurn): void {
    this.#waiting--
    if (!this.#active || !this.#lagging) return
    if (this.#waiting === 0) {
      this.#lagging = null
      return
    }
    applyChanges(this.#lagging.keys, this.#lagging.rows, turn.changes)
    if (turn.columns) this.#lagging.columns = turn.columns
    this.#lagging.error = turn.error
  }
}

function shownBy({ rows, keys, columns }: Maintainer): {
  rows: SqlValue[][]
  keys: string[]
  columns: readonly string[]
} {
  return { rows: rows as SqlValue[][], keys: keys as string[], columns }
}
