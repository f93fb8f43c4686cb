import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import type { Bounds, Query, QueryDelta, RowChange, SqlValue } from '../../schema/live.ts'
import type { KeyedRows } from '../../schema/live/row-changes.ts'
import { DiffTables } from '../capture/diff-tables.ts'
import { DiffCapture } from '../capture/capture-diff.ts'
import { LookupIndexes } from '../capture/lookup-indexes.ts'
import type { TurnDiff } from '../capture/diff.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { readCatalog } from '../catalog/read-catalog.ts'
import { queryKey } from '../../schema/live/query-key.ts'
import { Connection } from '../sqlite/connection.ts'
import type { GuardedResult, GuardedRight, LiveDatabase, LiveQuery, OpenOptions } from '../types.ts'
import { toSqlValue } from '../value.ts'
import { FarFinder } from './touch/far-finder.ts'
import { maintain, type Planned, type Surroundings } from './maintain.ts'
import { Router } from './router.ts'
import { guarded, runGuarded } from './run-guarded.ts'
import type { QueryTurn, SharedQuery } from './shared-query.ts'
import { Statements } from './statements.ts'
import { Subscription } from './subscription.ts'
import { Upkeep } from './upkeep.ts'

/**
 * Turns. SQLite runs the statements; whenever it is back in autocommit mode, what it captured is durable and becomes a
 * turn: every query that the diffs can change is brought up to date first, then all deltas are handed out.
 *
 * A listener may write: its turn is computed at once (the database has moved on) and handed out after the one in progress.
 */
export class LiveSqlite implements LiveDatabase {
  readonly #connection: Connection
  readonly #statements: Statements
  readonly #capture: DiffCapture
  readonly #diffTables: DiffTables
  /** of the schema as it is now */
  #catalog: Catalog | null = null
  readonly #plans = new Map<string, Planned>()
  readonly #queries = new Map<string, SharedQuery>()
  readonly #router: Router
  readonly #upkeep: Upkeep
  /** computed, not yet handed out */
  readonly #computed: QueryTurn[][] = []
  #turn = 0
  #delivering = false
  #computing = false
  #closed = false
  /** of the call in progress: the turns that it made durable so far */
  #callTurns: QueryTurn[] | null = null
  /** how many times it was back in autocommit mode with something to tell */
  #stages = 0

  readonly #within: NonNullable<OpenOptions['within']>

  constructor(sqlite3: Sqlite3Static, db: Database, { isToStop, within }: OpenOptions) {
    this.#within = within ?? ((_milliseconds, work) => work())
    this.#connection = new Connection(sqlite3, db, isToStop)
    this.#statements = new Statements(this.#connection, () => this.#noteDurable())
    this.#capture = new DiffCapture(this.#connection)
    this.#diffTables = new DiffTables(
      this.#connection,
      new LookupIndexes(this.#connection, this.#capture, () => this.#schema()),
    )
    const far = new FarFinder(this.#connection, this.#diffTables)
    this.#router = new Router((arm, plan, diff, most) => far.find(arm, plan, diff, most))
    this.#upkeep = new Upkeep(() => this.#surroundings(), {
      watch: (shared) => this.#watch(shared),
      unwatch: (shared) => this.#unwatch(shared),
      // who subscribes to the same text from now on asks anew: the table may be made again
      end: (shared) => this.#queries.delete(shared.key),
    })
  }

  run(sql: string, parameters: readonly SqlValue[] = []): void {
    this.#call(() => this.#statements.run(sql, parameters, null))
  }

  all(sql: string, parameters: readonly SqlValue[] = []): SqlValue[][] {
    const rows: SqlValue[][] = []
    this.#call(() => this.#statements.run(sql, parameters, rows))
    return rows
  }

  guarded(sql: string, parameters: readonly SqlValue[], may: GuardedRight, rows: number): GuardedResult {
    return this.#call(() => runGuarded(this.#connection, sql, parameters, may, rows))
  }

  transaction<T>(work: () => T): T {
    this.#assertOpen()
    const nested = !this.#connection.autocommit
    const [begin, commit, rollback] = nested ? nestedTransaction : topTransaction
    return this.#call(() => {
      this.#statements.run(begin, [], null)
      let result: T
      try {
        result = work()
        if (isThenable(result)) throw new TypeError('the work of a transaction must be synchronous')
        // the work may have ended the transaction itself
        if (nested || !this.#connection.autocommit) this.#statements.run(commit, [], null)
      } catch (error) {
        if (!this.#connection.autocommit) this.#statements.run(rollback, [], null)
        throw error
      }
      return result
    })
  }

  subscribe(query: Query, onDelta: (delta: QueryDelta) => void, onError?: (error: Error) => void): LiveQuery {
    this.#assertOpen()
    if (!this.#connection.autocommit) throw new Error('subscribe inside an open transaction')
    const parameters = query.parameters ?? []
    const { sql, bounds } = query
    const asked: Query = { sql, parameters: [...parameters], ...(bounds && { bounds }) }
    const key = queryKey(asked)
    let shared = this.#queries.get(key)
    if (!shared) {
      shared = bounds ? this.#openBounded(key, asked, bounds) : this.#open(key, asked)
      this.#queries.set(key, shared)
    }
    const subscription = new Subscription(shared, onDelta, onError, (leaving) => this.#leave(leaving))
    shared.subscriptions.add(subscription)
    return subscription
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const shared of this.#queries.values()) {
      for (const subscription of shared.subscriptions) subscription.unsubscribe()
    }
    this.#queries.clear()
    this.#capture.close()
    if (this.#connection.raw.isOpen) this.#diffTables.close()
    this.#connection.close()
  }

  // ------------------------------------------------------------------------------------------------------- statements

  /** A public call: whatever it made durable becomes one turn, also when it throws half-way. */
  #call<T>(work: () => T): T {
    this.#assertOpen()
    if (this.#computing) throw new Error('an SQL function may not call the database that runs it')
    const outer = this.#callTurns
    // inside `transaction` the outer call ends the turn; inside a listener each call is its own
    if (outer && !this.#connection.autocommit) return work()
    this.#callTurns = []
    this.#stages = 0
    try {
      return work()
    } finally {
      if (!this.#closed) {
        this.#noteDurable()
        const turns = this.#callTurns
        this.#callTurns = outer
        if (turns.length > 0) this.#computed.push(turns)
        this.#deliver()
      }
    }
  }

  #noteDurable(): void {
    if (this.#connection.autocommit) this.#computeTurn()
  }

  // ------------------------------------------------------------------------------------------------------------ turns

  #computeTurn(): void {
    const { authorizer } = this.#connection
    const visits = this.#statements.takeWrote() && this.#router.visitsAlways
    if (!this.#capture.pending && !authorizer.schemaChanged && !visits) return
    this.#computing = true
    this.#stages++
    try {
      const schemaChanges = authorizer.takeSchemaChanges()
      if (schemaChanges !== undefined) {
        this.#capture.forgetPointers()
        this.#catalog = null
        this.#plans.clear()
        this.#diffTables.indexes.reset()
      }
      const diff = this.#capture.take()
      this.#diffTables.begin(diff)
      const turns = this.#callTurns!
      const turn = turns[0]?.turn ?? ++this.#turn
      const rebound = schemaChanges === undefined ? null : this.#rebind(schemaChanges, turn)
      for (const [shared, part] of this.#router.route(diff)) {
        if (!shared.ended && !rebound?.has(shared)) this.#advance(shared, turn, part)
      }
    } finally {
      this.#computing = false
      this.#diffTables.empty()
      this.#connection.restoreRowid()
    }
  }

  /** Brings one query up to date and notes what its subscribers will hear. */
  #advance(shared: SharedQuery, turn: number, diff: TurnDiff | null): void {
    if (this.#delivering) for (const subscription of shared.subscriptions) subscription.lag()
    const start = shared.meters.size > 0 ? performance.now() : 0
    const hadError = shared.error !== null
    const oldColumns = shared.maintainer.columns
    const { shown } = shared.stale ? { shown: shared.stale } : shared.maintainer
    const changes = this.#bringUpToDate(shared, shown, diff)
    if (changes) {
      shared.error = null
      shared.stale = null
      const { columns } = shared.maintainer
      const newColumns = columns === oldColumns || columns.join('\0') === oldColumns.join('\0') ? null : columns
      if (changes.length > 0 || hadError || newColumns) {
        this.#note({ shared, turn, changes, columns: newColumns, error: null })
      }
    } else if (!hadError || shared.ended) {
      this.#note({ shared, turn, changes: [], columns: null, error: shared.error })
    }
    for (const subscription of shared.subscriptions) subscription.settle()
    if (shared.meters.size === 0) return
    const cost = { milliseconds: performance.now() - start, changes: changes?.length ?? 0 }
    for (const meter of shared.meters) meter(cost)
  }

  #bringUpToDate(shared: SharedQuery, shown: KeyedRows, diff: TurnDiff | null): readonly RowChange[] | null {
    const { bounds } = shared.query
    if (!bounds) return this.#upkeep.bringUpToDate(shared, shown, diff)
    const changes = this.#bounded(bounds, () => this.#upkeep.bringUpToDate(shared, shown, diff))
    if (changes && shared.maintainer.rows.length <= bounds.rows) return changes
    this.#upkeep.end(shared, shared.error ?? new TooManyRows(bounds))
    return null
  }

  #bounded<T>({ milliseconds }: Bounds, work: () => T): T {
    return this.#within(milliseconds, () => guarded(this.#connection, work))
  }

  #note(turn: Omit<QueryTurn, 'audience'>): void {
    const turns = this.#callTurns!
    const earlier =
      this.#stages < 2 ? -1 : turns.findIndex(({ shared, error }) => shared === turn.shared && !error && !turn.error)
    if (earlier >= 0) {
      // what the same call made durable before a BEGIN: one delta in all
      turns[earlier] = {
        ...turns[earlier]!,
        ...turn,
        changes: [...turns[earlier]!.changes, ...turn.changes],
        columns: turn.columns ?? turns[earlier]!.columns,
      }
      return
    }
    const audience = [...turn.shared.subscriptions]
    for (const subscription of audience) subscription.expect()
    turns.push({ ...turn, audience })
  }

  /** DDL: queries that read a changed name are bound anew against the new schema, and diffed. */
  #rebind(changed: ReadonlySet<string> | null, turn: number): Set<SharedQuery> {
    const rebound = new Set<SharedQuery>()
    for (const shared of this.#queries.values()) {
      if (shared.ended || (changed && !intersects(changed, shared.names))) continue
      rebound.add(shared)
      this.#advance(shared, turn, null)
    }
    return rebound
  }

  #deliver(): void {
    if (this.#delivering) return
    this.#delivering = true
    try {
      for (let turns = this.#computed.shift(); turns; turns = this.#computed.shift()) this.#handOut(turns)
    } finally {
      this.#delivering = false
    }
  }

  #handOut(turns: readonly QueryTurn[]): void {
    for (const turn of turns) for (const subscription of turn.audience) subscription.advance(turn)
    for (const turn of turns) {
      for (const subscription of turn.audience) if (subscription.active) notify(subscription, turn)
    }
  }

  // ---------------------------------------------------------------------------------------------------------- queries

  #open(key: string, query: Query): SharedQuery {
    const { maintainer, names } = maintain(this.#surroundings(), query)
    const shared: SharedQuery = {
      key,
      query,
      subscriptions: new Set(),
      traces: new Set(),
      meters: new Set(),
      maintainer,
      names,
      error: null,
      stale: null,
      ended: false,
    }
    try {
      this.#upkeep.begin(shared)
    } finally {
      this.#connection.restoreRowid()
    }
    this.#watch(shared)
    return shared
  }

  /** What a person wrote: it is read as it stands first, which shows that it only reads, and how much. */
  #openBounded(key: string, query: Query, bounds: Bounds): SharedQuery {
    return this.#bounded(bounds, () => {
      const { more } = runGuarded(this.#connection, query.sql, query.parameters, 'reads', bounds.rows)
      if (more) throw new TooManyRows(bounds)
      const shared = this.#open(key, query)
      if (!shared.error) return shared
      this.#unwatch(shared)
      shared.maintainer.close()
      throw shared.error
    })
  }

  #surroundings(): Surroundings {
    return { connection: this.#connection, diffTables: this.#diffTables, catalog: this.#schema(), plans: this.#plans }
  }

  #schema(): Catalog {
    this.#catalog ??= readCatalog((sql, parameters) =>
      this.#connection.rows(sql, parameters).map((row) => row.map(toSqlValue)),
    )
    return this.#catalog
  }

  #leave(subscription: Subscription): void {
    const { shared } = subscription
    shared.subscriptions.delete(subscription)
    if (shared.subscriptions.size > 0) return
    if (shared.ended) return // forgotten, unwatched and closed when it ended
    this.#queries.delete(shared.key)
    this.#unwatch(shared)
    shared.maintainer.close()
  }

  #watch(shared: SharedQuery): void {
    for (const { shape, detail } of shared.maintainer.tables) this.#capture.watch(shape, detail)
    this.#router.add(shared)
  }

  #unwatch(shared: SharedQuery): void {
    for (const { shape, detail } of shared.maintainer.tables) this.#capture.unwatch(shape, detail)
    this.#router.delete(shared)
  }

  #assertOpen(): void {
    if (this.#closed || !this.#connection.raw.isOpen) throw new Error('DB has been closed.')
  }
}

class TooManyRows extends Error {
  constructor({ rows }: Bounds) {
    super(`it has more than ${rows} rows: a LIMIT or a count is cheaper to follow`)
  }
}

const topTransaction = ['BEGIN', 'COMMIT', 'ROLLBACK'] as const
const nestedTransaction = [
  'SAVEPOINT live_transaction',
  'RELEASE live_transaction',
  'ROLLBACK TO live_transaction; RELEASE live_transaction',
] as const

function notify(subscription: Subscription, turn: QueryTurn): void {
  const { onDelta, onError } = subscription
  try {
    if (turn.error) onError?.(turn.error)
    else onDelta({ turn: turn.turn, changes: turn.changes, ...(turn.columns && { columns: turn.columns }) })
  } catch (error) {
    // a listener that throws harms no other
    console.error('a live query listener threw', error)
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const value of a) if (b.has(value)) return true
  return false
}
