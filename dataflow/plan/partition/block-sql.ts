import type { Expr, FromClause, Select, SelectFrom } from 'sqlite3-parser'
import { binary, call, nowhere, number, parameter, resultColumn } from '../../bind/build-ast.ts'
import { printSelect } from '../../print/print.ts'
import type { Block } from './block.ts'
import { withFirstRows } from './first-rows.ts'
import type { Input } from '../fold/fold-plan.ts'
import { turnJoin, wantedBy } from '../../rewrite/turn-joins.ts'
import { Unplannable } from '../unplannable.ts'

/*
 * The SQL of a block (block.ts): all of it, or one partition.
 *
 *   SELECT a, count(*) FROM t WHERE x > 3 GROUP BY a     partition:  … WHERE x > 3 AND t.a = ?1 GROUP BY a
 */

/** The first so many rows; `ties`: which way those that ORDER BY does not tell apart are ordered by their keys; null: any way. */
export interface Cut {
  readonly limit: number
  readonly ties: 'ascending' | 'descending' | null
}

/** All partitions, ordered; or, where a window is to be cut from them, the first rows. */
export function hydrateSql(block: Block, cut: Cut | null): string {
  const { layout } = block
  const tied = cut?.ties ? [...layout.keys.filter((place) => !layout.order.includes(place)), ...layout.ids] : []
  const order = [
    ...block.orderBy.map((term, i) => ({
      type: 'SortedColumn' as const,
      expr: orderedBy(block, i),
      order: term.descending ? ('Desc' as const) : ('Asc' as const),
      nulls: term.nullsFirst ? ('First' as const) : ('Last' as const),
      span: nowhere,
    })),
    ...tied.map((place) => ({
      type: 'SortedColumn' as const,
      expr: number(place + 1),
      order: cut?.ties === 'descending' ? ('Desc' as const) : ('Asc' as const),
      nulls: undefined,
      span: nowhere,
    })),
  ]
  return printSelect({
    ...withExtra(block, [], new Set()),
    orderBy: order.length > 0 ? order : undefined,
    limit: cut ? { type: 'Limit', expr: number(cut.limit), offset: undefined, span: nowhere } : undefined,
  })
}

// a term that names a result column sorts by it; any other is repeated, so that an index on the expression still serves
function orderedBy(block: Block, index: number): Expr {
  const term = block.orderBy[index]!
  if (term.column < 0) return term.expression.ast
  const position = number(term.column + 1)
  return block.select.columns[term.column]!.collation === term.collation
    ? position
    : { type: 'CollateExpr', expr: term.expression.ast, collation: term.collation, span: nowhere }
}

/** One partition: its key in parameters from `first` on, those that are NULL tested as such. */
export function recomputeSql(block: Block, nulls: readonly boolean[], first: number): string {
  const select = withKey(block, nulls, first)
  const single = block.kind === 'distinct' || (block.kind === 'groups' && block.select.groupBy.length > 0)
  return printSelect({
    ...select,
    limit:
      single && block.kind === 'distinct'
        ? { type: 'Limit', expr: number(1), offset: undefined, span: nowhere }
        : undefined,
  })
}

/** What a fold reads of each row of one group. */
export function inputsSql(block: Block, inputs: readonly Input[], nulls: readonly boolean[], first: number): string {
  const select = withKey(block, nulls, first)
  const columns = inputs.map(({ expression, filter }) => {
    const value = expression?.ast ?? number(1)
    return resultColumn(filter ? call('iif', [filter.ast, value, { type: 'NullLiteral', span: nowhere }]) : value)
  })
  return printSelect({ ...select, select: { ...select.select, columns, groupBy: undefined, having: undefined } as SelectFrom }) // prettier-ignore
}

function withKey({ first: firstRows, ...block }: Block, nulls: readonly boolean[], first: number): Select {
  const equations = (asts: readonly Expr[]) => {
    let next = first
    return asts.map((ast, i): Expr =>
      nulls[i] ? { type: 'IsNullExpr', expr: ast, span: nowhere } : binary(ast, 'Equals', parameter(next++)),
    )
  }
  const keys = block.keys.map(({ ast }) => ast)
  const ended = (from: FromClause) => (firstRows ? withFirstRows(from, firstRows, equations(firstRows.keys)) : from)
  return withExtra(block, equations(keys), wantedBy(keys.filter((_, i) => !nulls[i])), ended)
}

function withExtra(
  block: Omit<Block, 'first'>,
  conditions: readonly Expr[],
  wanted: ReadonlySet<string>,
  change: (from: FromClause) => FromClause = (from) => from,
): Select {
  const { ast } = block.select
  if (ast.type !== 'SelectFrom') throw new Unplannable('VALUES')
  let where = ast.whereClause
  for (const condition of conditions) where = where ? binary(where, 'And', condition) : condition
  return {
    type: 'Select',
    with: undefined,
    select: {
      ...ast,
      distinctness: block.distinctAfter ? undefined : ast.distinctness,
      from: ast.from && change(turnJoin(ast.from, (alias) => wanted.has(alias))),
      columns: [...ast.columns, ...block.layout.extra.map((each, i) => resultColumn(each, `live_${i}`))],
      whereClause: where,
    },
    compounds: undefined,
    orderBy: undefined,
    limit: undefined,
    span: nowhere,
  }
}
