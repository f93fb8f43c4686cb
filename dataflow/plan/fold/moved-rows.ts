import type { Expr } from 'sqlite3-parser'
import type { BoundExpression, BoundSelect, From, Source } from '../../bind/bound.ts'
import { column, nowhere } from '../../bind/build-ast.ts'
import { changeColumn } from '../../capture/diff-tables.ts'
import type { CatalogTable } from '../../catalog/catalog.ts'
import { printExpression } from '../../print/print.ts'
import { quoteIdentifier as quote } from '../../print/quote-identifier.ts'
import type { Input } from './fold-plan.ts'
import { joinOrder } from '../touch/join-order.ts'
import { replaceColumns } from '../../rewrite/replace-columns.ts'

/**
 * Which rows of FROM … WHERE left, and which came, when rows of its tables did?
 *
 * Law: Σ weight · row over all statements = rows now − rows before. SQLite holds what is now; before is now less the changes,
 *   Δ(a ⋈ b) = Δa ⋈ b + (a − Δa) ⋈ Δb
 * so there is a statement for each changed table, and for each choice at the changed ones before it, which count negatively.
 * A change of b in `a LEFT JOIN b ON p` moves the rows that match it, and those of a that stand alone now, or did before.
 *
 *   a = {1, 2}, b = {}; 1 comes into b      +(1, 1)    matched
 *                                           −(1, NULL) filled: weight = none match now − none matched before
 */
export interface MovedRows {
  /** `changed`: those sources whose tables changed. Null: too many. */
  sqls(
    changed: readonly Source[],
    inputs: readonly Input[],
    nameOfChanged: (table: CatalogTable) => string,
  ): readonly string[] | null
}

/** What stands for a source: its rows now; its changed rows; its changed rows to find what has, or had, none of it. */
type Stand = 'now' | 'changed' | 'filled'

interface Place {
  readonly source: Source
  readonly table: CatalogTable
  /** of the LEFT JOIN on whose right side it is */
  readonly on: readonly BoundExpression[] | null
}

const mostStatements = 32

/** Null where FROM is more than tables, inner and LEFT JOINs. */
export function planMovedRows({ from, where }: BoundSelect): MovedRows | null {
  const conditions = [...where]
  const places: Place[] = []
  if (!from || !flatten(from, null, places, conditions)) return null
  if ([...conditions, ...places.flatMap(({ on }) => on ?? [])].some(({ subquery }) => subquery)) return null
  return {
    sqls(changed, inputs, nameOfChanged) {
      const moving = places.filter(({ source }) => changed.includes(source))
      const choices = moving.flatMap((place, i) => choicesAt(place, moving.slice(0, i)))
      if (choices.length > mostStatements) return null
      return choices.map((stands) => print(places, conditions, stands, inputs, nameOfChanged))
    },
  }
}

function flatten(
  from: From,
  on: readonly BoundExpression[] | null,
  places: Place[],
  conditions: BoundExpression[],
): boolean {
  if (from.kind === 'source') {
    const { source } = from
    if (source.relation.kind !== 'table' || source.relation.table.virtual !== null) return false
    places.push({ source, table: source.relation.table, on })
    return true
  }
  if (from.join === 'inner') {
    conditions.push(...from.on)
    return on === null && flatten(from.left, null, places, conditions) && flatten(from.right, null, places, conditions)
  }
  if (from.join !== 'left' || from.right.kind !== 'source') return false
  return flatten(from.left, null, places, conditions) && flatten(from.right, from.on, places, conditions)
}

/** Beginning at the changed rows of one place, with each choice of what those before it were. */
function choicesAt(first: Place, before: readonly Place[]): ReadonlyMap<Source, Stand>[] {
  const changes = ({ on }: Place): Stand[] => (on ? ['changed', 'filled'] : ['changed'])
  let choices = changes(first).map((stand) => new Map([[first.source, stand]]))
  for (const place of before) {
    const stands: Stand[] = ['now', ...changes(place)]
    choices = choices.flatMap((choice) => stands.map((stand) => new Map([...choice, [place.source, stand]])))
  }
  return choices
}

function print(
  places: readonly Place[],
  conditions: readonly BoundExpression[],
  stands: ReadonlyMap<Source, Stand>,
  inputs: readonly Input[],
  nameOfChanged: (table: CatalogTable) => string,
): string {
  const [first] = stands.keys()
  const standOf = (source: Source): Stand => stands.get(source) ?? 'now'
  const placeOf = new Map(places.map((place) => [place.source, place]))
  const filled = new Set(places.filter(({ source }) => standOf(source) === 'filled').map(({ source }) => source.alias))
  /** `own`: a source whose columns are what they were found by, though it stands filled */
  const show = ({ ast }: { readonly ast: Expr }, own?: Source): string => {
    if (filled.size === 0) return printExpression(ast)
    return printExpression(replaceColumns(ast, (alias) => (filled.has(alias) && alias !== own?.alias ? nothing : null)))
  }
  const onOf = ({ source, on }: Place) => on!.map((each) => show(each, source)).join(' AND ') || '1'

  const weights: string[] = []
  const where = conditions.map((each) => show(each))
  for (const place of places) {
    const { source, table, on } = place
    const stand = standOf(source)
    if (stand === 'now') continue
    const change = (alias: string) => `${quote(alias)}.${quote(changeColumn(table))}`
    if (on) where.push(onOf(place))
    const minus = source === first ? '' : '-'
    if (stand === 'changed') {
      weights.push(`${minus}sign(${change(source.alias)})`)
      continue
    }
    // under aliases of their own: those that match it now, and those of the changed ones
    const [now, other] = [`live now ${source.alias}`, `live changed ${source.alias}`]
    const matching = (alias: string) =>
      on!.map((each) => show(renamed(each, source, alias), source)).join(' AND ') || '1'
    // more of them than changed need not be counted
    const matchNow = `(SELECT count(*) FROM (SELECT 1 FROM ${nameOf(table)} AS ${quote(now)} WHERE ${matching(now)} LIMIT 1 + (SELECT count(*) FROM ${nameOfChanged(table)})))`
    const ofChanged = (value: string) =>
      `(SELECT ${value} FROM ${nameOfChanged(table)} AS ${quote(other)} WHERE ${matching(other)})`
    const weight = `((${matchNow} = 0) - (${matchNow} = ${ofChanged(`sum(sign(${change(other)}))`)}))`
    weights.push(minus + weight)
    // once for all changed rows that match
    where.push(`${weight} <> 0`, `${change(source.alias)} = ${ofChanged(`min(${change(other)})`)}`)
  }

  const ties = [...conditions, ...places.flatMap(({ on }) => on ?? [])]
  const waitsFor = (source: Source): Iterable<Source> => {
    const { on } = placeOf.get(source)!
    if (!on || standOf(source) !== 'now') return []
    return on.flatMap(({ sources }) => [...sources]).filter((each) => each !== source)
  }
  const order = joinOrder(first!, new Set(placeOf.keys()), ties, waitsFor)
  const from = order.map((source, i) => {
    const place = placeOf.get(source)!
    const stand = standOf(source)
    const rows = `${stand === 'now' ? nameOf(place.table) : nameOfChanged(place.table)} AS ${quote(source.alias)}`
    if (i === 0) return rows
    return place.on && stand === 'now' ? `LEFT JOIN ${rows} ON ${onOf(place)}` : `CROSS JOIN ${rows}`
  })
  const values = inputs.map(({ expression, filter }) => {
    const value = expression ? show(expression) : '1'
    return filter ? `CASE WHEN ${show(filter)} THEN ${value} END` : value
  })
  const filter = where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''
  return `SELECT ${[...values, weights.join(' * ')].join(', ')} FROM ${from.join(' ')}${filter}`
}

/** With the columns of `source` read under another alias. */
function renamed({ ast }: { readonly ast: Expr }, source: Source, alias: string): { readonly ast: Expr } {
  return { ast: replaceColumns(ast, (table, name) => (table === source.alias ? column(alias, name) : null)) }
}

const nothing: Expr = { type: 'NullLiteral', span: nowhere }

function nameOf({ schema, name }: CatalogTable): string {
  return `${quote(schema)}.${quote(name)}`
}
