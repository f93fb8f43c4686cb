import { type Expr, type OneSelect, type Select, type SelectValues, traverse } from 'sqlite3-parser'
import type { BoundExpression } from './bound.ts'
import { nowhere, select, selectFrom } from './build-ast.ts'
import { Unsupported } from './unsupported.ts'

/**
 * VALUES of several rows means one of two things to SQLite, by where it stands (insert.c, sqlite3MultiValues):
 *
 *   in a view, or behind a WITH       VALUES (1) UNION ALL VALUES (2)      every row tells the columns' affinity and collation
 *   elsewhere, of constant rows       SELECT * FROM (VALUES (1), (2))      the columns have none
 *
 * Law: what this returns means the same wherever it is printed. A plain row has neither affinity nor collation: alone, VALUES of plain
 * rows means the same both ways.
 *
 * `isUnion`: does it stand in a view, or behind a WITH?
 */
export function spellValues(ast: Select, isUnion: IsUnion): Select {
  const compounds = ast.compounds ?? []
  if (![ast.select, ...compounds.map((each) => each.select)].some(isSeveral)) return ast
  const first = asCompound(spellFirst(ast.select, isUnion, compounds.length > 0))
  const later = compounds.map((each) => ({ ...each, select: spellLater(each.select, isUnion) }))
  return { ...ast, select: first.select, compounds: [...first.compounds!, ...later] }
}

/** SQLite takes no more than 500 terms in a compound. */
const mostRows = 100

function spellFirst(one: OneSelect, isUnion: IsUnion, beside: boolean): OneSelect[] {
  if (!isSeveral(one)) return [one]
  const rows = one.values.map((row) => row.values.map(natureOf))
  const isPlain = rows.every((row) => row.every((each) => !each.isTyped))
  if (isPlain && !beside) return [one]
  if (isUnion(one) || rows.slice(1).every((row) => row.some((each) => each.varies))) {
    if (one.values.length <= mostRows) return one.values.map((row) => ({ ...one, values: [row] }))
  } else if (isPlain && rows.every((row) => row.every((each) => each.isConstant))) return [wrapped(select(one))]
  if (beside) throw new Unsupported(comparedByPlace)
  return [one]
}

/** Once it is bound: alone, only rows without affinity and collation mean the same both ways. */
export function assertPlain(rows: readonly (readonly BoundExpression[])[]): void {
  const isTyped = ({ affinity, collatedBy }: BoundExpression) => affinity !== 'NONE' || collatedBy !== 'nothing'
  if (rows.length > 1 && rows.some((row) => row.some(isTyped))) throw new Unsupported(comparedByPlace)
}

const comparedByPlace = 'VALUES whose columns SQLite compares by where it stands'

/** SQLite makes a compound that is a term of another a subquery. */
function spellLater(one: OneSelect, isUnion: IsUnion): OneSelect {
  return isSeveral(one) ? wrapped(spellValues(select(one), isUnion)) : one
}

function asCompound([first, ...rest]: readonly OneSelect[]): Select {
  const compounds = rest.map((one) => ({ type: 'CompoundSelect', operator: 'UnionAll', select: one, span: nowhere }) as const) // prettier-ignore
  return { ...select(first!), compounds }
}

function wrapped(inner: Select): OneSelect {
  const table = { type: 'SelectSelectTable', select: inner, alias: undefined, span: nowhere } as const
  const from = { type: 'FromClause', select: table, joins: undefined, span: nowhere } as const
  return selectFrom([{ type: 'StarResultColumn', span: nowhere }], from)
}

function isSeveral(one: OneSelect): one is SelectValues {
  return one.type === 'SelectValues' && one.values.length > 1
}

/** `isTyped`: it may have an affinity or a collation. `isConstant`, `varies`: SQLite's parser surely takes it for a constant, or surely not. */
function natureOf(expression: Expr) {
  const nature = { isTyped: false, isConstant: true, varies: false }
  const types = () => void Object.assign(nature, { isTyped: true, isConstant: false })
  const reads = () => void Object.assign(nature, { isTyped: true, isConstant: false, varies: true })
  const calls = () => void (nature.isConstant = false)
  traverse(expression, {
    nodes: {
      CastExpr: types,
      CollateExpr: types,
      NameExpr: types,
      FunctionCallExpr: calls,
      FunctionCallStarExpr: calls,
      Id: (node) => (/^(true|false)$/i.test(node.name) ? undefined : reads()),
      QualifiedExpr: reads,
      SubqueryExpr: reads,
      ExistsExpr: reads,
      InSelectExpr: reads,
      InTableExpr: reads,
    },
  })
  return nature
}

export type IsUnion = (values: SelectValues) => boolean
