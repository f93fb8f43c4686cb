import type { RowChange, SqlValue } from '../../schema/live.ts'

/** Applies one step of a delta in place: `keys[i]` names `rows[i]`. */
export function applyChange(keys: string[], rows: SqlValue[][], change: RowChange): void {
  switch (change.op) {
    case 'insert':
      keys.splice(change.index, 0, change.key)
      rows.splice(change.index, 0, change.row)
      return
    case 'update':
      keys[change.index] = change.key
      rows[change.index] = change.row
      return
    case 'move':
      keys.splice(change.from, 1)
      rows.splice(change.from, 1)
      keys.splice(change.index, 0, change.key)
      rows.splice(change.index, 0, change.row)
      return
    case 'delete':
      keys.splice(change.index, 1)
      rows.splice(change.index, 1)
  }
}
