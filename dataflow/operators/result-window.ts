import type { RowChange, SqlValue } from '../../schema/live.ts'
import { Node, type Entries, type Graph, type Outlet } from '../graph/graph.ts'
import { diffRows } from '../result/diff-rows.ts'
import type { Entry } from '../result/entry.ts'
import { OrderedList, type CompareEntries } from '../result/ordered-list.ts'

/**
 * ORDER BY, LIMIT and OFFSET; the last operator, where the result is kept.
 *
 * Law: the rows shown are list[offset, offset + limit). The list holds every row, or, when `slack` is set, a beginning of all
 * rows that reaches `slack` behind the window: never a row without all that come before it.
 *
 *   LIMIT 2, slack 1, list a b c (more in the table):  +x between a and b → a x b c; shown a x
 *                                                      −a, −x → b c;  −b → c: too short, `dry`: it must be filled anew
 */
export interface Window {
  readonly limit: number
  readonly offset: number
  /** null: the list holds all rows */
  readonly slack: number | null
}

export class ResultWindow extends Node<Entry, never> {
  readonly kind = 'result'
  readonly label: string
  readonly #list: OrderedList
  readonly #compare: CompareEntries
  readonly #window: Window | null
  readonly #forget: (entry: Entry) => void
  /** rows behind the last of the list may exist */
  #more = false
  /** the list no longer reaches to the end of the window */
  dry = false
  #shown: { keys: string[]; rows: SqlValue[][] } = { keys: [], rows: [] }
  #changes: RowChange[] = []

  constructor(
    graph: Graph,
    input: Outlet<Entry>,
    compare: CompareEntries,
    window: Window | null,
    label: string,
    forget: (entry: Entry) => void,
  ) {
    super(graph, [input])
    this.#compare = compare
    this.#list = new OrderedList(compare)
    this.#window = window
    this.label = label
    this.#forget = forget
  }

  get keys(): string[] {
    return this.#window ? this.#shown.keys : this.#list.keys
  }
  get rows(): SqlValue[][] {
    return this.#window ? this.#shown.rows : this.#list.rows
  }
  override get stateRows(): number {
    return this.#list.entries.length
  }

  /** How many rows the list wants to begin with; null: all. */
  get capacity(): number | null {
    const window = this.#window
    return window && window.slack !== null ? window.offset + window.limit + window.slack : null
  }

  /** First state: entries in order, `most` of them if there are as many; null: all. */
  load(entries: Entry[], most: number | null): void {
    this.#list.load(entries)
    this.#more = most !== null && entries.length >= most
    this.dry = false
    this.#changes = []
    if (this.#window) this.#shown = this.#slice()
  }

  /** The steps of the last run. */
  takeChanges(): RowChange[] {
    const changes = this.#changes
    this.#changes = []
    return changes
  }

  protected process([entries]: readonly Entries<Entry>[]): Entries<never> {
    const changed = new Map<string, { old: Entry | null; next: Entry | null }>()
    for (const [entry, weight] of entries!) {
      const pair = changed.get(entry.key)
      if (!pair) changed.set(entry.key, weight < 0 ? { old: entry, next: null } : { old: null, next: entry })
      else if (weight < 0) pair.old ??= entry
      else pair.next = entry
    }
    const changes: RowChange[] = []
    for (const { old, next } of changed.values()) if (old && !next) this.#note(changes, this.#delete(old))
    for (const { old, next } of changed.values()) {
      if (old && next) this.#note(changes, this.#replace(old, next))
    }
    for (const { old, next } of changed.values()) if (next && !old) this.#note(changes, this.#insert(next))
    if (this.#window) this.#cut()
    else this.#changes = changes
    return []
  }

  #note(changes: RowChange[], change: RowChange | null): void {
    if (change) changes.push(change)
  }

  #delete(old: Entry): RowChange | null {
    return this.#list.delete(old)
  }

  #replace(old: Entry, next: Entry): RowChange | null {
    if (!this.#more) return this.#list.replace(old, next)
    this.#list.delete(old)
    return this.#insert(next)
  }

  #insert(entry: Entry): RowChange | null {
    const last = this.#list.entries.at(-1)
    if (this.#more && (!last || this.#compare(last, entry) <= 0)) {
      this.#forget(entry)
      return null
    }
    return this.#list.insert(entry)
  }

  /** Trims what grew too long, and compares what is shown. */
  #cut(): void {
    const { limit, offset, slack } = this.#window!
    const { entries, keys, rows } = this.#list
    if (slack !== null) {
      const end = offset + limit
      // what is shown stays as it was: the steps to what it must be are found once it is filled anew
      if (this.#more && entries.length < end) {
        this.dry = true
        return
      }
      if (entries.length > end + 2 * slack + 10) {
        for (const entry of entries.splice(end + slack)) this.#forget(entry)
        keys.length = rows.length = end + slack
        this.#more = true
      }
    }
    const before = this.#shown
    this.#shown = this.#slice()
    this.#changes = diffRows(before, this.#shown)
  }

  #slice(): { keys: string[]; rows: SqlValue[][] } {
    const { limit, offset } = this.#window!
    const end = offset + limit
    return { keys: this.#list.keys.slice(offset, end), rows: this.#list.rows.slice(offset, end) }
  }
}
