import type { Expr } from 'sqlite3-parser'
import type { BoundOrderTerm, BoundSelect, Source } from '../../bind/bound.ts'
import { isIndexModule } from '../../capture/full-text.ts'
import { isKnownCollation } from '../../key.ts'
import { printExpression } from '../../print/print.ts'
import { determinedSources } from './determined-sources.ts'
import { planFirstRows, type FirstRows } from './first-rows.ts'
import { rankingsIn } from '../sources/full-text.ts'
import { chooseKeys, primaryKeyOf, type PartitionKey } from './partition-keys.ts'
import { Unplannable } from '../unplannable.ts'

/**
 * A block is one SELECT, cut into partitions: expressions over its FROM such that its result is the union of its results with
 * each value of them put into WHERE.
 *
 *   SELECT a, count(*) FROM t GROUP BY a          key (t.a)         … WHERE t.a = ?1
 *   SELECT t.x, u.y FROM t JOIN u ON …            key (t.id)  … WHERE t.id = ?1
 *   SELECT DISTINCT a, b FROM t                   key (a, b)
 *   SELECT rank() OVER (PARTITION BY a …) FROM t  key (t.a)
 *   SELECT sum(a) FROM t                          key ()            one partition
 *
 * To keep it current: find the keys that a turn's diffs touch (touch.ts), read those partitions again, diff.
 */
export interface Block {
  readonly select: BoundSelect
  readonly keys: readonly PartitionKey[]
  readonly kind: 'rows' | 'groups' | 'distinct' | 'windows'
  /** where to find things in a row that `hydrate` and `recompute` read: the result columns come first */
  readonly layout: Layout
  readonly orderBy: readonly BoundOrderTerm[]
  /** The SELECT's own DISTINCT is left to a counting operator after it. */
  readonly distinctAfter: boolean
  /** at most one row in a partition, whichever comes first */
  readonly single: boolean
  /** a partition is read only so far; null: whole */
  readonly first: FirstRows | null
  /** conditions that touched partitions are to be found without */
  readonly leavesOut?: (condition: { readonly ast: Expr }) => boolean
}

export interface Layout {
  readonly columns: number
  readonly order: readonly number[]
  readonly keys: readonly number[]
  /** together with the keys, these name a row; where they do not (a derived table has no key), an ordinal does */
  readonly ids: readonly number[]
  /** these name it without the keys: a row that changes its partition stays the same row; null: they do not */
  readonly names: readonly number[] | null
  readonly extra: readonly Expr[]
}

export function planBlock(select: BoundSelect, orderBy: readonly BoundOrderTerm[]): Block {
  for (const source of select.sources) {
    if (source.relation.kind === 'recursive') throw new Unplannable('recursion')
    if (source.relation.kind !== 'table') continue
    const { virtual } = source.relation.table
    if (virtual !== null && !isIndexModule(virtual)) throw new Unplannable(`${virtual} table`)
  }
  for (const ranking of rankingsIn(select).values()) throw new Unplannable(`${ranking} weighs every document`)
  for (const { collation } of [...orderBy, ...select.groupBy, ...(select.distinct ? select.columns : [])]) {
    if (!isKnownCollation(collation)) throw new Unplannable(`collation ${collation}`)
  }
  if (select.distinct && orderBy.some((term) => term.column < 0)) {
    throw new Unplannable('DISTINCT ordered by what it does not select')
  }
  const { keys, kind } = chooseKeys(select)
  for (const key of keys) {
    if (!isKnownCollation(key.collation)) throw new Unplannable(`collation ${key.collation}`)
  }
  return {
    select,
    keys,
    kind,
    layout: layOut(select, keys, kind, orderBy),
    orderBy,
    distinctAfter: select.distinct && kind !== 'distinct',
    single: kind === 'distinct' || kind === 'groups',
    first: planFirstRows(select, keys),
  }
}

function layOut(
  select: BoundSelect,
  keys: readonly PartitionKey[],
  kind: Block['kind'],
  orderBy: readonly BoundOrderTerm[],
): Layout {
  const columns = select.columns.length
  const extra: Expr[] = []
  const places = new Map(select.columns.map(({ expression }, i) => [printExpression(expression.ast), i]))
  const place = (ast: Expr): number => {
    const text = printExpression(ast)
    const known = places.get(text)
    if (known !== undefined) return known
    if (kind === 'distinct') throw new Unplannable('DISTINCT with a key that it does not select')
    places.set(text, columns + extra.length)
    return columns + extra.push(ast) - 1
  }
  const keyPlaces = kind === 'distinct' ? keys.map((_, i) => i) : keys.map(({ ast }) => place(ast))
  const order = orderBy.map((term) => (term.column >= 0 ? term.column : place(term.expression.ast)))
  const ids: number[] = []
  const primaryKeys: number[] = []
  if (kind === 'rows' || (kind === 'windows' && !select.grouped)) {
    const determined = kind === 'rows' ? determinedSources(select, keys) : new Set<Source>()
    for (const source of select.sources) {
      if (determined.has(source)) continue
      for (const key of primaryKeyOf(source) ?? []) primaryKeys.push(place(key.ast))
    }
    ids.push(...primaryKeys.filter((at) => !keyPlaces.includes(at)))
  } else if (kind === 'windows') {
    for (const group of select.groupBy) {
      const at = place(group.ast)
      if (!keyPlaces.includes(at)) ids.push(at)
    }
  }
  const named =
    kind === 'windows' && !select.grouped && select.sources.every(({ relation }) => relation.kind === 'table')
  return { columns, order, keys: keyPlaces, ids, names: named ? primaryKeys : null, extra }
}
