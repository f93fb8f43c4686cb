/*
 * SQL as a tree of text, so that a failing statement can be made smaller without parsing it.
 *
 * Law: whatever `simpler` yields is a smaller tree; it need not be valid SQL (SQLite refuses it, and the shrinker goes on).
 * Example: `SELECT [a + [1]]` with the brackets as expressions yields `SELECT NULL`, `SELECT 1`, `SELECT [1]`, `SELECT [a + NULL]`.
 */

import type { SqlValue } from '../../schema/live.ts'

export type Sql = string | SqlNode

export interface SqlNode {
  /** expression: any other expression may stand here · optional: may go · list: any item may go · select: a whole query */
  readonly sort: 'expression' | 'optional' | 'list' | 'select' | 'text' | 'parameter'
  readonly parts: readonly Sql[]
  readonly separator?: string
  readonly parameter?: ParameterText
}

export interface ParameterText {
  /** `?`: plain · `?1`: numbered · `?+`: numbered, past one that nobody uses · `:`, `@`, `$`: named so */
  readonly form: '?' | '?1' | '?+' | ':' | '@' | '$'
  readonly name: string
  readonly value: SqlValue
}

export interface PrintedSql {
  readonly sql: string
  readonly parameters: readonly SqlValue[]
}

export function text(strings: TemplateStringsArray, ...parts: Sql[]): SqlNode {
  return { sort: 'text', parts: weave(strings, parts) }
}
export function expression(strings: TemplateStringsArray, ...parts: Sql[]): SqlNode {
  return { sort: 'expression', parts: weave(strings, parts) }
}
export function optional(strings: TemplateStringsArray, ...parts: Sql[]): SqlNode {
  return { sort: 'optional', parts: weave(strings, parts) }
}
export function select(strings: TemplateStringsArray, ...parts: Sql[]): SqlNode {
  return { sort: 'select', parts: weave(strings, parts) }
}
export function list(items: readonly Sql[], separator = ', '): SqlNode {
  return { sort: 'list', parts: items, separator }
}
export function parameter(value: SqlValue, form: ParameterText['form'], name: string): SqlNode {
  return { sort: 'parameter', parts: [], parameter: { form, name, value } }
}

/** Text and parameter values, numbered as SQLite numbers them. */
export function print(sql: Sql): PrintedSql {
  const parameters: SqlValue[] = []
  const numberByName = new Map<string, number>()
  const printPart = (part: Sql): string => {
    if (typeof part === 'string') return part
    if (part.parameter) return printParameter(part.parameter)
    return part.parts.map(printPart).join(part.separator ?? '')
  }
  const printParameter = ({ form, name, value }: ParameterText): string => {
    if (form === '?') {
      parameters.push(value)
      return '?'
    }
    const fullName = form + name
    let number = numberByName.get(fullName)
    if (number === undefined) {
      if (form === '?+') parameters.push(null)
      parameters.push(value)
      number = parameters.length
      numberByName.set(fullName, number)
    }
    return form === '?1' || form === '?+' ? `?${number}` : fullName
  }
  return { sql: printPart(sql), parameters }
}

/** Smaller trees, the boldest first. */
export function* simpler(sql: Sql): Generator<Sql> {
  if (typeof sql === 'string') return
  if (sql.sort === 'optional' && sql.parts.length > 0) yield { ...sql, parts: [] }
  if (sql.sort === 'expression' && !isSimplest(sql)) {
    yield { sort: 'expression', parts: ['NULL'] }
    yield { sort: 'expression', parts: ['1'] }
    for (const inner of descendants(sql, 'expression')) yield inner
  }
  if (sql.sort === 'parameter') yield { sort: 'expression', parts: ['1'] }
  if (sql.sort === 'select') for (const inner of descendants(sql, 'select')) yield inner
  if (sql.sort === 'list' && sql.parts.length > 1) {
    if (sql.parts.length > 3) {
      const middle = sql.parts.length >> 1
      yield { ...sql, parts: sql.parts.slice(0, middle) }
      yield { ...sql, parts: sql.parts.slice(middle) }
    }
    for (let drop = 0; drop < sql.parts.length; drop++) yield { ...sql, parts: sql.parts.filter((_, i) => i !== drop) }
  }
  for (let at = 0; at < sql.parts.length; at++) {
    for (const part of simpler(sql.parts[at]!))
      yield { ...sql, parts: sql.parts.map((old, i) => (i === at ? part : old)) }
  }
}

function* descendants(node: SqlNode, sort: SqlNode['sort']): Generator<SqlNode> {
  for (const part of node.parts) {
    if (typeof part === 'string') continue
    if (part.sort === sort) yield part
    else yield* descendants(part, sort)
  }
}

function isSimplest(node: SqlNode): boolean {
  return node.parts.length === 1 && (node.parts[0] === 'NULL' || node.parts[0] === '1')
}

function weave(strings: TemplateStringsArray, parts: readonly Sql[]): Sql[] {
  const woven: Sql[] = []
  for (let i = 0; i < strings.length; i++) {
    if (strings[i] !== '') woven.push(strings[i]!)
    if (i < parts.length) woven.push(parts[i]!)
  }
  return woven
}
