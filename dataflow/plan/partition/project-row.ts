import type { Row } from '../../capture/diff.ts'
import { AskSqlite } from '../../expression/ask-sqlite.ts'
import { compileExpression, type Evaluate } from '../../expression/compile.ts'
import type { Value } from '../../value.ts'
import type { Block } from './block.ts'
import { layoutOf, type RowFilter } from '../sources/row-filter.ts'
import type { Occurrence } from '../sources/occurrences.ts'

/** A row image to what `recompute` would read for it; null when no condition lets it in, 'ask' when SQLite must say. */
export type ProjectRow = (row: Row | null) => Value[] | null | 'ask'

/**
 * A plain SELECT from one table whose every expression is known to JavaScript: each row is a partition, made from its image.
 *
 * Law: project(row) is what `recompute` would read for the key of that row, or 'ask'.
 *
 *   SELECT id, n * 2 FROM m WHERE n > 3      (1, 5) → (1, 10);   (1, 2) → null, it is gone
 */
export function planProjection(
  block: Block,
  occurrences: readonly Occurrence[],
  filters: readonly RowFilter[],
  parameters: readonly Value[],
): ProjectRow | null {
  const { select, kind, layout, keys } = block
  const [occurrence] = occurrences
  if (kind !== 'rows' || occurrences.length !== 1 || !occurrence || select.sources.length !== 1) return null
  if (occurrence.path.length !== 1 || !filters[0]!.complete) return null
  const rowLayout = layoutOf(occurrence, parameters)
  const known = new Map<number, Evaluate | null>()
  select.columns.forEach(({ expression }, i) => known.set(i, compileExpression(expression, rowLayout)))
  block.orderBy.forEach((term, i) => known.set(layout.order[i]!, compileExpression(term.expression, rowLayout)))
  keys.forEach(({ plain }, i) => {
    if (plain) known.set(layout.keys[i]!, (row) => row[plain.column]!)
  })
  const evaluators = Array.from({ length: layout.columns + layout.extra.length }, (_, i) => known.get(i) ?? null)
  if (evaluators.includes(null) || layout.ids.some((place) => !known.has(place))) return null
  const { admits } = filters[0]!
  return (row) => {
    if (!row) return null
    try {
      if (!admits(row)) return null
      return evaluators.map((evaluate) => evaluate!(row))
    } catch (error) {
      if (error instanceof AskSqlite) return 'ask'
      throw error
    }
  }
}
