import { Node, type Entries, type Graph, type Outlet } from '../graph/graph.ts'
import type { KeyId } from '../key.ts'
import type { Entry } from '../result/entry.ts'
import { sameValue } from '../same-value.ts'
import type { PartitionId } from './touch-partitions.ts'

/**
 * The universal reducer: whatever a query makes of a partition, SQLite makes it again, and the rows that differ go on.
 *
 * Law: result = ⋃ over keys k of read(k). So after a turn only the partitions that it touched need reading:
 *   kept[k] = {a, b}, read(k) = {b', c}   →   −a, −b, +b', +c        (a row with the key of an old one is its next version)
 *
 * Kind `fold`: most partitions are made from their last rows and what moved (plan/fold/fold-groups.ts), and read only where that
 * cannot tell. Kind `first`: a partition is read as far as its k-th row (plan/partition/first-rows.ts).
 *
 * Keeps the rows of every partition that has any, under its exact key. Reads happen before anything is kept or sent: an
 * error in one leaves the old state whole.
 */
export class RecomputePartitions extends Node<PartitionId, Entry> {
  readonly kind: ReadKind
  readonly label: string
  readonly #reader: PartitionReader
  readonly #sql: () => readonly string[]
  /** most partitions are one row */
  readonly #kept = new Map<KeyId, Entry | readonly Entry[]>()
  #rows = 0

  constructor(
    graph: Graph,
    input: Outlet<PartitionId>,
    kind: ReadKind,
    label: string,
    reader: PartitionReader,
    sql: () => readonly string[],
  ) {
    super(graph, [input])
    this.kind = kind
    this.label = label
    this.#reader = reader
    this.#sql = sql
  }

  override get stateRows(): number {
    return this.#rows
  }
  override get sql(): readonly string[] {
    return this.#sql()
  }

  /** First state: the rows of the query itself. */
  load(entries: readonly Entry[]): void {
    this.#kept.clear()
    this.#rows = entries.length
    for (const entry of entries) {
      const kept = this.#kept.get(entry.partition)
      if (kept === undefined) this.#kept.set(entry.partition, entry)
      else if (isMany(kept)) (kept as Entry[]).push(entry)
      else this.#kept.set(entry.partition, [kept, entry])
    }
  }

  /** The window let go of a row: it comes back as news when its partition is touched, and is let go again. */
  forget(entry: Entry): void {
    const before = this.#keptOf(entry.partition)
    const left = before.filter((each) => each !== entry)
    this.#keep(entry.partition, before, left)
  }

  protected process([partitions]: readonly Entries<PartitionId>[]): Entries<Entry> {
    const changes: Entries<Entry> = []
    this.#reader.expect(partitions!)
    const read = partitions!.map(([partition]) => {
      const before = this.#keptOf(partition.id)
      return { id: partition.id, before, after: this.#reader.read(partition, before) }
    })
    for (const { id, before, after } of read) this.#keep(id, before, compare(before, after, changes))
    return changes
  }

  #keptOf(id: KeyId): readonly Entry[] {
    const kept = this.#kept.get(id)
    return kept === undefined ? none : isMany(kept) ? kept : [kept]
  }

  #keep(id: KeyId, before: readonly Entry[], entries: readonly Entry[]): void {
    if (entries === before) return
    this.#rows += entries.length - before.length
    if (entries.length > 0) this.#kept.set(id, entries.length === 1 ? entries[0]! : entries)
    else if (before.length > 0) this.#kept.delete(id)
  }
}

/** How `read` makes most partitions: by a look-up, by one that ends at their k-th row, or from what moved. */
export type ReadKind = 'recompute' | 'first' | 'fold'

export interface PartitionReader {
  /** These are going to be read in this turn. */
  expect(partitions: Entries<PartitionId>): void
  /** The rows of a partition as they are now; `before` are those kept. */
  read(partition: PartitionId, before: readonly Entry[]): readonly Entry[]
}

const none: readonly Entry[] = []

function isMany(kept: Entry | readonly Entry[]): kept is readonly Entry[] {
  return Array.isArray(kept)
}

/** Notes what changed; returns what to keep: the old entry where nothing did. */
function compare(before: readonly Entry[], after: readonly Entry[], changes: Entries<Entry>): readonly Entry[] {
  if (before.length <= 1 && after.length <= 1) {
    const [old, next] = [before[0], after[0]]
    if (old && next && isSame(old, next) && old.key === next.key) return before
    if (old) changes.push([old, -1])
    if (next) changes.push([next, 1])
    return after
  }
  const old = new Map(before.map((entry) => [entry.key, entry]))
  const kept = after.map((next) => {
    const was = old.get(next.key)
    old.delete(next.key)
    if (was && isSame(was, next)) return was
    if (was) changes.push([was, -1])
    changes.push([next, 1])
    return next
  })
  for (const gone of old.values()) changes.push([gone, -1])
  return kept
}

function isSame(a: Entry, b: Entry): boolean {
  if (a.values.length !== b.values.length) return false
  for (let i = 0; i < a.values.length; i++) if (!sameValue(a.values[i]!, b.values[i]!)) return false
  return true
}
