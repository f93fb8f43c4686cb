import type { Expr } from 'sqlite3-parser'
import type { BoundColumn, BoundExpression, BoundSelect, From, Source } from '../../bind/bound.ts'
import { column, nowhere } from '../../bind/build-ast.ts'
import { isKnownCollation } from '../../key.ts'
import { printExpression } from '../../print/print.ts'
import type { Block } from './block.ts'
import { Unplannable } from '../unplannable.ts'

/**
 * By what a block is cut into partitions. Law: a row of FROM is in one partition alone, and what the SELECT makes of a partition
 * depends on no other.
 *
 *   SELECT t.x, u.y FROM t JOIN u ON …   (t.id)       SELECT a, count(*) FROM t GROUP BY a           (t.a)
 *   SELECT DISTINCT a, b FROM t          (a, b)       SELECT rank() OVER (PARTITION BY a …) FROM t   (t.a)
 */
export interface PartitionKey {
  readonly ast: Expr
  readonly collation: string
  readonly expression: BoundExpression | null
  readonly sources: ReadonlySet<Source>
  /** it is a column of a table in FROM: its value can be read off a diff */
  readonly plain: { readonly source: Source; readonly column: number } | null
}

export function chooseKeys(select: BoundSelect): { keys: PartitionKey[]; kind: Block['kind'] } {
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
function isConstant(source: Source): boolean {
  const { relation } = source
  const isFixed = ({ relation }: Source) => {
    if (relation.kind === 'function') {
      return relation.arguments.every((each) => each.sources.size === 0 && !each.subquery && each.deterministic)
    }
    return relation.kind !== 'table' && (!relation.query || relation.query.outer.length === 0)
  }
  // a query's sources are those of all queries in it
  const inside = relation.kind === 'query' || relation.kind === 'recursive' ? (relation.query?.sources ?? []) : []
  return [source, ...inside].every(isFixed)
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

export function primaryKeyOf(source: Source): PartitionKey[] | null {
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

export function windowKeys(select: BoundSelect): PartitionKey[] {
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
