import type { Row, RowDiff } from '../capture/diff.ts'
import { AskSqlite } from '../expression/ask-sqlite.ts'
import { printExpression } from '../print/print.ts'
import { Real, type Value } from '../value.ts'
import type { Block } from './block.ts'
import type { RowFilter } from './row-filter.ts'
import type { Occurrence } from './touch.ts'

/**
 * `SELECT keys, count(*) FROM one table WHERE … GROUP BY keys`: a group's next row is its last one with the count moved by
 * the rows that left and came. No look-up, however large the group.
 *
 *   room 7: 41;  diff: a row of room 7 → room 8      →   room 7: 40, room 8: +1
 */
export interface CountGroups {
  /** by result place: the index of the key that it shows, or -1 for the count */
  readonly shows: readonly number[]
  /** calls `move` for every group that the diff moves; `weight` null: SQLite must count */
  readonly weigh: (diff: RowDiff, move: (key: readonly Value[], weight: number | null) => void) => void
}

export function planCounting(
  block: Block,
  occurrences: readonly Occurrence[],
  filters: readonly RowFilter[],
): CountGroups | null {
  const { select, kind, keys, layout, distinctAfter } = block
  const filter = filters[0]
  if (kind !== 'groups' || keys.length === 0 || occurrences.length !== 1 || select.sources.length !== 1) return null
  if (!filter?.complete || select.having || distinctAfter || layout.extra.length > 0) return null
  if (select.windows.length > 0 || !keys.every(({ plain, collation }) => plain && collation === 'BINARY')) return null
  const texts = keys.map(({ ast }) => printExpression(ast))
  const shows: number[] = []
  for (const { expression } of select.columns) {
    const key = texts.indexOf(printExpression(expression.ast))
    const counts =
      expression.kind === 'aggregate' && expression.name === 'count' && expression.star && !expression.filter
    if (key < 0 && !counts) return null
    shows.push(key)
  }
  if (!shows.includes(-1)) return null
  const keyOf = (row: Row) => keys.map(({ plain }) => row[plain!.column]!)
  const weigh = (row: Row, weight: number): number | null => {
    try {
      // 0.0 and −0.0, 1 and 1.0 are one group: which of them it shows, SQLite must say
      if (keys.some(({ plain }) => row[plain!.column] instanceof Real)) return null
      return filter.admits(row) ? weight : 0
    } catch (error) {
      if (error instanceof AskSqlite) return null
      throw error
    }
  }
  return {
    shows,
    weigh: ({ before, after }, move) => {
      if (before) move(keyOf(before), weigh(before, -1))
      if (after) move(keyOf(after), weigh(after, 1))
    },
  }
}
