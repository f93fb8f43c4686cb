import type {
  As,
  Expr,
  FrameBound,
  FromClause,
  FunctionTail,
  Indexed,
  JoinedSelectTable,
  JoinOperator,
  Name,
  OneSelect,
  QualifiedName,
  ResultColumn,
  Select,
  SelectTable,
  SortedColumn,
  Type,
  Window,
  With,
} from 'sqlite3-parser'
import { assertNever } from '../assert-never.ts'
import { quoteIdentifier } from './quote-identifier.ts'

/**
 * AST to SQL, fully parenthesised, so that a rewritten tree means what its shape says: `a + b * c` is `(a + (b * c))`.
 * Parentheses change nothing in SQLite (they leave no node behind), column names apart: take those from the original text.
 */
export function printSelect(select: Select): string {
  const parts = [select.with ? printWith(select.with) : '', printOne(select.select)]
  for (const compound of select.compounds ?? []) {
    parts.push({ Union: 'UNION', UnionAll: 'UNION ALL', Except: 'EXCEPT', Intersect: 'INTERSECT' }[compound.operator])
    parts.push(printOne(compound.select))
  }
  if (select.orderBy?.length) parts.push(`ORDER BY ${printSorted(select.orderBy)}`)
  if (select.limit) {
    parts.push(`LIMIT ${printExpression(select.limit.expr)}`)
    if (select.limit.offset) parts.push(`OFFSET ${printExpression(select.limit.offset)}`)
  }
  return parts.filter((part) => part !== '').join(' ')
}

function printOne(one: OneSelect): string {
  if (one.type === 'SelectValues') {
    return `VALUES ${one.values.map((row) => `(${printList(row.values)})`).join(', ')}`
  }
  let sql = `SELECT ${one.distinctness === 'Distinct' ? 'DISTINCT ' : ''}${one.columns.map(printColumn).join(', ')}`
  if (one.from) sql += ` FROM ${printFrom(one.from)}`
  if (one.whereClause) sql += ` WHERE ${printExpression(one.whereClause)}`
  if (one.groupBy?.length) sql += ` GROUP BY ${printList(one.groupBy)}`
  if (one.having) sql += ` HAVING ${printExpression(one.having)}`
  if (one.windowClause?.length) {
    sql += ` WINDOW ${one.windowClause.map((d) => `${printName(d.name)} AS ${printWindow(d.window)}`).join(', ')}`
  }
  return sql
}

function printWith(clause: With): string {
  const ctes = clause.ctes.map((cte) => {
    const columns = cte.columns ? `(${cte.columns.map((c) => printName(c.colName)).join(', ')})` : ''
    const hint = { Any: '', Yes: 'MATERIALIZED ', No: 'NOT MATERIALIZED ' }[cte.materialized]
    return `${printName(cte.tblName)}${columns} AS ${hint}(${printSelect(cte.select)})`
  })
  return `WITH ${clause.recursive ? 'RECURSIVE ' : ''}${ctes.join(', ')}`
}

function printColumn(column: ResultColumn): string {
  switch (column.type) {
    case 'StarResultColumn':
      return '*'
    case 'TableStarResultColumn':
      return `${printName(column.table)}.*`
    case 'ExprResultColumn':
      return printExpression(column.expr) + printAs(column.alias)
    default:
      return assertNever(column)
  }
}

function printAs(alias: As | undefined): string {
  return alias ? ` AS ${printName(alias.name)}` : ''
}

function printFrom(from: FromClause): string {
  return (from.select ? printTable(from.select) : '') + (from.joins ?? []).map(printJoin).join('')
}

function printJoin(join: JoinedSelectTable): string {
  const { constraint } = join
  const sql = `${printJoinOperator(join.operator)} ${printTable(join.table)}`
  if (!constraint) return sql
  return constraint.type === 'OnJoinConstraint'
    ? `${sql} ON ${printExpression(constraint.expr)}`
    : `${sql} USING (${constraint.columns.map(printName).join(', ')})`
}

/** Bits of `joinType`, as sqlite3-parser 0.7.1 sets them. */
export const joinBits = { inner: 1, cross: 2, natural: 4, left: 8, right: 16, outer: 32 } as const

function printJoinOperator(operator: JoinOperator): string {
  if (operator.type === 'CommaJoinOperator') return ','
  const bits = operator.joinType ?? 0
  const natural = bits & joinBits.natural ? ' NATURAL' : ''
  if (bits & joinBits.left && bits & joinBits.right) return `${natural} FULL JOIN`
  if (bits & joinBits.left) return `${natural} LEFT JOIN`
  if (bits & joinBits.right) return `${natural} RIGHT JOIN`
  if (bits & joinBits.outer) return `${natural} FULL JOIN`
  return bits & joinBits.cross ? `${natural} CROSS JOIN` : `${natural} JOIN`
}

function printTable(table: SelectTable): string {
  switch (table.type) {
    case 'TableSelectTable':
      return printQualifiedName(table.tblName) + printAs(table.alias) + printIndexed(table.indexed)
    case 'TableCallSelectTable':
      return `${printQualifiedName(table.tblName)}(${printList(table.args ?? [])})${printAs(table.alias)}`
    case 'SelectSelectTable':
      return `(${printSelect(table.select)})${printAs(table.alias)}`
    case 'SubSelectTable':
      return `(${printFrom(table.from)})${printAs(table.alias)}`
    default:
      return assertNever(table)
  }
}

function printIndexed(indexed: Indexed | undefined): string {
  if (!indexed) return ''
  return indexed.type === 'NotIndexedIndexed' ? ' NOT INDEXED' : ` INDEXED BY ${printName(indexed.idxName)}`
}

function printQualifiedName(name: QualifiedName): string {
  const alias = name.alias ? ` AS ${printName(name.alias)}` : ''
  return (name.dbName ? `${printName(name.dbName)}.` : '') + printName(name.objName) + alias
}

function printName(name: Name): string {
  return quoteIdentifier(name.text)
}

function printSorted(columns: readonly SortedColumn[]): string {
  return columns
    .map((column) => {
      const order = column.order === 'Desc' ? ' DESC' : column.order === 'Asc' ? ' ASC' : ''
      const nulls = column.nulls ? ` NULLS ${column.nulls === 'First' ? 'FIRST' : 'LAST'}` : ''
      return printExpression(column.expr) + order + nulls
    })
    .join(', ')
}

function printList(expressions: readonly Expr[]): string {
  return expressions.map(printExpression).join(', ')
}

const binaryOperators = {
  Add: '+',
  And: 'AND',
  ArrowRight: '->',
  ArrowRightShift: '->>',
  BitwiseAnd: '&',
  BitwiseOr: '|',
  Concat: '||',
  Equals: '=',
  Divide: '/',
  Greater: '>',
  GreaterEquals: '>=',
  Is: 'IS',
  IsNot: 'IS NOT',
  LeftShift: '<<',
  Less: '<',
  LessEquals: '<=',
  Modulus: '%',
  Multiply: '*',
  NotEquals: '<>',
  Or: 'OR',
  RightShift: '>>',
  Subtract: '-',
} as const

export function printExpression(expr: Expr): string {
  switch (expr.type) {
    case 'Id':
      // TRUE and FALSE arrive as identifiers
      return /^(true|false)$/i.test(expr.name) ? expr.name : quoteIdentifier(expr.name)
    case 'QualifiedExpr':
      return [expr.schema, expr.table, expr.column].flatMap((name) => (name ? [printName(name)] : [])).join('.')
    case 'NameExpr':
      return printName(expr.name)
    case 'NumericLiteral':
      return expr.value
    case 'StringLiteral':
      return `'${expr.value.replaceAll("'", "''")}'`
    case 'BlobLiteral':
      return `x'${Array.from(expr.bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}'`
    case 'KeywordLiteral':
      return expr.value
    case 'NullLiteral':
      return 'NULL'
    case 'CurrentDateLiteral':
      return 'CURRENT_DATE'
    case 'CurrentTimeLiteral':
      return 'CURRENT_TIME'
    case 'CurrentTimestampLiteral':
      return 'CURRENT_TIMESTAMP'
    case 'VariableExpr':
      return expr.name
    case 'ParenthesizedExpr':
      return expr.exprs.length === 1 && expr.exprs[0] ? printExpression(expr.exprs[0]) : `(${printList(expr.exprs)})`
    case 'UnaryExpr': {
      const operator = { BitwiseNot: '~', Negative: '- ', Not: 'NOT ', Positive: '+ ' }[expr.op]
      return `(${operator}${printExpression(expr.expr)})`
    }
    case 'BinaryExpr':
      return `(${printExpression(expr.left)} ${binaryOperators[expr.op]} ${printExpression(expr.right)})`
    case 'BetweenExpr': {
      const range = `${printExpression(expr.start)} AND ${printExpression(expr.end)}`
      return `(${printExpression(expr.lhs)}${expr.not ? ' NOT' : ''} BETWEEN ${range})`
    }
    case 'CaseExpr': {
      const base = expr.base ? ` ${printExpression(expr.base)}` : ''
      const pairs = expr.whenThenPairs.map((p) => ` WHEN ${printExpression(p.when)} THEN ${printExpression(p.then)}`)
      return `CASE${base}${pairs.join('')}${expr.elseExpr ? ` ELSE ${printExpression(expr.elseExpr)}` : ''} END`
    }
    case 'CastExpr':
      return `CAST(${printExpression(expr.expr)} AS ${expr.typeName ? printType(expr.typeName) : ''})`
    case 'CollateExpr':
      return `(${printExpression(expr.expr)} COLLATE ${quoteIdentifier(expr.collation)})`
    case 'ExistsExpr':
      return `EXISTS (${printSelect(expr.select)})`
    case 'SubqueryExpr':
      return `(${printSelect(expr.select)})`
    case 'InListExpr':
      return `(${printExpression(expr.lhs)}${expr.not ? ' NOT' : ''} IN (${printList(expr.rhs ?? [])}))`
    case 'InSelectExpr':
      return `(${printExpression(expr.lhs)}${expr.not ? ' NOT' : ''} IN (${printSelect(expr.rhs)}))`
    case 'InTableExpr': {
      const call = expr.args ? `(${printList(expr.args)})` : ''
      return `(${printExpression(expr.lhs)}${expr.not ? ' NOT' : ''} IN ${printQualifiedName(expr.rhs)}${call})`
    }
    case 'IsNullExpr':
      return `(${printExpression(expr.expr)} ISNULL)`
    case 'NotNullExpr':
      return `(${printExpression(expr.expr)} NOTNULL)`
    case 'LikeExpr': {
      const escape = expr.escape ? ` ESCAPE ${printExpression(expr.escape)}` : ''
      const operator = `${expr.not ? 'NOT ' : ''}${expr.op.toUpperCase()}`
      return `(${printExpression(expr.lhs)} ${operator} ${printExpression(expr.rhs)}${escape})`
    }
    case 'FunctionCallExpr': {
      const distinct = expr.distinctness === 'Distinct' ? 'DISTINCT ' : ''
      const order =
        expr.orderBy?.type === 'SortListFunctionCallOrder' ? ` ORDER BY ${printSorted(expr.orderBy.columns)}` : ''
      const call = `${quoteIdentifier(expr.name.name)}(${distinct}${printList(expr.args ?? [])}${order})`
      return call + printTail(expr.filterOver)
    }
    case 'FunctionCallStarExpr':
      return `${quoteIdentifier(expr.name.name)}(*)${printTail(expr.filterOver)}`
    case 'RaiseExpr':
      return `RAISE(${expr.resolve.toUpperCase()}${expr.message ? `, ${printExpression(expr.message)}` : ''})`
    default:
      return assertNever(expr)
  }
}

function printType(type: Type): string {
  const { size } = type
  const name = `"${type.name.replaceAll('"', '""')}"`
  if (!size) return name
  return size.type === 'MaxSizeTypeSize'
    ? `${name}(${printSign(size.size)})`
    : `${name}(${printSign(size.size1)}, ${printSign(size.size2)})`
}

// a type's size is a signed number in the grammar, not an expression
function printSign(size: Expr): string {
  return printExpression(size).replace(/[() ]/g, '')
}

function printTail(tail: FunctionTail | undefined): string {
  const filter = tail?.filterClause ? ` FILTER (WHERE ${printExpression(tail.filterClause)})` : ''
  const over = tail?.overClause
  if (!over) return filter
  return `${filter} OVER ${over.type === 'NameOver' ? printName(over.name) : printWindow(over.window)}`
}

function printWindow(window: Window): string {
  const parts: string[] = []
  if (window.base) parts.push(printName(window.base))
  if (window.partitionBy?.length) parts.push(`PARTITION BY ${printList(window.partitionBy)}`)
  if (window.orderBy?.length) parts.push(`ORDER BY ${printSorted(window.orderBy)}`)
  const frame = window.frameClause
  if (frame) {
    const start = printBound(frame.start)
    const extent = frame.end ? `BETWEEN ${start} AND ${printBound(frame.end)}` : start
    const exclude = frame.exclude
      ? {
          NoOthers: ' EXCLUDE NO OTHERS',
          CurrentRow: ' EXCLUDE CURRENT ROW',
          Group: ' EXCLUDE GROUP',
          Ties: ' EXCLUDE TIES',
        }[frame.exclude]
      : ''
    parts.push(`${frame.mode.toUpperCase()} ${extent}${exclude}`)
  }
  return `(${parts.join(' ')})`
}

function printBound(bound: FrameBound): string {
  switch (bound.type) {
    case 'CurrentRowFrameBound':
      return 'CURRENT ROW'
    case 'FollowingFrameBound':
      return `${printExpression(bound.expr)} FOLLOWING`
    case 'PrecedingFrameBound':
      return `${printExpression(bound.expr)} PRECEDING`
    case 'UnboundedFollowingFrameBound':
      return 'UNBOUNDED FOLLOWING'
    case 'UnboundedPrecedingFrameBound':
      return 'UNBOUNDED PRECEDING'
    default:
      return assertNever(bound)
  }
}
