import type {
  As,
  BinaryExpr,
  Expr,
  ExprResultColumn,
  Id,
  Name,
  NumericLiteral,
  OneSelect,
  QualifiedExpr,
  QualifiedName,
  Select,
  SelectFrom,
  VariableExpr,
} from 'sqlite3-parser'

/*
 * AST nodes made here rather than parsed. A look-up is the sub-plan's AST with a condition put inside:
 *   addWhere(select, and([equals(column('t', 'id'), parameter(3))])) → SELECT … WHERE … AND ("t"."id" = ?3)
 */

const span = { offset: 0, length: 0, line: 1, col: 0 }

export function name(text: string): Name {
  return { type: 'Name', text, span }
}
export function identifier(text: string): Id {
  return { type: 'Id', name: text, span }
}
export function column(alias: string, columnName: string): QualifiedExpr {
  return { type: 'QualifiedExpr', schema: undefined, table: name(alias), column: name(columnName), span }
}
export function parameter(number: number): VariableExpr {
  return { type: 'VariableExpr', name: `?${number}`, span }
}
export function number(value: number): NumericLiteral {
  return { type: 'NumericLiteral', value: String(value), span }
}
export function binary(left: Expr, op: BinaryExpr['op'], right: Expr): BinaryExpr {
  return { type: 'BinaryExpr', left, op, right, span }
}
export function and(conditions: readonly Expr[]): Expr | undefined {
  return conditions.length === 0 ? undefined : conditions.reduce((left, right) => binary(left, 'And', right))
}
export function call(functionName: string, args: readonly Expr[]): Expr {
  const name = identifier(functionName)
  return {
    type: 'FunctionCallExpr',
    name,
    distinctness: undefined,
    args,
    orderBy: undefined,
    filterOver: undefined,
    span,
  }
}
export function as(text: string): As {
  return { type: 'AsAs', name: name(text), span }
}
export function resultColumn(expr: Expr, alias?: string): ExprResultColumn {
  return { type: 'ExprResultColumn', expr, alias: alias === undefined ? undefined : as(alias), span }
}
export function qualifiedName(schema: string | undefined, object: string): QualifiedName {
  const dbName = schema === undefined ? undefined : name(schema)
  return { type: 'QualifiedName', dbName, objName: name(object), alias: undefined, span }
}
export function select(one: OneSelect): Select {
  return {
    type: 'Select',
    with: undefined,
    select: one,
    compounds: undefined,
    orderBy: undefined,
    limit: undefined,
    span,
  }
}
export function selectFrom(columns: SelectFrom['columns'], from: SelectFrom['from'], where?: Expr): SelectFrom {
  return {
    type: 'SelectFrom',
    distinctness: undefined,
    columns,
    from,
    whereClause: where,
    groupBy: undefined,
    having: undefined,
    windowClause: undefined,
    span,
  }
}
export function addWhere(from: SelectFrom, condition: Expr): SelectFrom {
  return { ...from, whereClause: from.whereClause ? binary(from.whereClause, 'And', condition) : condition }
}
/** An AST node's place, for nodes that are rewritten rather than parsed. */
export const nowhere = span
