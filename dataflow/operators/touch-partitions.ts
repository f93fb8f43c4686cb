import type { Row, RowDiff } from '../capture/diff.ts'
import { Node, type Entries, type Graph } from '../graph/graph.ts'
import { keyId, type KeyId } from '../key.ts'
import type { Move } from '../plan/fold/fold-groups.ts'
import type { Value } from '../value.ts'
import type { TableSource, TouchedRow } from './table-source.ts'

/** The key of a partition and its exact encoding. */
export interface PartitionId {
  readonly id: KeyId
  readonly values: readonly Value[]
  /** the row that is the partition, when it is one row of one table: null when it is gone; undefined when it must be read */
  readonly row?: Row | null
  /** the rows that left it and came into it, where the next state of the partition follows from its last and these */
  readonly moves?: Move[]
}

/**
 * From changed rows to the partitions that they can touch.
 *
 * Law: of a turn, every partition of which a row changed goes out once, weight 1; one that did not change may go out too, which
 * costs time, never truth.
 *
 *   key (t.room), diff of t: { room: 1 } → { room: 2 }   →   partitions (1), (2)
 *
 * With what moved a partition, where that is known of all that touched it (`moves`); else it is to be read.
 *
 * Keeps nothing. How a table's rows lead to keys is planned in plan/touch/touch.ts: read off the images, or asked by SQL.
 */
export class TouchPartitions extends Node<TouchedRow, PartitionId> {
  readonly kind = 'touch'
  readonly label: string
  readonly #collations: readonly string[]
  readonly #find: FindKeys
  readonly #sql: () => readonly string[]

  constructor(
    graph: Graph,
    inputs: readonly TableSource[],
    collations: readonly string[],
    label: string,
    find: FindKeys,
    sql: () => readonly string[],
  ) {
    super(graph, inputs)
    this.#collations = collations
    this.label = label
    this.#find = find
    this.#sql = sql
  }

  override get sql(): readonly string[] {
    return this.#sql()
  }

  protected process(batches: readonly Entries<TouchedRow>[]): Entries<PartitionId> {
    const diffs = new Map<string, RowDiff[]>()
    for (const batch of batches) {
      for (const [{ table, diff }] of batch) {
        const rows = diffs.get(table)
        if (rows) rows.push(diff)
        else diffs.set(table, [diff])
      }
    }
    const touched = new Map<KeyId, PartitionId>()
    this.#find(diffs, (values, row, move) => {
      const id = keyId(values, this.#collations)
      const known = touched.get(id)
      if (move) {
        if (!known) touched.set(id, { id, values, moves: [move] })
        // else it is read again
        else known.moves?.push(move)
        return
      }
      // a row that left and one that came under the same key: the later image counts
      if (!known || known.moves || (known.row === null && row))
        touched.set(id, { id, values, ...(row !== undefined && { row }) })
    })
    return [...touched.values()].map((partition) => [partition, 1])
  }
}

/** Calls `touch` with the key of every partition that the diffs can touch, as often as it likes. */
export type FindKeys = (diffs: ReadonlyMap<string, readonly RowDiff[]>, touch: Touch) => void
export type Touch = (key: readonly Value[], row?: Row | null, move?: Move) => void
