import type { BoundExpression } from '../bind/bound.ts'
import { compareValues } from '../compare.ts'
import { isKnownCollation } from '../key.ts'
import { integer, Real, real, type Value } from '../value.ts'
import { AskSqlite } from './ask-sqlite.ts'
import { encode, fromBoolean, spelledNumber, textWithoutNul, toDouble, toInteger, toText, truth } from './coerce.ts'
import { glob, like } from './like.ts'

export type Evaluate = (row: readonly Value[]) => Value

/** Scalar functions that are simple enough to be exact. Null: not this one, or not with these arguments. */
export function compileCall(
  name: string,
  args: readonly Evaluate[],
  bound: readonly BoundExpression[],
): Evaluate | null {
  const eager = eagerFunctions[name]
  if (eager) return eager(args.length) ? (row) => eager(args.length)!(args.map((arg) => arg(row))) : null
  switch (name) {
    case 'coalesce':
    case 'ifnull':
      return (row) => {
        for (const arg of args) {
          const value = arg(row)
          if (value !== null) return value
        }
        return null
      }
    case 'if':
    case 'iif':
      return (row) => {
        let i = 0
        for (; i + 1 < args.length; i += 2) if (truth(args[i]!(row))) return args[i + 1]!(row)
        return args[i]?.(row) ?? null
      }
    case 'likely':
    case 'unlikely':
    case 'likelihood':
      return args[0] ?? null
    case 'min':
    case 'max':
    case 'nullif': {
      // these compare by the first collation among their arguments, and apply no affinity
      const collation = bound.find((each) => each.collatedBy !== 'nothing')?.collation ?? 'BINARY'
      if (!isKnownCollation(collation) || args.length < 2) return null
      if (name === 'nullif') {
        return (row) => {
          const [a, b] = [args[0]!(row), args[1]!(row)]
          return a !== null && b !== null && compareValues(a, b, collation) === 0 ? null : a
        }
      }
      return (row) => {
        let best = args[0]!(row)
        for (let i = 1; i < args.length && best !== null; i++) {
          const value = args[i]!(row)
          if (value === null) return null
          const order = compareValues(best, value, collation)
          if (name === 'min' ? order >= 0 : order < 0) best = value
        }
        return best
      }
    }
    default:
      return null
  }
}

type Eager = (args: readonly Value[]) => Value
/** a function of `n` arguments that is NULL when one of them is */
const strict =
  (n: number, work: (...args: Exclude<Value, null>[]) => Value) =>
  (count: number): Eager | null =>
    count === n ? (args) => (args.includes(null) ? null : work(...(args as Exclude<Value, null>[]))) : null
const either =
  (...forms: ((count: number) => Eager | null)[]) =>
  (count: number): Eager | null => {
    for (const form of forms) {
      const found = form(count)
      if (found) return found
    }
    return null
  }

const eagerFunctions: Record<string, (count: number) => Eager | null> = {
  abs: strict(1, (x) => {
    if (typeof x === 'number') return Math.abs(x)
    if (typeof x !== 'bigint') {
      const value = toDouble(x)
      // -0.0 is not below zero, and stays as it is
      return real(value < 0 ? -value : value)
    }
    if (x === -9223372036854775808n) throw new AskSqlite('integer overflow')
    return integer(x < 0n ? -x : x)
  }),
  char: () => (args) =>
    args
      .map((arg) => {
        const code = arg === null ? 0 : Number(toInteger(arg))
        if (code === 0) throw new AskSqlite('NUL in text')
        // half of a surrogate pair: three bytes that are no UTF-8
        if (code >= 0xd800 && code < 0xe000) throw new AskSqlite('text that is no UTF-8')
        return code < 0 || code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code)
      })
      .join(''),
  concat: () => (args) => args.map((arg) => (arg === null ? '' : toText(arg))).join(''),
  concat_ws: () => (args) => {
    const [separator, ...rest] = args
    if (separator === null || separator === undefined) return null
    return rest.flatMap((arg) => (arg === null ? [] : [toText(arg)])).join(toText(separator))
  },
  glob: strict(2, (pattern, text) => fromBoolean(glob(textWithoutNul(pattern), textWithoutNul(text)))),
  like: either(
    strict(2, (pattern, text) => fromBoolean(like(textWithoutNul(pattern), textWithoutNul(text), null))),
    strict(3, (pattern, text, escape) => {
      return fromBoolean(like(textWithoutNul(pattern), textWithoutNul(text), escapeCharacter(escape)))
    }),
  ),
  hex: (count) =>
    count === 1
      ? ([x]) => {
          if (x === null || x === undefined) return ''
          const bytes = x instanceof Uint8Array ? x : encode(toText(x))
          return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('')
        }
      : null,
  instr: strict(2, (haystack, needle) => {
    if (haystack instanceof Uint8Array && needle instanceof Uint8Array) return indexOfBytes(haystack, needle) + 1
    const [text, part] = [toText(haystack), toText(needle)]
    const at = text.indexOf(part)
    return at === -1 ? 0 : Array.from(text.slice(0, at)).length + 1
  }),
  length: strict(1, (x) => (x instanceof Uint8Array ? x.length : Array.from(beforeNul(toText(x))).length)),
  lower: strict(1, (x) => textWithoutNul(x).replace(/[A-Z]+/g, (letters) => letters.toLowerCase())),
  upper: strict(1, (x) => textWithoutNul(x).replace(/[a-z]+/g, (letters) => letters.toUpperCase())),
  ltrim: either(
    strict(1, (x) => trimmed(x, ' ', true, false)),
    strict(2, (x, set) => trimmed(x, set, true, false)),
  ),
  rtrim: either(
    strict(1, (x) => trimmed(x, ' ', false, true)),
    strict(2, (x, set) => trimmed(x, set, false, true)),
  ),
  trim: either(
    strict(1, (x) => trimmed(x, ' ', true, true)),
    strict(2, (x, set) => trimmed(x, set, true, true)),
  ),
  octet_length: strict(1, (x) => (x instanceof Uint8Array ? x.length : encode(toText(x)).length)),
  replace: (count) =>
    count === 3
      ? ([x, from, to]) => {
          if (x == null || from == null) return null
          const pattern = textWithoutNul(from)
          // an empty pattern is found before the replacement is looked at
          if (pattern === '') return textWithoutNul(x)
          return to == null ? null : textWithoutNul(x).replaceAll(pattern, () => textWithoutNul(to))
        }
      : null,
  round: either(
    strict(1, (x) => rounded(toDouble(x))),
    strict(2, (x, digits) => {
      if (Number(toInteger(digits)) > 0 && !Number.isInteger(toDouble(x))) throw new AskSqlite('round() to a digit')
      return rounded(toDouble(x))
    }),
  ),
  sign: strict(1, (x) => {
    const numeric = typeof x === 'string' ? spelledNumber(x) : x instanceof Uint8Array ? null : x
    return numeric === null ? null : Math.sign(toDouble(numeric)) + 0
  }),
  substr: either(
    strict(2, (x, start) => substring(x, start, null)),
    strict(3, (x, start, count) => substring(x, start, count)),
  ),
  substring: either(
    strict(2, (x, start) => substring(x, start, null)),
    strict(3, (x, start, count) => substring(x, start, count)),
  ),
  typeof: (count) => (count === 1 ? ([x]) => typeName(x ?? null) : null),
  unicode: strict(1, (x) => textWithoutNul(x).codePointAt(0) ?? null),
}

export function escapeCharacter(escape: Exclude<Value, null>): string {
  const characters = Array.from(toText(escape))
  if (characters.length !== 1) throw new AskSqlite('ESCAPE expression must be a single character')
  return characters[0]!
}

function typeName(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'text'
  if (value instanceof Real) return 'real'
  return value instanceof Uint8Array ? 'blob' : 'integer'
}

function beforeNul(text: string): string {
  const end = text.indexOf('\0')
  return end === -1 ? text : text.slice(0, end)
}

function rounded(x: number): Value {
  if (Math.abs(x) > 4503599627370496) return real(x)
  return real(Math.trunc(x + (x < 0 ? -0.5 : 0.5)) + 0)
}

function trimmed(x: Exclude<Value, null>, set: Exclude<Value, null>, left: boolean, right: boolean): Value {
  const characters = new Set(textWithoutNul(set))
  const text = Array.from(textWithoutNul(x))
  let [start, end] = [0, text.length]
  if (left) while (start < end && characters.has(text[start]!)) start++
  if (right) while (end > start && characters.has(text[end - 1]!)) end--
  return text.slice(start, end).join('')
}

// substrFunc, step by step
function substring(x: Exclude<Value, null>, from: Exclude<Value, null>, howMany: Exclude<Value, null> | null): Value {
  if (x instanceof Uint8Array && x.length === 0) return null
  const characters = x instanceof Uint8Array ? null : Array.from(textWithoutNul(x))
  const length = characters ? characters.length : (x as Uint8Array).length
  let start = Number(toInteger(from))
  let count = howMany === null ? 1_000_000_000 : Number(toInteger(howMany))
  // how long a text may be is SQLite's own affair
  if (Math.abs(start) > 1_000_000_000 || Math.abs(count) > 1_000_000_000) throw new AskSqlite('substr() far outside')
  if (start < 0) {
    start += length
    if (start < 0) {
      count = count < 0 ? 0 : count + start
      start = 0
    }
  } else if (start > 0) start--
  else if (count > 0) count--
  if (count < 0) {
    count = count < -start ? start : -count
    start -= count
  }
  const end = Math.max(start, start + count)
  return characters ? characters.slice(start, end).join('') : (x as Uint8Array).slice(start, end)
}

function indexOfBytes(haystack: Uint8Array, needle: Uint8Array): number {
  for (let at = 0; at + needle.length <= haystack.length; at++) {
    if (needle.every((byte, i) => haystack[at + i] === byte)) return at
  }
  return -1
}
