import type { SqlValue } from '../../../schema/live.ts'
import type { Random } from '../random.ts'
import { expression, parameter, type Sql } from '../sql-text.ts'

export type ColumnType = 'int' | 'real' | 'text' | 'blob' | 'any' | 'json' | 'boolean'

const awkwardIntegers: SqlValue[] = [9223372036854775807n, -9223372036854775808n, 9007199254740991, 9007199254740993n, -9007199254740993n, 4294967296, -1, 2147483648] // prettier-ignore
const awkwardReals: SqlValue[] = [-0, 1e300, -1e300, Infinity, -Infinity, NaN, 1e19, 1e196, 0.1, 1125899906842624.5, 5e-324, 3.0000000001] // prettier-ignore
const words = ['a', 'b', 'c', 'A', 'B', 'ab', 'Ab', 'aB', 'abc', 'b ', 'x', '']
const awkwardTexts = ['🙂', 'é', 'É', 'ß', 'a\0b', '\0', '1', '01', '1.0', ' 2', '1e1', '3abc', '-0', '9223372036854775808', "it's", '%', '_', 'a_c', '\uFEFFx', 'ａ', 'x'.repeat(300), '𝒳\ttab\nline'] // prettier-ignore
const documents = ['{"a":1,"b":[1,2,3]}', '{"a":"x","b":[]}', '[1,2,{"a":3}]', '[]', '{}', 'null', '5', '"a"', '[null,true,"🙂"]', '{"a":{"b":2}}', '[1.0,2.5]'] // prettier-ignore

/** Values that meet one another often (so that joins and groups form) and now and then the awkward ones. */
export function randomValue(random: Random, type: ColumnType, nullChance = 0.12): SqlValue {
  if (random.chance(nullChance)) return null
  switch (type) {
    case 'int':
      return random.chance(0.04) ? random.pick(awkwardIntegers) : random.between(0, random.chance(0.7) ? 5 : 20)
    case 'boolean':
      return random.between(0, 1)
    case 'real':
      return random.chance(0.05)
        ? random.pick(awkwardReals)
        : random.pick([0.5, 1, 1.5, 2, 2.25, 3, 4.75, 10, -1.5, 0.1, 0.2, 0.3])
    case 'text':
      return random.chance(0.12) ? random.pick(awkwardTexts) : random.pick(words)
    case 'json':
      return random.chance(0.004) ? '{bad' : random.pick(documents)
    case 'blob':
      return random.pick([new Uint8Array(0), new Uint8Array([0]), new Uint8Array([97]), new Uint8Array([255, 0, 128])])
    case 'any':
      return randomValue(
        random,
        random.weighted<ColumnType>([
          [6, 'int'],
          [4, 'text'],
          [1, 'real'],
          [1, 'blob'],
        ]),
        0,
      )
  }
}

/** The value as SQL text. */
export function literal(value: SqlValue): string {
  if (value === null) return 'NULL'
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return 'NULL'
    if (Math.abs(value) === Infinity) return value > 0 ? '9e999' : '-9e999'
    if (Object.is(value, -0)) return '-0.0'
    return String(value)
  }
  if (typeof value !== 'string') return `x'${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}'`
  const parts = value.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`)
  return parts.length === 1 ? parts[0]! : `(${parts.join('||char(0)||')})`
}

/** The value as a literal, or as a parameter of one of the five forms. */
export function valueSql(random: Random, value: SqlValue, parameterChance = 0.2): Sql {
  if (!random.chance(parameterChance)) return expression`${literal(value)}`
  const form = random.pick(['?', '?1', '?1', ':', '@', '$', '?+'] as const)
  return parameter(value, form, `p${random.between(1, 999)}`)
}
