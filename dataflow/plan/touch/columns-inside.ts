import type { Expr } from 'sqlite3-parser'
import type { BoundSelect, Source } from '../../bind/bound.ts'
import { nowhere } from '../../bind/build-ast.ts'
import { foldName } from '../../fold-name.ts'
import type { Way } from './outer-joins.ts'
import { isStable, tellsApartAs } from '../partition/partition-keys.ts'
import { replaceColumns } from '../../rewrite/replace-columns.ts'

/**
 * What a column of a derived table is inside it, so that a condition outside can be said of the tables there; null where a changed row
 * does not determine it.
 *
 *   … FROM (SELECT room AS r, count(*) AS n FROM m GROUP BY room) AS d WHERE d.r = 7 AND d.n > 2
 *   of a row of m:  d.r = 7 is room = 7;  d.n > 2 is not certain
 */
export interface Condition {
  readonly ast: Expr
  readonly sources: ReadonlySet<Source>
  /** it stands for a column that may show, or compare by, another: a key, and no part of a condition */
  readonly comparesOtherwise?: boolean
}
/** What a column means inside: null when a changed row does not determine it. */
export type Inside = ReadonlyMap<Source, (column: string) => Condition | null>

/** The columns, read above an outer join. */
export function reading(columns: Inside, { nulled, hidden }: Pick<Way, 'nulled' | 'hidden'>): Inside {
  if (nulled.size === 0 && hidden.size === 0) return columns
  const filled = [...nulled].map((source) => [source, () => nothing] as const)
  return new Map([...columns, ...[...hidden].map((source) => [source, () => null] as const), ...filled])
}

const nothing: Condition = { ast: { type: 'NullLiteral', span: nowhere }, sources: new Set() }

/** What the columns of a derived table are inside it; null for those that a changed row does not determine. */
export function columnsThrough(
  select: BoundSelect,
  derived: Source,
  limited: boolean,
  columns: Inside,
): (column: string) => Condition | null {
  const { relation } = derived
  const isSet = relation.kind === 'query' && relation.query.arms.some(({ operator }) => operator !== null && operator !== 'UNION ALL') // prettier-ignore
  const inside = new Map(
    derived.columns.map(({ name, collation }, i) => {
      const expression = select.columns[i]?.expression
      const inside =
        expression && !limited && isStable(select, i) && tellsApartAs(derived, i)
          ? substitute(expression, columns)
          : null
      // of a compound, the first arm's collation counts; and of values that are one to a set, another may be shown
      const isFolded = isSet || ((select.distinct || select.grouped) && collation !== 'BINARY')
      const isOther = expression?.collation !== collation || isFolded
      return [foldName(name), inside && isOther ? { ...inside, comparesOtherwise: true } : inside]
    }),
  )
  return (column) => inside.get(column) ?? null
}

/** Column references, replaced by what they are inside; null when one is not certain. */
export function substitute({ ast, sources }: Condition, columns: Inside): Condition | null {
  const inside = new Set([...sources].filter((source) => !columns.has(source)))
  if (inside.size === sources.size) return { ast, sources }
  const byAlias = new Map([...columns].map(([source, column]) => [source.alias, column]))
  let certain = true
  let comparesOtherwise = false
  const result = replaceColumns(ast, (alias, column) => {
    const known = byAlias.get(alias)
    if (!known) return null
    const replacement = known(column)
    if (!replacement) certain = false
    if (replacement?.comparesOtherwise) comparesOtherwise = true
    replacement?.sources.forEach((source) => inside.add(source))
    return replacement?.ast ?? null
  })
  return certain && sizeOf(result) <= mostNodes ? { ast: result, sources: inside, comparesOtherwise } : null
}

/** `x + x` of `x + x` of …: what stands for a column may double with every query in between. Past so much it counts as uncertain. */
const mostNodes = 500

/** Of an AST, as far as `mostNodes`. */
function sizeOf(ast: Expr): number {
  let size = 0
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || ++size > mostNodes) return
    for (const [name, each] of Object.entries(node)) if (name !== 'span') visit(each)
  }
  visit(ast)
  return size
}

export function columnsNamed(ast: Expr, alias: string): string[] {
  const names: string[] = []
  replaceColumns(ast, (table, column) => {
    if (table === alias) names.push(column)
    return null
  })
  return names
}
