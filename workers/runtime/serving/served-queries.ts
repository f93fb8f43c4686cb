import type { LiveUpdate, Query } from '../../../schema/live.ts'
import type { QueryUpdate } from '../../../schema/messages/runtime/database.ts'
import { asError, codeOf } from './answer-book.ts'
import type { InspectedLive, LeaderDatabase, LiveSubscription } from './leader-database.ts'

/** While the queries of a start are read one after another, a tab can draw those that are there. */
const firstRowsWaitMs = 4

export interface Inspectable {
  readonly queryId: string
  readonly query: Query
  readonly live: InspectedLive
}

interface ServedQuery {
  readonly query: Query
  readonly subscription: LiveSubscription
}

/** The live queries that the coordinator asked for, and their updates until somebody posts them as one turn. */
export class ServedQueries {
  readonly #database: LeaderDatabase
  readonly #now: () => number
  readonly #live = new Map<string, ServedQuery>()
  #updates: QueryUpdate[] = []

  constructor(database: LeaderDatabase, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /** Each gets a snapshot, also when it is live already. First rows do not wait for one another: `post` whenever some ms are over. */
  subscribe(queries: readonly { readonly queryId: string; readonly query: Query }[], post: () => void): void {
    let posted = this.#now()
    for (const { queryId, query } of queries) {
      this.#subscribe(queryId, query)
      if (this.#now() - posted < firstRowsWaitMs) continue
      post()
      posted = this.#now()
    }
  }

  unsubscribe(queryId: string): void {
    this.#live.get(queryId)?.subscription.unsubscribe()
    this.#live.delete(queryId)
  }

  /** What has changed since the last call. */
  take(): readonly QueryUpdate[] {
    const taken = this.#updates
    if (taken.length > 0) this.#updates = []
    return taken
  }

  /** what an inspector sees, by the coordinator's id */
  *inspected(): Iterable<Inspectable> {
    for (const [queryId, { query, subscription }] of this.#live) yield { queryId, query, live: subscription.inspected }
  }

  clear(): void {
    for (const { subscription } of this.#live.values()) subscription.unsubscribe()
    this.#live.clear()
    this.#updates = []
  }

  #subscribe(queryId: string, query: Query): void {
    const tell = (update: LiveUpdate) => void this.#updates.push({ queryId, update })
    const fail = (error: Error, final: boolean) => this.#fail(queryId, error, final)
    try {
      const subscription = this.#live.get(queryId)?.subscription ?? this.#database.subscribe(query, tell, fail)
      this.#live.set(queryId, { query, subscription })
      tell(subscription.snapshot())
    } catch (error) {
      this.#live.get(queryId)?.subscription.unsubscribe()
      fail(asError(error), true)
    }
  }

  #fail(queryId: string, error: Error, final: boolean): void {
    if (final) this.#live.delete(queryId)
    const code = codeOf(error, final ? 'QUERY_INVALID' : 'SQL_ERROR')
    this.#updates.push({ queryId, error: { code, message: error.message, final } })
  }
}
