import type {
  BoundExpression,
  BoundOrderTerm,
  BoundQuery,
  BoundSelect,
  BoundSubquery,
  Source,
} from '../../bind/bound.ts'
import { subqueriesWithin } from '../../bind/subqueries.ts'
import { isKnownCollation } from '../../key.ts'
import { windowKeys } from '../partition/partition-keys.ts'

/**
 * Which queries can be made along a list (sweep-plan.ts).
 *
 *   SELECT rank() OVER (ORDER BY n) FROM t                     its windows have no partitions
 *   SELECT * FROM (SELECT … rank() …) WHERE place <= 9         of such a query, the first rows
 *   SELECT n * 100.0 / (SELECT sum(n) FROM t) FROM t           a value of the whole in every row
 *   SELECT n FROM t WHERE n > (SELECT avg(n) FROM t)           … as the threshold of the rows
 *   SELECT n FROM t ORDER BY n, id LIMIT 1 OFFSET (SELECT …)   … as the place of the first
 */
export interface Shape {
  /** what has the windows and the values */
  readonly select: BoundSelect
  /** what stands around it and only chooses and cuts: `SELECT … FROM (select) WHERE place <= 9 ORDER BY place` */
  readonly around: { readonly select: BoundSelect; readonly source: Source } | null
  /** `n > (SELECT avg(n) FROM t)`, a condition of the SELECT: along n those rows are a beginning of the list */
  readonly threshold?: Threshold
}

interface Threshold {
  readonly condition: BoundExpression
  /** by what it compares; NULL is in no row that is shown */
  readonly order: BoundOrderTerm
}

export function shapeOf(query: BoundQuery): Shape | null {
  const [select] = query.arms
  if (query.arms.length > 1 || select?.kind !== 'select' || query.recursive || query.volatile) return null
  if (select.distinct || select.sources.length === 0) return null
  if (select.windows.length > 0) {
    return windowKeys(select).length === 0 ? { select, around: null } : null
  }
  const [source] = select.sources
  if (select.sources.length === 1 && !select.grouped && source!.relation.kind === 'query') {
    const inner = source!.relation.query
    const [within] = inner.arms
    const isPlain = inner.arms.length === 1 && !inner.recursive && inner.outer.length === 0 && !inner.limit
    if (isPlain && within?.kind === 'select' && within.windows.length > 0) {
      if (within.distinct || windowKeys(within).length > 0 || query.limit) return null
      return { select: within, around: { select, source: source! } }
    }
  }
  const threshold = thresholdOf(select)
  if (threshold) return { select, around: null, threshold }
  const beside = [...select.columns.map(({ expression }) => expression), ...(query.offset ? [query.offset] : [])]
  return scalarsIn(beside).length > 0 ? { select, around: null } : null
}

function thresholdOf({ where, grouped }: BoundSelect): Threshold | null {
  if (grouped) return null
  const [condition, ...others] = where.filter((each) => scalarsIn([each]).length > 0)
  if (condition?.kind !== 'comparison' || others.length > 0 || !/^[<>]=?$/.test(condition.operator)) return null
  const { left, right, operator, applied, comparedBy } = condition
  const [expression, value] = left.kind === 'subquery' ? [right, left] : [left, right]
  if (value.kind !== 'subquery' || expression.subquery || !isKnownCollation(comparedBy)) return null
  // it must compare the values as they are ordered
  const isNumber =
    expression.affinity === 'INTEGER' || expression.affinity === 'REAL' || expression.affinity === 'NUMERIC'
  if (applied !== 'NONE' && !(applied === 'NUMERIC' && isNumber)) return null
  const descending = (expression === left) === operator.startsWith('>')
  return { condition, order: { column: -1, expression, descending, nullsFirst: !descending, collation: comparedBy } }
}

/** Subqueries of one row that is the same for all rows around it. */
export function scalarsIn(expressions: readonly BoundExpression[]): BoundSubquery[] {
  return subqueriesWithin(expressions).filter(({ form, query }) => {
    const [arm] = query.arms
    return (
      form === 'scalar' &&
      query.columns.length === 1 &&
      query.outer.length === 0 &&
      query.arms.length === 1 &&
      !query.recursive &&
      !query.limit &&
      arm?.kind === 'select' &&
      arm.sources.length > 0 &&
      arm.grouped &&
      arm.groupBy.length === 0 &&
      arm.windows.length === 0
    )
  })
}
