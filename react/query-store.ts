import { queryKey } from '../schema/live/query-key.ts'
import type { Query } from '../schema/live.ts'
import type { ClientError, Unsubscribe } from '../workers/runtime/client/client.ts'
import type { AnyRow, ChangedRow, RowsUpdate } from '../workers/runtime/client/live-rows.ts'
import type { LiveResult, TypedQuery } from './live-query.ts'

/**
 * The live queries of one tab, outside React: one worker subscription for each distinct query, shared by reference count.
 * Laws:
 * - a query is subscribed at the first `subscribe` or `preload`, and dropped `graceMs` after the last user has gone, so
 *   that a StrictMode double mount, a room switch and back, or a Suspense retry reuse it;
 * - listeners are told at most once per query and frame, all queries of a frame in one task; the first rows of a query
 *   do not wait for the frame;
 * - what `result` returns is the same object until a listener is told.
 */
export class QueryStore {
  readonly #client: LiveConnection
  readonly #timing: Timing
  readonly #entries = new Map<string, Entry>()
  readonly #dirty = new Set<Entry>()
  readonly #keys = new WeakMap<TypedQuery<unknown>, string>()
  #frameScheduled = false

  constructor(client: LiveConnection, timing: Timing = browserTiming) {
    this.#client = client
    this.#timing = timing
  }

  result<Row = AnyRow>(query: TypedQuery<Row>): LiveResult<Row> {
    return (this.#entries.get(this.#keyOf(query))?.result ?? loading) as LiveResult<Row>
  }

  subscribe(query: TypedQuery<unknown>, listener: () => void): Unsubscribe {
    const entry = this.#open(query)
    return this.#use(entry, entry.listeners, listener)
  }

  /**
   * Every update as it comes, without waiting for a frame: first what is there already (`changes` null), then each
   * delta with the rows that it changed.
   */
  observe(query: TypedQuery<unknown>, observer: RowObserver): Unsubscribe {
    const entry = this.#open(query)
    if (entry.told) observer(null, entry.told.rows)
    return this.#use(entry, entry.observers, observer)
  }

  /** Resolves when the query has its first rows or its first error; keeps it warm for the grace period. */
  preload(query: TypedQuery<unknown>): Promise<void> {
    const entry = this.#open(query)
    // its grace begins with its rows: on a slow start nobody can use them sooner
    if (!entry.told && entry.dropTimer !== null) {
      this.#timing.clear(entry.dropTimer)
      entry.dropTimer = null
    }
    void entry.settled.then(() => {
      if (entry.uses === 0 && this.#live(entry)) this.#scheduleDrop(entry)
    })
    return entry.settled
  }

  /** Live queries now held, for the inspector and the tests. */
  get size(): number {
    return this.#entries.size
  }

  close(): void {
    for (const entry of this.#entries.values()) this.#drop(entry)
  }

  /** React asks for a result at every render and every change: the key of a query object is made once. */
  #keyOf(query: TypedQuery<unknown>): string {
    let key = this.#keys.get(query)
    if (key === undefined) this.#keys.set(query, (key = queryKey(query)))
    return key
  }

  #use<T>(entry: Entry, set: Set<T>, item: T): Unsubscribe {
    let used = true
    entry.uses++
    if (entry.dropTimer !== null) this.#timing.clear(entry.dropTimer)
    entry.dropTimer = null
    set.add(item)
    return () => {
      if (!used) return
      used = false
      entry.uses--
      set.delete(item)
      if (entry.uses === 0) this.#scheduleDrop(entry)
    }
  }

  #open(source: TypedQuery<unknown>): Entry {
    const key = this.#keyOf(source)
    const known = this.#entries.get(key)
    if (known) return known
    const { sql, parameters, bounds } = source
    const query = { sql, parameters, ...(bounds && { bounds }) }
    let settle = () => {}
    const settled = new Promise<void>((resolve) => (settle = resolve))
    const entry: Entry = {
      key,
      told: null,
      result: loading,
      error: null,
      uses: 0,
      listeners: new Set(),
      observers: new Set(),
      settled,
      settle,
      dropTimer: null,
      unsubscribe: () => {},
    }
    this.#entries.set(key, entry)
    entry.unsubscribe = this.#client.subscribe(
      query,
      (update) => this.#update(entry, update),
      (error) => this.#fail(entry, error),
    )
    return entry
  }

  #update(entry: Entry, update: RowsUpdate): void {
    if (!this.#live(entry)) return
    const isFirst = entry.told === null
    entry.told = update
    entry.error = null
    const changes = update.type === 'delta' ? update.changes : null
    for (const observer of entry.observers) observer(changes, update.rows)
    if (isFirst) this.#publish(entry)
    else this.#markDirty(entry)
  }

  #fail(entry: Entry, error: ClientError): void {
    if (!this.#live(entry)) return
    entry.error = error
    if (!entry.told) this.#publish(entry)
    else this.#markDirty(entry)
  }

  #markDirty(entry: Entry): void {
    this.#dirty.add(entry)
    if (this.#frameScheduled) return
    this.#frameScheduled = true
    this.#timing.frame(() => {
      this.#frameScheduled = false
      const dirty = [...this.#dirty]
      this.#dirty.clear()
      for (const each of dirty) if (this.#live(each)) this.#publish(each)
    })
  }

  #publish(entry: Entry): void {
    this.#dirty.delete(entry)
    entry.result = { data: entry.told?.rows ?? none, status: entry.error ? 'error' : 'ready', error: entry.error }
    entry.settle()
    for (const listener of entry.listeners) listener()
  }

  #scheduleDrop(entry: Entry): void {
    if (entry.dropTimer !== null) this.#timing.clear(entry.dropTimer)
    entry.dropTimer = this.#timing.delay(() => this.#drop(entry))
  }

  #drop(entry: Entry): void {
    if (entry.dropTimer !== null) this.#timing.clear(entry.dropTimer)
    this.#dirty.delete(entry)
    if (this.#live(entry)) this.#entries.delete(entry.key)
    entry.unsubscribe()
    entry.settle()
  }

  #live(entry: Entry): boolean {
    return this.#entries.get(entry.key) === entry
  }
}

/** What the store asks of a connection; the contract of `subscribe` is the client's. */
export interface LiveConnection {
  subscribe(query: Query, onUpdate: (update: RowsUpdate) => void, onError?: (error: ClientError) => void): Unsubscribe
}

export type RowObserver = (changes: readonly ChangedRow[] | null, rows: readonly AnyRow[]) => void

/** The clock of the store: a frame, and the grace period. A test brings its own. */
export interface Timing {
  frame(work: () => void): void
  delay(work: () => void): number
  clear(timer: number): void
}

export const graceMs = 5_000

const browserTiming: Timing = {
  // A hidden tab has no frames: there a task will do.
  frame: (work) => (document.visibilityState === 'visible' ? requestAnimationFrame(work) : setTimeout(work, 100)),
  delay: (work) => setTimeout(work, graceMs) as unknown as number,
  clear: (timer) => clearTimeout(timer),
}

interface Entry {
  readonly key: string
  /** what the client said last: it has the rows */
  told: RowsUpdate | null
  result: LiveResult<AnyRow>
  error: ClientError | null
  uses: number
  readonly listeners: Set<() => void>
  readonly observers: Set<RowObserver>
  readonly settled: Promise<void>
  readonly settle: () => void
  dropTimer: number | null
  unsubscribe: Unsubscribe
}

const none: readonly AnyRow[] = Object.freeze([])

const loading: LiveResult<AnyRow> = Object.freeze({ data: none, status: 'loading', error: null })
