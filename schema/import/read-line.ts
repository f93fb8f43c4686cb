import { parse } from 'lossless-json'
import { asText, messageOf, type LineOutcome, type Named } from './records.ts'

/**
 * A line of a history → a message, or why it is none.
 *
 * Example: {"id":1,"stream":"a%20b","sender":null,"ts":1700000000,"text":"hi","edited":true}
 *       → {id: '1', room: {key: 'a b', name: 'a b'}, thread: null, text: 'hi', notes: ['NoSender'], left: ['edited'], …}
 */
export function readLine(text: string): LineOutcome {
  let line: unknown
  try {
    line = parseExactly(text, ({ id, ts }) => hasLostDigits(id) || hasLostDigits(ts))
  } catch {
    return { type: 'Fault', fault: 'NotJson' }
  }
  if (typeof line !== 'object' || line === null || Array.isArray(line)) return { type: 'Fault', fault: 'NotAnObject' }
  return readFields(line as Record<string, unknown>)
}

/** Of files that begin with a byte order mark, one may lie behind another. */
const withoutMark = (text: string): string => (text.startsWith('\ufeff') ? text.slice(1) : text)

/** Beyond 2⁵³ JSON.parse rounds: ids that differ in their last digits would be one. */
const hasLostDigits = (value: unknown): boolean =>
  typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER

function parseExactly(text: string, isRounded: (object: Record<string, unknown>) => boolean): unknown {
  const value: unknown = JSON.parse(withoutMark(text))
  if (typeof value !== 'object' || value === null || !isRounded(value as Record<string, unknown>)) return value
  return parseWithAllDigits(withoutMark(text))
}

/** Whole numbers beyond 2⁵³ become bigints. It recurses: what is nested very deep throws. */
export function parseWithAllDigits(text: string): unknown {
  const parseNumber = (digits: string) => (/^-?\d+$/.test(digits) ? wholeNumber(digits) : Number(digits))
  return parse(text, null, { parseNumber, onDuplicateKey: ({ newValue }) => newValue })
}

function wholeNumber(digits: string): number | bigint {
  const number = Number(digits)
  if (digits.length > 1000) throw new RangeError('nobody numbers messages so')
  return Number.isSafeInteger(number) ? number : BigInt(digits)
}

const taken: ReadonlySet<string> = new Set(['id', 'stream', 'topic', 'sender', 'ts', 'text'])

function readFields(line: Record<string, unknown>): LineOutcome {
  const left = Object.keys(line).filter((name) => !taken.has(name) && holdsSomething(line[name]))
  const named = (field: 'stream' | 'topic' | 'sender'): Named => {
    const value = line[field]
    const name = asText(value)
    if (name === null && holdsSomething(value)) left.push(field)
    const decoded = field === 'stream' ? decodedName(name ?? '') : (name ?? '')
    return { key: decoded, name: decoded }
  }
  return messageOf({
    id: line['id'] ?? null,
    room: named('stream'),
    thread: { ...named('topic'), root: null },
    sender: named('sender'),
    time: line['ts'],
    text: line['text'],
    left,
  })
}

/** null, "", [] and {} are what programs write when there is nothing. */
function holdsSomething(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}

/** Streams come percent-encoded: `Is-there-code-for-X%3F`. */
export function decodedName(name: string): string {
  if (!name.includes('%')) return name
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
