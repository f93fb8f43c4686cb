import type { RowChange, SqlValue } from '../../schema/live.ts'
import { Node, type Entries, type Graph, type Outlet } from '../graph/graph.ts'
import { diffRows, type KeyedRows } from '../../schema/live/row-changes.ts'
import type { Entry } from '../result/entry.ts'
import { OrderedList, UnkeyedRows, type CompareEntries } from '../result/ordered-list.ts'

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
  /** what a window shows: a part of the list */
  #shown: Shown = { entries: [], rows: [], keys: null }
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
    return this.#window ? keysOf(this.#shown) : this.#list.keys
  }
  get rows(): SqlValue[][] {
    return this.#window ? this.#shown.rows : this.#list.rows
  }
  /** What is shown now; stays as it is when `load` puts another in its place. */
  get shown(): KeyedRows {
    if (!this.#window) return this.#list.shown
    const { rows, entries, keys } = this.#shown
    return keys ? { rows, keys } : new UnkeyedRows(rows, entries)
  }
  get entries(): readonly Entry[] {
    return this.#list.entries
  }
  get shownEntries(): readonly Entry[] {
    return this.#window ? this.#shown.entries : this.#list.entries
  }
  override get stateRows(): number {
    return this.#list.entries.length
  }

  /** First state: entries in order, `most` of them if there are as many; null: all. */
  load(entries: Entry[], most: number | null): void {
    this.#list.load(entries)
    this.#more = most !== null && entries.length >= most
    this.dry = false
    this.#changes = []
    if (this.#window) this.#shown = this.#slice(this.#window)
  }

  /** The steps of the last run. */
  takeChanges(): RowChange[] {
    const changes = this.#changes
    this.#changes = []
    return changes
  }

  protected process([entries]: readonly Entries<Entry>[]): Entries<never> {
    const changes: RowChange[] = []
    this.#changes = []
    const [first, second] = entries!
    // nearly always one row: it came, it left, or it is another now
    if (entries!.length === 1) this.#note(changes, first![1] < 0 ? this.#delete(first![0]) : this.#insert(first![0]))
    else if (entries!.length === 2 && first![1] < 0 && second![1] > 0 && first![0].key === second![0].key) {
      this.#note(changes, this.#replace(first![0], second![0]))
    } else {
      this.#apply(entries!, changes)
      if (this.#window) return this.#cut(this.#window, null)
    }
    if (this.#window) return this.#cut(this.#window, changes[0] ?? 'nothing')
    this.#changes = changes
    return []
  }

  #apply(entries: Entries<Entry>, changes: RowChange[]): void {
    const changed = new Map<string, { old: Entry | null; next: Entry | null }>()
    for (const [entry, weight] of entries) {
      const pair = changed.get(entry.key)
      if (!pair) changed.set(entry.key, weight < 0 ? { old: entry, next: null } : { old: null, next: entry })
      else if (weight < 0) pair.old ??= entry
      else pair.next = entry
    }
    for (const { old, next } of changed.values()) if (old && !next) this.#note(changes, this.#delete(old))
    for (const { old, next } of changed.values()) {
      if (old && next) this.#note(changes, this.#replace(old, next))
    }
    for (const { old, next } of changed.values()) if (next && !old) this.#note(changes, this.#insert(next))
  }

  #note(changes: RowChange[], change: RowChange | null): void {
    if (change) changes.push(change)
  }

  #delete(old: Entry): RowChange | null {
    return this.#list.delete(old)
  }

  #replace(old: Entry, next: Entry): RowChange | null {
    if (this.#more) {
      const last = this.#list.entries.at(-1)!
      // behind the last row that is known, others may come before it
      if (last === old || this.#compare(last, next) <= 0) {
        const gone = this.#list.delete(old) as { index: number } & RowChange
        const came = this.#insert(next) as ({ index: number } & RowChange) | null
        return came ? { op: 'move', from: gone.index, index: came.index, key: next.key, row: next.row } : gone
      }
    }
    return this.#list.replace(old, next)
  }

  #insert(entry: Entry): RowChange | null {
    const last = this.#list.entries.at(-1)
    if (this.#more && (!last || this.#compare(last, entry) <= 0)) {
      this.#forget(entry)
      return null
    }
    return this.#list.insert(entry)
  }

  /** Trims what grew too long, and notes what that changed of what is shown. `step`: the list's one step, null: several. */
  #cut(window: Window, step: RowChange | 'nothing' | null): [] {
    const { limit, offset, slack } = window
    const { entries } = this.#list
    const end = offset + limit
    if (slack !== null) {
      // what is shown stays as it was: the steps to what it must be are found once it is filled anew
      if (this.#more && entries.length < end) {
        this.dry = true
        return []
      }
      if (entries.length > end + 2 * slack + 10) {
        for (const entry of this.#list.truncate(end + slack)) this.#forget(entry)
        this.#more = true
      }
    }
    if (step === 'nothing') return []
    if (step && this.#follow(step, window)) return []
    const before = { keys: this.keys, rows: this.rows }
    this.#shown = this.#slice(window)
    this.#changes = diffRows(before, { keys: this.keys, rows: this.rows })
    return []
  }

  /** What one step of the list does to the window; false where that is not plain to see. */
  #follow(step: RowChange, { limit, offset }: Window): boolean {
    const { entries } = this.#list
    const end = offset + limit
    switch (step.op) {
      case 'insert': {
        if (step.index >= end || limit === 0) return true
        const place = Math.max(step.index, offset)
        if (place >= entries.length) return true
        if (this.#shown.rows.length === limit) this.#takeOut(limit - 1)
        this.#putIn(place - offset, entries[place]!)
        return true
      }
      case 'delete': {
        if (step.index >= end || this.#shown.rows.length === 0) return true
        this.#takeOut(Math.max(step.index - offset, 0))
        if (entries.length >= end) this.#putIn(limit - 1, entries[end - 1]!)
        return true
      }
      case 'update': {
        if (step.index < offset || step.index >= end) return true
        const index = step.index - offset
        this.#shown.entries[index] = entries[step.index]!
        this.#shown.rows[index] = step.row
        this.#changes.push({ ...step, index })
        return true
      }
      case 'move':
        return false
    }
  }

  #takeOut(index: number): void {
    const [entry] = this.#shown.entries.splice(index, 1)
    this.#shown.rows.splice(index, 1)
    this.#shown.keys?.splice(index, 1)
    this.#changes.push({ op: 'delete', index, key: entry!.key })
  }

  #putIn(index: number, entry: Entry): void {
    this.#shown.entries.splice(index, 0, entry)
    this.#shown.rows.splice(index, 0, entry.row)
    this.#shown.keys?.splice(index, 0, entry.key)
    this.#changes.push({ op: 'insert', index, key: entry.key, row: entry.row })
  }

  #slice({ limit, offset }: Window): Shown {
    const entries = this.#list.entries.slice(offset, offset + limit)
    return { entries, rows: this.#list.rows.slice(offset, offset + limit), keys: null }
  }
}

interface Shown {
  readonly entries: Entry[]
  readonly rows: SqlValue[][]
  /** made when somebody asks, kept in step from then on */
  keys: string[] | null
}

function keysOf(shown: Shown): string[] {
  return (shown.keys ??= shown.entries.map(({ key }) => key))
}
