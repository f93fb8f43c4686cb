import type { Expr } from 'sqlite3-parser'
import type { Source } from '../../bind/bound.ts'
import type { CatalogTable } from '../../catalog/catalog.ts'
import { foldName } from '../../fold-name.ts'

/**
 * In which order does a statement that begins at the changed rows read the other tables? SQLite keeps the order of CROSS JOIN,
 * and knows no better: it holds a temp table of three changed rows for a large one.
 *
 *   changed t · rooms r · members m     WHERE t.room = r.id AND r.space = m.space AND t.author <> m.person
 *   → t, r, m: one row of r by its key; not t, m, r, which reads all members for the sake of the <>
 *
 * From the changed rows on, always the source that is tied best to those before it: by its key, else by an index, else by an
 * equation, else by most conditions.
 */
export interface JoinCondition {
  readonly ast: Expr
  readonly sources: ReadonlySet<Source>
}

export function joinOrder(
  first: Source,
  alive: ReadonlySet<Source>,
  conditions: readonly JoinCondition[],
  /** sources that must come before it */
  waitsFor: (source: Source) => Iterable<Source> = argumentSources,
): readonly Source[] {
  const order = [first]
  const rest = new Set(alive)
  rest.delete(first)
  while (rest.size > 0) {
    let best: Source | null = null
    let bestTie = -1
    for (const each of rest) {
      if (![...waitsFor(each)].every((source) => !rest.has(source))) continue
      const own = conditions.filter(
        ({ sources }) => sources.has(each) && [...sources].every((source) => source === each || !rest.has(source)),
      )
      const tie = own.reduce((sum, condition) => sum + tieOf(each, condition), 0)
      if (tie > bestTie) [best, bestTie] = [each, tie]
    }
    order.push(best!)
    rest.delete(best!)
  }
  return order
}

/** What the arguments of a table-valued function read. */
export function argumentSources({ relation }: Source): Set<Source> {
  return new Set(relation.kind === 'function' ? relation.arguments.flatMap((argument) => [...argument.sources]) : [])
}

function tieOf(source: Source, { ast, sources }: JoinCondition): number {
  const rest = sources.size > 1 ? 3 : 1
  if (ast.type === 'InListExpr') return reachOf(source, ast.lhs) === 'none' || ast.not ? rest : 20
  if (ast.type !== 'BinaryExpr' || (ast.op !== 'Equals' && ast.op !== 'Is')) return rest
  const reaches = [reachOf(source, ast.left), reachOf(source, ast.right)]
  if (reaches.includes('key')) return 1000
  if (reaches.includes('index')) return 100
  return sources.size > 1 ? 10 : 2
}

/** How SQLite reaches the rows of a source by this expression. */
function reachOf({ alias, relation }: Source, expression: Expr): 'key' | 'index' | 'none' {
  if (relation.kind !== 'table' || expression.type !== 'QualifiedExpr' || expression.table?.text !== alias)
    return 'none'
  const { table } = relation
  const name = foldName(expression.column.text)
  if (isRowid(table, name)) return 'key'
  const column = table.columns.findIndex((each) => foldName(each.name) === name)
  const [leading] = table.primaryKey
  if (leading === column) return table.primaryKey.length === 1 ? 'key' : 'index'
  const serving = table.indexes.filter((each) => !each.partial && each.columns[0]?.column === column)
  if (serving.some(({ unique, columns }) => unique && columns.length === 1)) return 'key'
  return serving.length > 0 ? 'index' : 'none'
}

function isRowid({ columns, rowidColumn, rowidName }: CatalogTable, name: string): boolean {
  const column = rowidColumn === -1 ? rowidName : columns[rowidColumn]!.name
  return column !== null && name === foldName(column)
}
