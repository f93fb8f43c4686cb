import type { Expr, FromClause, Select, SelectFrom, SelectTable } from 'sqlite3-parser'
import type {
  BoundColumn,
  BoundQuery,
  BoundExpression,
  BoundOrderTerm,
  BoundSelect,
  BoundValues,
  From,
  Source,
} from '../bind/bound.ts'
import {
  binary,
  call,
  column,
  identifier,
  nowhere,
  parameter,
  resultColumn,
  select,
  selectFrom,
} from '../bind/build-ast.ts'
import { isKnownCollation } from '../key.ts'
import { printExpression, printSelect } from '../print/print.ts'
import { planFirstRows, withFirstRows, type FirstRows } from './first-rows.ts'
import type { Input } from './fold-plan.ts'
import { rankingIn } from './full-text.ts'
import { turnJoin, wantedBy } from './turn-joins.ts'
import { determinedSources } from './determined-sources.ts'
import { Unplannable } from './unplannable.ts'

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

export interface PartitionKey {
  readonly ast: Expr
  readonly collation: string
  readonly expression: BoundExpression | null
  readonly sources: ReadonlySet<Source>
  /** it is a column of a table in FROM: its value can be read off a diff */
  readonly plain: { readonly source: Source; readonly column: number } | null
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
    if (virtual !== null && virtual !== 'fts5') throw new Unplannable(`${virtual} table`)
  }
  const ranking = rankingIn(select, orderBy)
  if (ranking) throw new Unplannable(`${ranking} weighs every document`)
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

function chooseKeys(select: BoundSelect): { keys: PartitionKey[]; kind: Block['kind'] } {
  if (select.windows.length > 0) return { keys: windowKeys(select), kind: 'windows' }
  if (select.grouped) {
    for (const expression of select.groupBy) assertPlain(expression, 'GROUP BY')
    return { keys: select.groupBy.map(toKey), kind: 'groups' }
  }
  if (select.distinct && select.columns.every(({ expression }) => isPlain(expression))) {
    return { keys: select.columns.map(({ expression }) => toKey(expression)), kind: 'distinct' }
  }
  return { keys: rowKeys(select), kind: 'rows' }
}

/**
 * The primary key of one table that no outer join fills with NULL: its rows and all that is joined to each are a partition.
 * Best the one from which the others are found by their primary keys: then a changed row of it is one look-up.
 */
function rowKeys(select: BoundSelect): PartitionKey[] {
  if (select.sources.length === 0) return []
  const anchors = select.sources.filter((source) => !source.nullSupplied)
  const equations = equationsOf(select)
  let best: PartitionKey[] | null = null
  let bestScore = -1
  for (const source of anchors) {
    const keys = primaryKeyOf(source)
    if (!keys) continue
    const score = equations.filter(
      ({ column, other }) => column.source !== source && isKeyColumn(column) && other.sources.has(source),
    ).length
    // a changed document is looked up best by its own rowid, beside the MATCH
    const isDocument = source.relation.kind === 'table' && source.relation.table.virtual !== null
    if (score + Number(isDocument) > bestScore) [best, bestScore] = [keys, score + Number(isDocument)]
  }
  if (best) return best
  if (anchors.length === 0) {
    const keys = select.from && sideKeys(select.from)
    if (!keys) throw new Unplannable('no key for the rows of FROM')
    return keys
  }
  const derived = anchors.flatMap((source) => stableColumnsOf(source))
  if (derived.length === 0 && !select.sources.every(isConstant)) throw new Unplannable('no key for the rows of FROM')
  return derived
}

/** FULL JOIN: a row is known by its two sides, of which one may be NULL. */
function sideKeys(from: From): PartitionKey[] | null {
  if (from.kind === 'source') {
    const keys = primaryKeyOf(from.source) ?? stableColumnsOf(from.source)
    return keys.length > 0 ? keys : null
  }
  if (from.join === 'left') return sideKeys(from.left)
  if (from.join === 'right') return sideKeys(from.right)
  const [left, right] = [sideKeys(from.left), sideKeys(from.right)]
  if (from.join === 'inner') return left ?? right
  return left && right && [...left, ...right]
}

/** `json_each('[1, 2]')`: the same rows whatever the tables hold */
function isConstant({ relation }: Source): boolean {
  const isFixed = (query: BoundQuery) =>
    query.sources.every(isConstant) &&
    query.outer.length === 0 &&
    query.arms.every((arm) => arm.kind === 'select' || !arm.rows.some((row) => row.some((each) => each.subquery)))
  if (relation.kind === 'function') {
    return relation.arguments.every((each) => each.sources.size === 0 && !each.subquery && each.deterministic)
  }
  if (relation.kind === 'recursive') return !relation.query || isFixed(relation.query)
  return relation.kind === 'query' && isFixed(relation.query)
}

/** VALUES as a SELECT over itself. */
export function selectOfValues({ ast, columns, operator, rows }: BoundValues): BoundSelect {
  if (rows.some((row) => row.some((each) => each.subquery))) throw new Unplannable('a subquery in VALUES')
  const values: SelectTable = { type: 'SelectSelectTable', select: select(ast), alias: undefined, span: nowhere }
  const from = { type: 'FromClause', select: values, joins: undefined, span: nowhere } as const
  const names = columns.map((_, i) => resultColumn(identifier(`column${i + 1}`)))
  return {
    kind: 'select',
    operator,
    ast: selectFrom(names, from),
    columns,
    distinct: false,
    from: null,
    sources: [],
    where: [],
    grouped: false,
    groupBy: [],
    having: null,
    aggregates: [],
    windows: [],
  }
}

/** Each row of VALUES as a SELECT without FROM. */
export function selectsOfValues({ columns, operator, rows }: BoundValues): BoundSelect[] {
  return rows.map((row) => ({
    kind: 'select',
    operator,
    ast: selectFrom(
      row.map(({ ast }) => resultColumn(ast)),
      undefined,
    ),
    columns: columns.map((column, i) => ({ ...column, expression: row[i]! })),
    distinct: false,
    from: null,
    sources: [],
    where: [],
    grouped: false,
    groupBy: [],
    having: null,
    aggregates: [],
    windows: [],
  }))
}

function equationsOf(select: BoundSelect): { column: BoundColumn; other: BoundExpression }[] {
  const ons = (from: From | null): readonly BoundExpression[] =>
    from?.kind === 'join' ? [...from.on, ...ons(from.left), ...ons(from.right)] : []
  return [...select.where, ...ons(select.from)].flatMap((each) => {
    if (each.kind !== 'comparison' || each.operator !== '=') return []
    const { left, right } = each
    return [
      ...(left.kind === 'column' ? [{ column: left, other: right }] : []),
      ...(right.kind === 'column' ? [{ column: right, other: left }] : []),
    ]
  })
}

function isKeyColumn({ source, column }: BoundColumn): boolean {
  if (source.relation.kind !== 'table') return false
  const { table } = source.relation
  return (
    column === -1 || column === table.rowidColumn || (table.primaryKey.length === 1 && table.primaryKey[0] === column)
  )
}

function primaryKeyOf(source: Source): PartitionKey[] | null {
  if (source.relation.kind !== 'table') return null
  const { table } = source.relation
  if (!table.withoutRowid) {
    if (table.rowidName === null && table.rowidColumn < 0)
      throw new Unplannable(`the rowid of ${table.name} has no name`)
    const name = table.rowidColumn >= 0 ? table.columns[table.rowidColumn]!.name : table.rowidName!
    return [plainKey(source, table.columns.length, name, 'BINARY')]
  }
  return table.primaryKey.map((index, i) => {
    const { name, collation } = table.columns[index]!
    const comparedBy = table.keyCollations[i]!
    const key = plainKey(source, index, name, comparedBy)
    if (comparedBy === collation) return key
    return { ...key, ast: { type: 'CollateExpr', expr: key.ast, collation: comparedBy, span: nowhere } }
  })
}

function plainKey(source: Source, index: number, name: string, collation: string): PartitionKey {
  return {
    ast: column(source.alias, name),
    collation,
    expression: null,
    sources: new Set([source]),
    plain: { source, column: index },
  }
}

/** Columns of a derived table by which its own partitions are known: all of a plain SELECT, the group keys of a grouped one. */
function stableColumnsOf(source: Source): PartitionKey[] {
  const { relation } = source
  const isKnown = (index: number) =>
    isConstant(source) ||
    (relation.kind === 'query' &&
      !relation.query.limit &&
      tellsApartAs(source, index) &&
      relation.query.arms.every((arm) => arm.kind === 'select' && isStable(arm, index)))
  return source.columns.flatMap((each, index) => {
    if (each.hidden || !isKnownCollation(each.collation) || !isKnown(index)) return []
    return [
      {
        ast: column(source.alias, each.name),
        collation: each.collation,
        expression: null,
        sources: new Set([source]),
        plain: null,
      },
    ]
  })
}

/** Rows of a compound that its sets call equal, but not the query around it, stand for each other there. */
export function tellsApartAs({ relation, columns }: Source, index: number): boolean {
  if (relation.kind !== 'query') return true
  const { arms, columns: own } = relation.query
  return (
    arms.every(({ operator }) => operator === null || operator === 'UNION ALL') ||
    own[index]?.collation === columns[index]?.collation
  )
}

/** The value of this result column is the same for a changed row as for all rows whose result that change can touch. */
export function isStable(select: BoundSelect, index: number): boolean {
  const { expression } = select.columns[index]!
  if (!isPlain(expression)) return false
  const text = printExpression(expression.ast)
  if (select.grouped && !select.groupBy.some((group) => printExpression(group.ast) === text)) return false
  return select.windows.every((call) => call.partitionBy.some((each) => printExpression(each.ast) === text))
}

function windowKeys(select: BoundSelect): PartitionKey[] {
  const [first, ...others] = select.windows
  const common = first!.partitionBy.filter((expression) => {
    const text = printExpression(expression.ast)
    return (
      isPlain(expression) &&
      others.every((call) => call.partitionBy.some((each) => printExpression(each.ast) === text)) &&
      (!select.grouped || select.groupBy.some((group) => printExpression(group.ast) === text))
    )
  })
  // none: a row that comes or goes can move the whole of it
  return common.map(toKey)
}

function toKey(expression: BoundExpression): PartitionKey {
  const plain =
    expression.kind === 'column' &&
    expression.source.relation.kind === 'table' &&
    expression.source.relation.table.columns[expression.column]?.generated !== 'virtual' &&
    (expression.source.relation.table.virtual === null || expression.column === -1)
      ? {
          source: expression.source,
          column: expression.column === -1 ? expression.source.relation.table.columns.length : expression.column,
        }
      : null
  return { ast: expression.ast, collation: expression.collation, expression, sources: expression.sources, plain }
}

function isPlain(expression: BoundExpression): boolean {
  return !expression.subquery && !expression.aggregate && !expression.window && expression.deterministic
}

function assertPlain(expression: BoundExpression, where: string): void {
  if (!isPlain(expression)) throw new Unplannable(`a subquery in ${where}`)
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

/** All partitions, ordered, with a tie-break where a window is to be cut from them. */
export function hydrateSql(
  block: Block,
  cut: { readonly limit: number; readonly descendingTies: boolean } | null,
): string {
  const tied = cut ? block.layout.keys.filter((place) => !block.layout.order.includes(place)) : []
  const order = [
    ...block.orderBy.map((term, i) => ({
      type: 'SortedColumn' as const,
      expr: orderedBy(block, i),
      order: term.descending ? ('Desc' as const) : ('Asc' as const),
      nulls: term.nullsFirst ? ('First' as const) : ('Last' as const),
      span: nowhere,
    })),
    ...[...tied, ...(cut ? block.layout.ids : [])].map((place) => ({
      type: 'SortedColumn' as const,
      expr: number(place + 1),
      order: cut!.descendingTies ? ('Desc' as const) : ('Asc' as const),
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

function number(value: number): Expr {
  return { type: 'NumericLiteral', value: String(value), span: nowhere }
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
