import type { BoundColumn, BoundComparison, BoundExpression, BoundSelect } from '../../bind/bound.ts'
import { compileExpression, type Layout } from '../../expression/compile.ts'
import { encodeValue, isKnownCollation, keyIdOf, type KeyId } from '../../key.ts'
import { printExpression } from '../../print/print.ts'
import { Real, type Value } from '../../value.ts'
import type { Block } from '../partition/block.ts'
import { layoutOf } from '../sources/row-filter.ts'
import type { Occurrence } from '../sources/occurrences.ts'

/**
 * Routes: which of the live queries with one SQL text can a changed row concern?
 *
 *   … FROM m WHERE m.room = ?1 …                          of a row of m, the room says it
 *   … FROM marks k JOIN m ON m.room = k.room WHERE k.person = ?1 …
 *                                                         of a row of m, the persons that it joins say it: one look-up for all
 *
 * So the second is asked once a turn, however many persons' queries are live: `far` is the block with the column in the place
 * of its key and without what depends on parameters, for plan/touch/touch.ts.
 */
export interface Route {
  readonly column: number
  readonly collation: string
  /** as `keyIdOf` says under that collation */
  readonly value: KeyId
}

export interface FarPlan {
  readonly block: Block
  readonly collation: string
  readonly condition: BoundComparison
  readonly column: BoundColumn
  readonly constant: BoundExpression
}

/** By the first condition `column = constant` at the place where the query reads the table, a constant of its own before one of its text. */
export function routeOf(occurrence: Occurrence, parameters: readonly Value[]): Route | null {
  const { source, path } = occurrence
  if (source.nullSupplied) return null
  const layout = layoutOf(occurrence, parameters)
  for (const equation of equationsIn(path[0]!.select)) {
    const slot = layout.slotOf(equation.column)
    const value = slot === null ? null : storedConstant(equation, layout)
    const collation = equation.condition.comparedBy
    if (slot !== null && value !== null) return { column: slot, collation, value: keyIdOf(value, collation) }
  }
  return null
}

/** By a column of another table of the block. A constant that every query with this text has tells none of them apart. */
export function planFarRoute(block: Block, occurrences: readonly Occurrence[]): FarPlan | null {
  if (occurrences.length < 2) return null
  for (const equation of equationsIn(block.select)) {
    const { source, column } = equation.column
    if (source.relation.kind !== 'table' || source.nullSupplied || !block.select.sources.includes(source)) continue
    if (!dependsOnParameters(equation.constant)) continue
    const collation = equation.condition.comparedBy
    const key = { ast: equation.column.ast, collation, expression: null, sources: new Set([source]), plain: { source, column } } // prettier-ignore
    return { block: { ...block, keys: [key], leavesOut: dependsOnParameters }, collation, ...equation }
  }
  return null
}

/** What the column must be in this query's rows; null when that cannot be said. */
export function farValue(plan: FarPlan, parameters: readonly Value[]): string | null {
  const value = storedConstant(plan, { parameters, slotOf: () => null })
  return value === null ? null : encodeValue(value, plan.collation)
}

interface Equation {
  readonly condition: BoundComparison
  readonly column: BoundColumn
  readonly constant: BoundExpression
}

const known = new WeakMap<BoundSelect, readonly Equation[]>()

function equationsIn(select: BoundSelect): readonly Equation[] {
  let equations = known.get(select)
  if (!equations) known.set(select, (equations = findEquations(select)))
  return equations
}

function findEquations(select: BoundSelect): readonly Equation[] {
  const equations = select.where.flatMap((condition): Equation[] => {
    if (condition.kind !== 'comparison' || condition.operator !== '=' || !isKnownCollation(condition.comparedBy))
      return []
    const { left, right } = condition
    if (left.kind === 'column' && isConstant(right)) return [{ condition, column: left, constant: right }]
    if (right.kind === 'column' && isConstant(left)) return [{ condition, column: right, constant: left }]
    return []
  })
  const ofText = equations.filter(({ constant }) => !dependsOnParameters(constant))
  return [...equations.filter((each) => !ofText.includes(each)), ...ofText]
}

function isConstant({ sources, subquery }: BoundExpression): boolean {
  return sources.size === 0 && !subquery
}

/** Null where it is NULL, or is compared as another value than it is. */
function storedConstant({ condition, column, constant }: Equation, layout: Layout): Value {
  let value: Value
  try {
    value = compileExpression(constant, layout)?.([]) ?? null
  } catch {
    return null
  }
  if (value === null) return null
  // the comparison must take both sides as they are stored
  const { applied } = condition
  const isNumber = typeof value === 'number' || typeof value === 'bigint' || value instanceof Real
  const isNumeric = ['INTEGER', 'REAL', 'NUMERIC'].includes(column.affinity)
  const asStored =
    applied === 'NONE' || (applied === 'NUMERIC' && isNumber && isNumeric) || (applied === 'TEXT' && typeof value === 'string' && column.affinity === 'TEXT') // prettier-ignore
  return asStored ? value : null
}

/** Printed, a parameter is `?1`; a text that looks like one costs time, never truth. */
function dependsOnParameters({ ast }: Pick<BoundExpression, 'ast'>): boolean {
  return /\?\d/.test(printExpression(ast))
}
