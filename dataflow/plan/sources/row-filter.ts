import type { BoundColumn } from '../../bind/bound.ts'
import type { Row } from '../../capture/diff.ts'
import { compileExpression, type Layout } from '../../expression/compile.ts'
import { AskSqlite } from '../../expression/ask-sqlite.ts'
import { truth } from '../../expression/coerce.ts'
import type { Value } from '../../value.ts'
import type { Occurrence } from './occurrences.ts'

/**
 * What a row of a table must meet to matter at one place of a query: the conditions of the WHERE there that look at it alone.
 *
 *   … FROM m JOIN u ON … WHERE m.room = ?1 AND m.n > 3 AND u.x = m.x      at m: room = ?1, n > 3
 *
 * A condition that JavaScript cannot decide counts as met.
 */
export interface RowFilter {
  readonly passes: (row: Row) => boolean
  /** the same, but throws AskSqlite where JavaScript cannot decide */
  readonly admits: (row: Row) => boolean
  /** every condition at this place is decided here, so that passing is being in the result of a plain single-table SELECT */
  readonly complete: boolean
}

/** Rows of a diff: the columns in order, then the rowid. */
export function layoutOf({ source, table }: Occurrence, parameters: readonly Value[]): Layout {
  return {
    parameters,
    slotOf: (column: BoundColumn) => {
      if (column.source !== source) return null
      if (column.column === -1) return table.columns.length
      // of a document only the rowid is known
      if (table.virtual !== null) return null
      // an image has no VIRTUAL columns
      return table.columns[column.column]!.generated === 'virtual' ? null : column.column
    },
  }
}

export function planRowFilter(occurrence: Occurrence, parameters: readonly Value[]): RowFilter {
  const { source, path } = occurrence
  const layout = layoutOf(occurrence, parameters)
  const tests: ((row: Row) => boolean)[] = []
  let complete = occurrence.table.virtual === null
  for (const condition of source.nullSupplied ? [] : path[0]!.select.where) {
    const looksAtIt = [...condition.sources].every((each) => each === source)
    const evaluate = looksAtIt && !condition.subquery ? compileExpression(condition, layout) : null
    if (!evaluate) {
      complete = false
      continue
    }
    tests.push((row) => truth(evaluate(row)) === true)
  }
  const admits = (row: Row) => tests.every((test) => test(row))
  const passes = (row: Row) => {
    try {
      return admits(row)
    } catch (error) {
      if (error instanceof AskSqlite) return true
      throw error
    }
  }
  return { passes, admits, complete }
}
