import type { BoundColumn, BoundComparison, BoundExpression } from '../bind/bound.ts'
import type { Row } from '../capture/diff.ts'
import { compileExpression, type Layout } from '../expression/compile.ts'
import { AskSqlite } from '../expression/ask-sqlite.ts'
import { truth } from '../expression/coerce.ts'
import { encodeValue, isKnownCollation } from '../key.ts'
import { Real, type Value } from '../value.ts'
import type { Occurrence } from './touch.ts'

/**
 * What a row of a table must meet to matter at one place of a query: the conditions of the WHERE there that look at it alone.
 *
 *   … FROM m JOIN u ON … WHERE m.room = ?1 AND m.n > 3 AND u.x = m.x      at m: room = ?1, n > 3; routed by room
 *
 * A condition that JavaScript cannot decide counts as met.
 */
export interface RowFilter {
  readonly passes: (row: Row) => boolean
  /** the same, but throws AskSqlite where JavaScript cannot decide */
  readonly admits: (row: Row) => boolean
  /** one of the conditions is `column = constant`: only rows with that value matter */
  readonly route: Route | null
  /** every condition at this place is decided here, so that passing is being in the result of a plain single-table SELECT */
  readonly complete: boolean
}
export interface Route {
  readonly column: number
  readonly collation: string
  /** encoded as `encodeValue` does under that collation */
  readonly value: string
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
  let route: Route | null = null
  let complete = occurrence.table.virtual === null
  for (const condition of source.nullSupplied ? [] : path[0]!.select.where) {
    const looksAtIt = [...condition.sources].every((each) => each === source)
    const evaluate = looksAtIt && !condition.subquery ? compileExpression(condition, layout) : null
    if (!evaluate) {
      complete = false
      continue
    }
    route ??= routeOf(condition, layout)
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
  return { passes, admits, route, complete }
}

function routeOf(condition: BoundExpression, layout: Layout): Route | null {
  if (condition.kind !== 'comparison' || condition.operator !== '=') return null
  return (
    routeTo(condition, condition.left, condition.right, layout) ??
    routeTo(condition, condition.right, condition.left, layout)
  )
}

function routeTo(
  { applied, comparedBy }: BoundComparison,
  column: BoundExpression,
  constant: BoundExpression,
  layout: Layout,
): Route | null {
  if (column.kind !== 'column' || constant.sources.size > 0 || !isKnownCollation(comparedBy)) return null
  const slot = layout.slotOf(column)
  const evaluate = compileExpression(constant, layout)
  if (slot === null || !evaluate) return null
  let value: Value
  try {
    value = evaluate([])
  } catch {
    return null
  }
  if (value === null) return null
  // the comparison must take both sides as they are stored
  const isNumber = typeof value === 'number' || typeof value === 'bigint' || value instanceof Real
  const isNumeric = ['INTEGER', 'REAL', 'NUMERIC'].includes(column.affinity)
  const asStored =
    applied === 'NONE' || (applied === 'NUMERIC' && isNumber && isNumeric) || (applied === 'TEXT' && typeof value === 'string' && column.affinity === 'TEXT') // prettier-ignore
  return asStored ? { column: slot, collation: comparedBy, value: encodeValue(value, comparedBy) } : null
}
