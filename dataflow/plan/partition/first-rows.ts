import type { Expr, FromClause, Limit, SortedColumn } from 'sqlite3-parser'
import type { BoundExpression, BoundQuery, BoundSelect, BoundWindowCall, Source } from '../../bind/bound.ts'
import { addWhere, binary, call, nowhere, number } from '../../bind/build-ast.ts'
import { printExpression } from '../../print/print.ts'
import type { PartitionKey } from './partition-keys.ts'
import { replaceInFrom } from '../../rewrite/replace-in-from.ts'

/**
 * Top k of each group, `… FROM (SELECT …, row_number() OVER (PARTITION BY g ORDER BY o) AS n …) WHERE n <= k`: a look-up reads a
 * group as far as its k-th row, and no further where an index has that order.
 *
 * Law: in one group, row_number() OVER (PARTITION BY g ORDER BY o) <= k  ⇔  the row is among the first k by g, o.
 *
 *   FROM (SELECT id, row_number() OVER (PARTITION BY room ORDER BY ts DESC) AS n FROM m) AS d WHERE n <= 3
 *   room 7 is touched:
 *   FROM (SELECT id, row_number() OVER (PARTITION BY room ORDER BY ts DESC) AS n FROM m
 *         WHERE room = ?1 ORDER BY room, ts DESC LIMIT 3) AS d WHERE n <= 3 AND d.room = ?1
 *
 * The order is word for word the window's, so that SQLite sorts once and equal rows come as the window numbers them; a limit
 * that is too high costs time, never truth: n < 3 has it too, and what is no INTEGER means all rows.
 */
export interface FirstRows {
  readonly source: Source
  /** what the keys of the block are inside the derived table */
  readonly keys: readonly Expr[]
  readonly orderBy: readonly SortedColumn[]
  readonly limit: Limit
  readonly label: string
}

/** Null where the block does not read the first rows of a window's partition, or its key is not that partition. */
export function planFirstRows({ where }: BoundSelect, keys: readonly PartitionKey[]): FirstRows | null {
  const [source] = keys[0]?.sources ?? []
  if (!source || source.nullSupplied || source.relation.kind !== 'query') return null
  const window = onlyWindow(source.relation.query)
  if (!window) return null
  const { select, call } = window
  const inside = keys.map(({ ast }) => columnInside(ast, source, select))
  const partition = new Set(call.partitionBy.map(textOf))
  const known = new Set(inside.map((each) => each && textOf(each)))
  const isPartition = [...known].every((each) => each && partition.has(each)) && known.size === partition.size
  if (!isPartition || !call.partitionBy.every(isExactColumn) || !keys.every(({ collation }) => collation === 'BINARY')) return null // prettier-ignore
  // alone in ORDER BY, a number would be the place of a column
  if (!call.orderBy.every(({ expression }) => expression.sources.size > 0 && !expression.subquery)) return null
  for (const condition of where) {
    const most = mostOf(condition, (each) => each.kind === 'column' && each.source === source && isNumber(select, each.column, call)) // prettier-ignore
    if (!most) continue
    return {
      source,
      keys: inside.map((each) => each!.ast),
      orderBy: [
        ...call.partitionBy.map(({ ast }): SortedColumn => ({ type: 'SortedColumn', expr: ast, order: undefined, nulls: undefined, span: nowhere })), // prettier-ignore
        ...call.orderBy.map(({ expression, descending, nullsFirst }): SortedColumn => ({
          type: 'SortedColumn',
          expr: expression.ast,
          order: descending ? 'Desc' : 'Asc',
          nulls: nullsFirst ? 'First' : 'Last',
          span: nowhere,
        })),
      ],
      limit: { type: 'Limit', expr: limitOf(most), offset: undefined, span: nowhere },
      label: `first ${printExpression(most.ast)}`,
    }
  }
  return null
}

/** FROM with the derived table ended at its last row that can be wanted; `conditions`: of the key, inside it. */
export function withFirstRows(from: FromClause, first: FirstRows, conditions: readonly Expr[]): FromClause {
  return replaceInFrom(from, first.source.alias, (table) => {
    const { select } = table.select
    if (select.type !== 'SelectFrom') return table
    const keyed = conditions.reduce(addWhere, select)
    return { ...table, select: { ...table.select, select: keyed, orderBy: first.orderBy, limit: first.limit } }
  })
}

/** The derived table's one window call, where it is row_number() over its FROM. */
function onlyWindow({
  arms,
  orderBy,
  limit,
  recursive,
  outer,
}: BoundQuery): { select: BoundSelect; call: BoundWindowCall } | null {
  // prettier-ignore
  const [select] = arms
  if (arms.length !== 1 || select?.kind !== 'select' || orderBy.length > 0 || limit || recursive || outer.length > 0)
    return null
  const [call] = select.windows
  if (!call || select.windows.length > 1 || call.name !== 'row_number' || select.grouped || select.distinct) return null
  return { select, call }
}

function columnInside(ast: Expr, { alias, columns }: Source, select: BoundSelect): BoundExpression | null {
  if (ast.type !== 'QualifiedExpr' || ast.table.text !== alias) return null
  return select.columns[columns.findIndex(({ name }) => name === ast.column.text)]?.expression ?? null
}

/** Compared with a value of its own it is true of just the rows with that value. */
function isExactColumn({ kind, collation }: BoundExpression): boolean {
  return kind === 'column' && collation === 'BINARY'
}

function isNumber({ columns }: BoundSelect, column: number, call: BoundWindowCall): boolean {
  const expression = columns[column]?.expression
  return expression?.kind === 'window' && textOf(expression) === textOf(call)
}

/** k of `n <= k`, `n < k`, `n = k`, `k >= n`, `n BETWEEN j AND k`. */
function mostOf(condition: BoundExpression, isN: (each: BoundExpression) => boolean): BoundExpression | null {
  const isFixed = ({ sources, subquery, deterministic }: BoundExpression) => sources.size === 0 && !subquery && deterministic // prettier-ignore
  if (condition.kind === 'between' && !condition.not && isN(condition.operand)) {
    return isFixed(condition.high) ? condition.high : null
  }
  if (condition.kind !== 'comparison') return null
  const { operator, left, right } = condition
  if (['<=', '<', '='].includes(operator) && isN(left) && isFixed(right)) return right
  return ['>=', '>', '='].includes(operator) && isN(right) && isFixed(left) ? left : null
}

function limitOf(most: BoundExpression): Expr {
  if (most.kind === 'literal' && typeof most.value === 'number' && Number.isInteger(most.value)) return most.ast
  const isInteger = binary(call('typeof', [most.ast]), 'Equals', { type: 'StringLiteral', value: 'integer', span: nowhere }) // prettier-ignore
  return call('iif', [isInteger, most.ast, number(-1)])
}

function textOf({ ast }: BoundExpression): string {
  return printExpression(ast)
}
