import type { RowDiff } from '../capture/diff.ts'
import { Outlet } from '../graph/graph.ts'

/**
 * Where the diffs of one table enter a query's graph.
 *
 * Law: each row that a turn changed goes out once, weight 1, what it was and what it is together; null where it was not, or is gone.
 *
 *   UPDATE m SET n = 9 WHERE id = 1   →   +{ m, before (1, 5), after (1, 9) }
 *   DELETE FROM m WHERE id = 2        →   +{ m, before (2, 7), after null }
 */
export interface TouchedRow {
  /** as `tableKey` names it */
  readonly table: string
  readonly diff: RowDiff
}

export class TableSource extends Outlet<TouchedRow> {
  readonly kind = 'scan'
  readonly label: string
  readonly table: string

  constructor(graph: ConstructorParameters<typeof Outlet>[0], table: string) {
    super(graph, [])
    this.table = table
    this.label = table
  }

  push(rows: readonly RowDiff[]): void {
    this.rowsIn += rows.length
    this.emit(rows.map((diff) => [{ table: this.table, diff }, 1]))
  }
}
