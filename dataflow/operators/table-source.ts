import type { RowDiff } from '../capture/diff.ts'
import { Outlet } from '../graph/graph.ts'

/** Where the diffs of one table enter a query's graph: one entry for each changed row, old and new image together. */
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
