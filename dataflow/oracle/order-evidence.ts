import type { SqlValue } from '../../schema/live.ts'
import type { OrderEvidence } from './compare-result.ts'
import { encode } from './compare-result.ts'
import type { PlainResult } from './plain-sqlite.ts'

export type Ask = (sql: string, parameters: readonly SqlValue[]) => PlainResult

interface Token {
  readonly word: string
  readonly start: number
  readonly end: number
  readonly depth: number
}

export interface Outline {
  readonly isCompound: boolean
  readonly isDistinct: boolean
  /** where the result columns of the outermost SELECT end; null for VALUES */
  readonly columnsEnd: number | null
  readonly orderTerms: readonly string[]
  readonly orderStart: number | null
  readonly limitStart: number | null
}

/**
 * Finds what order a query asks for by asking SQLite: the ORDER BY terms are read off the text (tokens outside any
 * parenthesis), appended as columns, and the query is run again. Independent of the engine's parser on purpose.
 *
 *   SELECT a FROM t ORDER BY b LIMIT 2   →   SELECT a, (b) FROM t ORDER BY b LIMIT 2   and the same without LIMIT
 */
export function orderEvidence(asked: string, parameters: readonly SqlValue[], ask: Ask): OrderEvidence {
  const sql = withNumbers(asked)
  const outline = outlineOf(sql)
  const unlimitedSql = outline.limitStart === null ? null : sql.slice(0, outline.limitStart)
  const width = ask(sql, parameters).columns.length
  const withoutLimit = (text: string) => text.slice(0, outlineOf(text).limitStart ?? undefined)
  if (outline.orderStart === null || outline.orderTerms.length === 0) {
    return {
      keys: null,
      unlimited: unlimitedSql === null ? null : { rows: askAgain(ask, unlimitedSql, parameters).rows, keys: null },
    }
  }
  const folds = foldsSomewhere(sql, ask)
  const probe = appendOrderTerms(sql, outline, ask(sql, parameters).columns)
  const keyOf = (row: readonly SqlValue[]) => probe.keyColumns.map((at) => encodeOrderKey(row[at]!, folds)).join(' ')
  const limited = askAgain(ask, probe.sql, parameters)
  const all = unlimitedSql === null ? null : askAgain(ask, withoutLimit(probe.sql), parameters)
  return {
    keys: limited.rows.map(keyOf),
    unlimited: all && { rows: all.rows.map((row) => row.slice(0, width)), keys: all.rows.map(keyOf) },
  }
}

/** Every parameter as `?n`, what is appended must not change which is which; and no comment, for a term taken out would end in it. */
export function withNumbers(sql: string): string {
  const numbers = new Map<string, number>()
  let highest = 0
  const pattern =
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\?\d*|[:@$]\w+/g
  return sql.replace(pattern, (token) => {
    if (/^(?:--|\/\*)/.test(token)) return ' '
    if (!/^[?:@$]/.test(token)) return token
    if (/^\?\d/.test(token)) highest = Math.max(highest, Number(token.slice(1)))
    if (/^\?\d/.test(token)) return token
    const known = token === '?' ? undefined : numbers.get(token)
    const number = known ?? ++highest
    numbers.set(token, number)
    return `?${number}`
  })
}

/** Without its LIMIT a query may take fewer parameters. */
function askAgain(ask: Ask, sql: string, parameters: readonly SqlValue[]): PlainResult {
  for (let count = parameters.length; ; count--) {
    try {
      return ask(sql, parameters.slice(0, count))
    } catch (error) {
      if (count === 0) throw error
    }
  }
}

/** Is there a collation about that calls different texts equal? */
export function foldsSomewhere(sql: string, ask: Ask): boolean {
  if (/nocase|rtrim/i.test(sql)) return true
  const schemas = ask('SELECT name FROM pragma_database_list', []).rows.map(([name]) => String(name))
  return schemas.some((schema) => {
    const found = `SELECT 1 FROM "${schema}".sqlite_schema WHERE sql LIKE '%nocase%' OR sql LIKE '%rtrim%'`
    return ask(found, []).rows.length > 0
  })
}

/** Equal numbers tie; texts that differ by case or trailing spaces may tie where a collation says so. */
function encodeOrderKey(value: SqlValue, folds: boolean): string {
  if (typeof value === 'string' && folds) return JSON.stringify(value.replace(/ +$/, '').toLowerCase())
  return Object.is(value, -0) ? '0' : encode(value)
}

function appendOrderTerms(
  sql: string,
  outline: Outline,
  columns: readonly string[],
): { sql: string; keyColumns: number[] } {
  const appended: string[] = []
  const keyColumns = outline.orderTerms.map((term) => {
    const bare = term
      .replace(/\s+(asc|desc)\b/i, '')
      .replace(/\s+nulls\s+(first|last)\b/i, '')
      .trim()
    const uncollated = bare.replace(/\s+collate\s+\w+$/i, '').trim()
    const place = /^\d+$/.test(uncollated)
      ? Number(uncollated) - 1
      : columns.findIndex((name) => sameName(name, uncollated))
    if (place >= 0) return place
    if (outline.isCompound || outline.isDistinct || outline.columnsEnd === null) throw new UnreadableOrder(sql)
    appended.push(bare)
    return columns.length + appended.length - 1
  })
  const at = outline.columnsEnd ?? sql.length
  return { sql: sql.slice(0, at) + appended.map((term) => `, (${term})`).join('') + ' ' + sql.slice(at), keyColumns }
}

export class UnreadableOrder extends Error {
  constructor(sql: string) {
    super(`the order of this query cannot be read off its text: ${sql}`)
  }
}

function sameName(column: string, term: string): boolean {
  return column.toLowerCase() === term.replace(/^(["`[])(.*)["`\]]$/, '$2').toLowerCase()
}

export function outlineOf(sql: string): Outline {
  const top = tokens(sql).filter((token) => token.depth === 0)
  const words = top.map((token) => token.word.toLowerCase())
  const first = words.findIndex((word) => word === 'select' || word === 'values')
  const find = (word: string, from = 0) => words.findIndex((other, i) => i >= from && other === word)
  const order = words.findLastIndex((word, i) => word === 'order' && words[i + 1] === 'by')
  const limit = words.findLastIndex((word, i) => word === 'limit' && i > order)
  const semicolon = words.indexOf(';')
  const end = semicolon >= 0 ? top[semicolon]!.start : sql.length
  const columnsStop = words.findIndex(
    (word, i) => i > first && /^(from|where|group|having|window|order|limit|;)$/.test(word),
  )
  const orderTerms: string[] = []
  if (order >= 0) {
    const stop = limit >= 0 ? top[limit]!.start : end
    let from = top[order + 1]!.end
    for (const token of top) {
      if (token.start > from && token.start < stop && token.word === ',') {
        orderTerms.push(sql.slice(from, token.start).trim())
        from = token.end
      }
    }
    orderTerms.push(sql.slice(from, stop).trim())
  }
  return {
    isCompound: ['union', 'intersect', 'except'].some((word) => find(word, first) >= 0),
    isDistinct: words[first + 1] === 'distinct',
    columnsEnd: words[first] === 'select' ? (columnsStop >= 0 ? top[columnsStop]!.start : end) : null,
    orderTerms,
    orderStart: order >= 0 ? top[order]!.start : null,
    limitStart: limit >= 0 ? top[limit]!.start : null,
  }
}

/** The statements of a script without triggers, without their semicolons. */
export function splitStatements(sql: string): string[] {
  const ends = tokens(sql).filter(({ word, depth }) => word === ';' && depth === 0)
  const starts = [0, ...ends.map(({ end }) => end)]
  const statements = starts.map((start, i) => sql.slice(start, ends[i]?.start ?? sql.length).trim())
  return statements.filter((statement) => tokens(statement).length > 0)
}

/** Does the statement only read: SELECT or VALUES, after its WITH? */
export function isQuery(sql: string): boolean {
  const verbs = tokens(sql).filter(({ depth }) => depth === 0).map(({ word }) => word.toLowerCase()) // prettier-ignore
  const verb = verbs.find((word) => /^(select|values|insert|replace|update|delete)$/.test(word))
  return /^(select|values|with)$/.test(verbs[0] ?? '') && (verb === 'select' || verb === 'values')
}

function tokens(sql: string): Token[] {
  const found: Token[] = []
  const pattern =
    /\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\p{L}_$\d.]+|[\s\S]/gu
  let depth = 0
  for (const { 0: word, index } of sql.matchAll(pattern)) {
    if (/^(?:\s|--|\/\*)/.test(word)) continue
    if (word === ')') depth--
    found.push({ word, start: index, end: index + word.length, depth })
    if (word === '(') depth++
  }
  return found
}
