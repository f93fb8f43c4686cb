import type { Random } from '../random.ts'
import type { Sql } from '../sql-text.ts'

const pattern =
  /\s+|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[xX]'[0-9a-fA-F]*'|[?:@$][\w]*|\d[\w.]*|[\p{L}_][\p{L}\p{N}_$]*|[\s\S]/gu

/** Words that are never names in what the oracle makes; all others in lower case may be names. */
const keyword = /^[A-Z][A-Z]+$/

/**
 * The same SQL in other clothes: keywords and functions in any case, names quoted in every way, comments and line ends between tokens.
 *
 *   SELECT s1.a FROM t1 AS s1   →   select/**\/s1 . [a]  From -- x⏎ `t1` As "s1"
 */
export function disguise(random: Random, sql: Sql): Sql {
  if (typeof sql === 'string') return disguiseText(random, sql)
  if (sql.parameter) return sql
  const { separator } = sql
  return {
    ...sql,
    parts: sql.parts.map((part) => disguise(random, part)),
    ...(separator !== undefined && { separator: disguiseText(random, separator) }),
  }
}

function disguiseText(random: Random, sql: string): string {
  let result = ''
  let previous = ''
  const all = Array.from(sql.matchAll(pattern), ([token]) => token)
  all.forEach((token, i) => {
    result += disguiseToken(random, token, previous, all[i + 1] ?? '')
    previous = token
  })
  return result
}

function disguiseToken(random: Random, token: string, previous: string, next: string): string {
  if (/^\s+$/.test(token)) {
    return random.weighted([
      [20, token],
      [1, '\n\t'],
      [1, ' /* a; comment */ '],
      [1, ' -- it’s "one\n'],
      [0.5, '/**/'],
      [0.5, '\r\n\f'],
    ])
  }
  if (keyword.test(token)) {
    return random.weighted([
      [8, token],
      [2, token.toLowerCase()],
      [1, token[0] + token.slice(1).toLowerCase()],
    ])
  }
  if (/^s\d+$|^[tx]\d+$|^[a-g]$/.test(token) && next !== '(' && previous !== "'") {
    return random.weighted([
      [12, token],
      [1, `"${token}"`],
      [1, `[${token}]`],
      [1, `\`${token}\``],
      [1, token.toUpperCase()],
    ])
  }
  // sum( or SUM(
  if (/^[a-z]\w+$/.test(token) && next === '(') {
    return random.weighted([
      [4, token],
      [2, token.toUpperCase()],
      [1, token[0]!.toUpperCase() + token.slice(1)],
    ])
  }
  return token
}
