import { foldName } from '../../fold-name.ts'
import type { Expr } from 'sqlite3-parser'
import type { BoundExpression, BoundQuery, BoundSelect, BoundSubquery, Source } from '../../bind/bound.ts'
import { named } from '../../bind/term.ts'
import { binary, nowhere } from '../../bind/build-ast.ts'
import { tableKey } from '../../table-key.ts'
import type { CatalogTable } from '../../catalog/catalog.ts'
import { printExpression, printSelect } from '../../print/print.ts'
import { quoteIdentifier as quote } from '../../print/quote-identifier.ts'
import type { Block } from '../partition/block.ts'
import { columnsNamed, columnsThrough, reading, substitute, type Condition, type Inside } from './columns-inside.ts'
import type { Occurrence, Step } from '../sources/occurrences.ts'
import { isStable } from '../partition/partition-keys.ts'
import { asksMatch, isFullText } from '../sources/full-text.ts'
import { argumentSources, joinOrder } from './join-order.ts'
import { waysThrough, type Way } from './outer-joins.ts'
import { Unplannable } from '../unplannable.ts'

/** What stands for a table in a statement. */
export type Stand = 'table' | 'changed'

/**
 * Which partitions can a diff of a table touch? For every place where the query reads the table, this makes SQL that names them.
 *
 * Law: a superset of the keys of all rows, before grouping, in which a changed row took part before the turn or takes part after
 * it. A superset costs time, never truth. So the path from the table up to the block's FROM is laid out as one flat
 * inner join, beginning at the changed rows (old and new images, in a typed temp table), and every condition that is
 * not certain is left out: those with subqueries, on columns that an outer join may fill, on aggregates below.
 *
 *   SELECT c.name, (SELECT count(*) FROM o WHERE o.c = c.id AND o.x > 3) FROM c      key (c.id), table o
 *   → SELECT DISTINCT c.id FROM delta_o AS o CROSS JOIN c WHERE o.c = c.id AND o.x > 3
 *   SELECT c.name, x * 100.0 / (SELECT sum(x) FROM o WHERE o.y > 3) FROM c            key (c.id), table o
 *   → SELECT 1 FROM delta_o AS o WHERE o.y > 3 LIMIT 1, and then every partition
 *
 * Where another table of the path changed in the same turn, its old rows count too: one statement for each choice of new
 * table or changed rows.
 */
export interface TouchPlan {
  /** Nothing ties a changed row to the key: if the statement gives a row, which is no key then, every partition is touched. */
  readonly isOfEvery: boolean
  /** It gives a row for every changed one. */
  readonly isSure: boolean
  /** other places on the path that read tables: what they hold must be said when those tables changed in the turn too */
  readonly others: readonly Source[]
  sql(stands: ReadonlyMap<Source, Stand>, nameOfChanged: (table: CatalogTable) => string): string
}

/** The path, laid out flat as far as it was followed. */
interface Layout {
  readonly alive: ReadonlySet<Source>
  readonly conditions: readonly Condition[]
  readonly columns: Inside
}

const mostLayouts = 24

/** Null: every partition may be touched. `changed`: the tables (as `tableKey` names them) that changed in this turn. */
export function planTouches(
  block: Block,
  { source, path }: Occurrence,
  changed: ReadonlySet<string>,
): TouchPlan[] | null {
  const wanted = wantedAlong(block, path)
  let layouts: Layout[] = [{ alive: new Set([source]), conditions: [], columns: new Map() }]
  for (const [i, step] of path.entries()) {
    const below = i > 0 ? path[i - 1]!.select : null
    layouts = layouts.flatMap((layout) => follow(layout, step, below, source, wanted[i]!))
    if (layouts.length > mostLayouts) return null
  }
  const plans = layouts.map((layout) => finish(block, source, layout, changed))
  if (plans.includes(null)) return null
  const texts = new Map((plans as TouchPlan[]).map((each) => [each.sql(new Map(), ({ name }) => name), each]))
  return [...texts.values()]
}

/** For every step, the sources of its FROM whose values make the key. */
function wantedAlong({ keys }: Block, path: readonly Step[]): ReadonlySet<Source>[] {
  const wanted: ReadonlySet<Source>[] = []
  let expressions: readonly Condition[] = keys
  for (let i = path.length - 1; i >= 0; i--) {
    wanted[i] = new Set(expressions.flatMap(({ sources }) => [...sources]))
    const { through } = path[i]!
    const below = i > 0 ? path[i - 1]!.select : null
    const names = through ? new Set(expressions.flatMap(({ ast }) => columnsNamed(ast, through.alias))) : new Set()
    expressions = (through?.columns ?? []).flatMap(({ name }, at) => {
      const column = names.has(foldName(name)) ? below?.columns[at] : undefined
      return column ? [column.expression] : []
    })
  }
  return wanted
}

/** One step outwards: each way in which an outer join may have filled the row is a layout of its own. */
function follow(
  { alive, conditions, columns }: Layout,
  { select, through, limited, membership }: Step,
  below: BoundSelect | null,
  changed: Source,
  wanted: ReadonlySet<Source>,
): Layout[] {
  const derived = below && through ? new Map([...columns, [through, columnsThrough(below, through, limited, columns)]]) : columns // prettier-ignore
  const met = (below && membership && !limited && meetings(membership, below, select, derived)) || null
  const ways = select.from ? waysThrough(select.from, through, wanted) : [nowhereElse]
  return ways.flatMap((way) => {
    const above = reading(derived, way)
    const filled = new Set([...way.nulled, ...way.hidden])
    const next = [
      ...conditions.filter(({ sources }) => [...sources].every((each) => !filled.has(each))),
      ...way.on.flatMap((each) => conditionOf(each.expression, reading(derived, each))),
      ...select.where.flatMap((each) => conditionOf(each, above)),
    ]
    const sources = new Set([...alive, ...[...way.sources].filter((each) => each !== through || each === changed)])
    return (met ?? [null]).map((each) => ({
      alive: sources,
      conditions: each ? [...next, each] : next,
      columns: above,
    }))
  })
}

const nowhereElse: Way = { sources: new Set(), on: [], nulled: new Set(), hidden: new Set() }

function conditionOf(expression: BoundExpression, columns: Inside): Condition[] {
  if (expression.subquery || expression.aggregate || expression.window || !expression.deterministic) return []
  if (asksMatch(expression.ast)) return []
  const inside = substitute(expression, columns)
  return inside && !inside.comparesOtherwise ? [inside] : []
}

function finish(
  block: Block,
  source: Source,
  { alive: sources, conditions, columns }: Layout,
  changed: ReadonlySet<string>,
): TouchPlan | null {
  const alive = new Set(sources)
  for (const each of alive) {
    if (each === source) continue
    const { relation } = each
    if (relation.kind === 'recursive') alive.delete(each)
    // its old rows are not at hand, and a correlated one may look at what is gone from here
    if (relation.kind === 'query' && (readsAny(relation.query, changed) || relation.query.outer.length > 0)) {
      alive.delete(each)
    }
  }
  dropDanglingFunctions(alive)
  const isAlive = (sources: ReadonlySet<Source>) => [...sources].every((each) => alive.has(each))
  // of a changed document only the rowid is known
  const isKnown = ({ ast, sources }: Condition) =>
    [...sources].every((each) => !isFullText(each) || saysOnlyRowid(ast, each, each === source || isChanged(each, changed))) // prettier-ignore
  const keys: Condition[] = []
  for (const key of block.keys) {
    const inside = substitute(key, columns)
    if (!inside || !isAlive(inside.sources) || !isKnown(inside)) return null
    keys.push(inside)
  }
  const kept = conditions.filter((each) => isAlive(each.sources) && isKnown(each) && !block.leavesOut?.(each))
  const ofKeys = keys.flatMap((key) => [...key.sources])
  const own = tiedTo(new Set([source]), kept, alive)
  const isOfEvery = keys.length > 0 && !ofKeys.some((each) => own.has(each))
  const tied = isOfEvery ? own : tiedTo(new Set([source, ...ofKeys]), kept, alive)
  const held = kept.filter(({ sources }) => [...sources].every((each) => tied.has(each)))
  const named = isOfEvery ? [] : keys.map(({ ast }) => ast)
  return { ...plan(named, joinOrder(source, tied, held), held, changed), isOfEvery }
}

/** Sources that no condition ties to the wanted ones say no more than that they have rows. */
function tiedTo(
  wanted: ReadonlySet<Source>,
  conditions: readonly Condition[],
  alive: ReadonlySet<Source>,
): ReadonlySet<Source> {
  const tied = new Set(wanted)
  for (let size = 0; size < tied.size;) {
    size = tied.size
    for (const { sources } of conditions) {
      if ([...sources].some((each) => tied.has(each))) for (const each of sources) tied.add(each)
    }
    // a function goes with what its arguments read
    for (const each of alive) if (tied.has(each)) for (const source of argumentSources(each)) tied.add(source)
  }
  return tied
}

function plan(
  keys: readonly Expr[],
  order: readonly Source[],
  conditions: readonly Condition[],
  changed: ReadonlySet<string>,
): Omit<TouchPlan, 'isOfEvery'> {
  // inside, a column may fold what the key tells apart
  const apart = keys.map((expr): Expr => ({ type: 'CollateExpr', expr, collation: 'BINARY', span: nowhere }))
  const select = keys.length > 0 ? `SELECT DISTINCT ${apart.map(printExpression).join(', ')}` : 'SELECT 1'
  const where = conditions.length > 0 ? ` WHERE ${conditions.map(({ ast }) => printExpression(ast)).join(' AND ')}` : ''
  return {
    isSure: conditions.length === 0 && order.length === 1,
    others: order
      .slice(1)
      .filter(
        ({ relation }) =>
          relation.kind === 'table' && changed.has(tableKey(relation.table.schema, relation.table.name)),
      ),
    sql: (stands, nameOfChanged) => {
      const from = order
        .map((each) => printSource(each, stands.get(each) ?? 'table', nameOfChanged))
        .join(' CROSS JOIN ')
      return `${select} FROM ${from}${where}${keys.length > 0 ? '' : ' LIMIT 1'}`
    },
  }
}

/**
 * Rows of `x IN (SELECT y …)` that a changed y can touch: those with x = y; for NOT IN, and where unknown and false differ, also all when
 * y is NULL, and those whose x is NULL.
 */
function meetings(
  { operand, not, comparison, query }: BoundSubquery,
  select: BoundSelect,
  outer: BoundSelect,
  columns: Inside,
): Condition[] | null {
  if (!operand || operand.kind === 'row' || operand.subquery || operand.aggregate || operand.window) return null
  if (select.columns.length !== 1 || !isStable(select, 0) || !comparison || query.arms.length > 1) return null
  const member = select.columns[0]!.expression
  if (!mentionsNoFilledSource(member) || !mentionsNoFilledSource(operand)) return null
  const [xInside, yInside] = [substitute(operand, columns), substitute(member, columns)]
  if (!xInside || !yInside) return null
  const [x, y] = [xInside.ast, yInside.ast]
  const sources = new Set([...xInside.sources, ...yInside.sources])
  const collated: Expr = { type: 'CollateExpr', expr: x, collation: comparison.comparedBy, span: nowhere }
  const ways: Condition[] = [{ ast: binary(comparison.comparedBy === 'BINARY' ? x : collated, 'Equals', y), sources }]
  const isConjunct = !not && outer.where.some((each) => each.kind === 'subquery' && each.query === query)
  if (isConjunct) return ways
  if (!member.notNull) ways.push({ ast: { type: 'IsNullExpr', expr: y, span: nowhere }, sources: yInside.sources })
  if (!operand.notNull) ways.push({ ast: { type: 'IsNullExpr', expr: x, span: nowhere }, sources: xInside.sources })
  return ways
}

function mentionsNoFilledSource(expression: BoundExpression): boolean {
  for (const source of expression.sources) if (source.nullSupplied) return false
  return true
}

/** Hidden columns mean something to MATCH alone. */
function saysOnlyRowid(ast: Expr, { alias, columns }: Source, isChanged: boolean): boolean {
  const unknown = new Set(columns.filter(({ hidden }) => isChanged || hidden).map(({ name }) => foldName(name)))
  return columnsNamed(ast, alias).every((name) => !unknown.has(name))
}

function isChanged({ relation }: Source, changed: ReadonlySet<string>): boolean {
  return relation.kind === 'table' && changed.has(tableKey(relation.table.schema, relation.table.name))
}

function readsAny(query: BoundQuery, changed: ReadonlySet<string>): boolean {
  return query.sources.some(
    ({ relation }) => relation.kind === 'table' && changed.has(tableKey(relation.table.schema, relation.table.name)),
  )
}

function dropDanglingFunctions(alive: Set<Source>): void {
  for (let again = true; again;) {
    again = false
    for (const each of alive) {
      if (each.relation.kind !== 'function') continue
      if (
        each.relation.arguments.every(
          (argument) => !argument.subquery && [...argument.sources].every((s) => alive.has(s)),
        )
      )
        continue
      alive.delete(each)
      again = true
    }
  }
}

function printSource(source: Source, stand: Stand, nameOfChanged: (table: CatalogTable) => string): string {
  const { relation } = source
  const alias = ` AS ${quote(source.alias)}`
  switch (relation.kind) {
    case 'table':
      return (
        (stand === 'changed'
          ? nameOfChanged(relation.table)
          : `${quote(relation.table.schema)}.${quote(relation.table.name)}`) + alias
      )
    case 'query':
      return `(${printSelect(
        named(
          relation.query,
          source.columns.map(({ name }) => name),
        ),
      )})${alias}`
    case 'function':
      return `${quote(relation.name)}(${relation.arguments.map(({ ast }) => printExpression(ast)).join(', ')})${alias}`
    case 'recursive':
      throw new Unplannable('recursion')
  }
}
