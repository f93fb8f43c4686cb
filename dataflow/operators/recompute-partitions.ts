import { Node, type Entries, type Graph, type Outlet } from '../graph/graph.ts'
import { sameSqlRow } from '../result/diff-rows.ts'
import type { Entry } from '../result/entry.ts'
import { sameValue } from '../capture/capture-diff.ts'
import type { PartitionId } from './touch-partitions.ts'

/**
 * The universal reducer: whatever a query makes of a partition, SQLite makes it again, and the rows that differ go on.
 *
 * Law: result = ⋃ over keys k of read(k). So after a turn only the partitions that it touched need reading:
 *   kept[k] = {a, b}, read(k) = {b', c}   →   −a, −b, +b', +c        (a row with the key of an old one is its next version)
 *
 * Keeps the rows of every partition that has any, under its exact key. Reads happen before anything is kept or sent: an
 * error in one leaves the old state whole.
 */
export class RecomputePartitions extends Node<PartitionId, Entry> {
  readonly kind = 'recompute'
  readonly label: string
  readonly #read: ReadPartition
  readonly #sql: readonly string[]
  readonly #kept = new Map<string, Entry[]>()
  #rows = 0
  /** rows and partitions that the window below has cut off come back as news; it drops them again */
  constructor(graph: Graph, input: Outlet<PartitionId>, label: string, read: ReadPartition, sql: readonly string[]) {
    super(graph, [input])
    this.label = label
    this.#read = read
    this.#sql = sql
  }

  override get stateRows(): number {
    return this.#rows
  }
  override get sql(): readonly string[] {
    return this.#sql
  }

  /** First state: the rows of the query itself, by partition. */
  load(partitions: Iterable<readonly [string, Entry[]]>): void {
    this.#kept.clear()
    this.#rows = 0
    for (const [id, entries] of partitions) {
      this.#kept.set(id, entries)
      this.#rows += entries.length
    }
  }

  /** The window let go of a row: it is read again when its partition is touched. */
  forget(partition: string, entry: Entry): void {
    const kept = this.#kept.get(partition)
    if (!kept) return
    const left = kept.filter((each) => each !== entry)
    this.#rows -= kept.length - left.length
    if (left.length > 0) this.#kept.set(partition, left)
    else this.#kept.delete(partition)
  }

  protected process([partitions]: readonly Entries<PartitionId>[]): Entries<Entry> {
    const read = partitions!.map(
      ([partition]) => [partition.id, this.#read(partition, this.#kept.get(partition.id) ?? [])] as const,
    )
    const changes: Entries<Entry> = []
    for (const [id, after] of read) {
      const before = this.#kept.get(id) ?? []
      const news = compare(before, after, changes)
      this.#rows += news.length - before.length
      if (news.length > 0) this.#kept.set(id, news)
      else this.#kept.delete(id)
    }
    return changes
  }
}

/** The rows of a partition as they are now; `before` are those kept. */
export type ReadPartition = (partition: PartitionId, before: readonly Entry[]) => Entry[]

/** Notes what changed; returns what to keep: the old entry where nothing did. */
function compare(before: readonly Entry[], after: readonly Entry[], changes: Entries<Entry>): Entry[] {
  if (before.length <= 1 && after.length <= 1) {
    const [old, next] = [before[0], after[0]]
    if (old && next && old.key === next.key && isSame(old, next)) return [old]
    if (old) changes.push([old, -1])
    if (next) changes.push([next, 1])
    return next ? [next] : []
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
  return sameSqlRow(a.row, b.row) && a.order.every((value, i) => sameValue(value, b.order[i]!))
}
