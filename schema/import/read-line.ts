import { parse } from 'lossless-json'
import { bounds } from '../events/bounds.ts'
import { cleanName } from '../events/names.ts'
import { derivedKey } from './derived-id.ts'
import { readTime, type SourceTime } from './source-time.ts'

/**
 * A line of a history → a message, or why it is none. What can be missed is missed: without a sender, a topic or an id
 * a message is still a message, and `notes` say what was not as it should be.
 *
 * Example: {"id":1,"stream":"a%20b","sender":null,"ts":1700000000,"text":"hi","edited":true}
 *       → {id: '1', stream: 'a b', topic: '', sender: '', text: 'hi', notes: ['NoSender'], left: ['edited'], …}
 */
export interface SourceMessage {
  readonly id: string
  readonly stream: string
  readonly topic: string
  readonly sender: string
  readonly time: SourceTime
  readonly text: string
  readonly notes: readonly Note[]
  /** names of fields that hold something which an import does not take */
  readonly left: readonly string[]
}
export const notes = [
  'NoSender',
  'NoStream',
  'NoId',
  'NoZone',
  'TextShortened',
  'NameShortened',
  'CharactersReplaced',
] as const
export type Note = (typeof notes)[number]

/** Why a line is no message. */
export type LineFault =
  'TooLong' | 'NotJson' | 'NotAnObject' | 'NoTime' | 'BadTime' | 'BeforeEpoch' | 'NoText' | 'BadText' | 'BadId'

export type LineOutcome =
  | { readonly type: 'Message'; readonly message: SourceMessage }
  /** `about`: the value that cannot be taken */
  | { readonly type: 'Fault'; readonly fault: LineFault; readonly about?: unknown }

export function readLine(text: string): LineOutcome {
  let line: unknown
  try {
    line = JSON.parse(withoutMark(text))
  } catch {
    return { type: 'Fault', fault: 'NotJson' }
  }
  if (typeof line !== 'object' || line === null || Array.isArray(line)) return { type: 'Fault', fault: 'NotAnObject' }
  const { id, ts } = line as Record<string, unknown>
  return hasLostDigits(id) || hasLostDigits(ts) ? readExactly(text) : readFields(line as Record<string, unknown>)
}

/** Of files that begin with a byte order mark, one may lie behind another. */
const withoutMark = (text: string): string => (text.startsWith('\ufeff') ? text.slice(1) : text)

/** Beyond 2⁵³ JSON.parse rounds: ids that differ in their last digits would be one. */
const hasLostDigits = (value: unknown): boolean =>
  typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER

function readExactly(text: string): LineOutcome {
  const parseNumber = (digits: string) => (/^-?\d+$/.test(digits) ? wholeNumber(digits) : Number(digits))
  try {
    const line = parse(withoutMark(text), null, { parseNumber, onDuplicateKey: ({ newValue }) => newValue })
    return readFields(line as Record<string, unknown>)
  } catch {
    return { type: 'Fault', fault: 'NotJson' } // nested deeper than this parser goes, which recurses
  }
}

function wholeNumber(digits: string): number | bigint {
  const number = Number(digits)
  if (digits.length > 1000) throw new RangeError('nobody numbers messages so')
  return Number.isSafeInteger(number) ? number : BigInt(digits)
}

const taken: ReadonlySet<string> = new Set(['id', 'stream', 'topic', 'sender', 'ts', 'text'])

function readFields(line: Record<string, unknown>): LineOutcome {
  const { id: givenId, stream: givenStream, topic: givenTopic, sender: givenSender, ts, text: givenText } = line
  const found: Note[] = []
  const left: string[] = []
  for (const name of Object.keys(line)) if (!taken.has(name) && holdsSomething(line[name])) left.push(name)

  const time = readTime(ts)
  if (time.type !== 'Time') return { type: 'Fault', fault: time.type, about: ts }
  if (givenText === undefined || givenText === null) return { type: 'Fault', fault: 'NoText' }
  if (typeof givenText !== 'string') return { type: 'Fault', fault: 'BadText', about: givenText }
  if (givenId !== null && (typeof givenId === 'object' || typeof givenId === 'boolean')) {
    return { type: 'Fault', fault: 'BadId', about: givenId }
  }

  const nameOf = (field: string, value: unknown): string => {
    const name = asText(value)
    if (name === null && holdsSomething(value)) left.push(field)
    const clean = name === null ? '' : bounded(cleanNameOf(field, name))
    if (clean.length > bounds.nameLength && !found.includes('NameShortened')) found.push('NameShortened')
    return clean
  }
  const stream = nameOf('stream', givenStream)
  const topic = nameOf('topic', givenTopic)
  const sender = nameOf('sender', givenSender)
  const whole = givenText.isWellFormed() && !givenText.includes('\0') ? givenText : replaced(givenText)
  const text = fitting(whole)
  const ownId = (asText(givenId ?? null) ?? '').trim()
  const id = ownId || `of ${derivedKey(topic, sender, String(time.ms), String(time.sub), text)}`

  if (sender === '') found.push('NoSender')
  if (stream === '') found.push('NoStream')
  if (ownId === '') found.push('NoId')
  if (time.zoneless) found.push('NoZone')
  if (whole !== givenText) found.push('CharactersReplaced')
  if (text !== whole) found.push('TextShortened')
  return { type: 'Message', message: { id, stream, topic, sender, time, text, notes: found, left } }
}

/** A text, or a number as text: 1 and "1" are the same id, and the same name. */
function asText(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : null
}

/** Names that are too long to be shown whole stay apart, and need not be held whole for that. */
function bounded(name: string): string {
  return name.length <= 2 * bounds.nameLength
    ? name
    : `${name.slice(0, 2 * bounds.nameLength).toWellFormed()} ${derivedKey(name)}`
}

/** null, "", [] and {} are what programs write when there is nothing. */
function holdsSomething(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}

/** Streams come percent-encoded: `Is-there-code-for-X%3F`. */
export function decodedName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** The same few names stand in thousands of lines. */
const cleanNames = new Map<string, string>()
const cleanStreams = new Map<string, string>()
function cleanNameOf(field: string, name: string): string {
  const known = field === 'stream' ? cleanStreams : cleanNames
  let clean = known.get(name)
  if (clean === undefined) {
    clean = cleanName((field === 'stream' ? decodedName(name) : name).toWellFormed())
    if (known.size > 10_000) known.clear()
    if (name.length < 1000) known.set(name, clean)
  }
  return clean
}

const replaced = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd')

/** The longest beginning that an event has room for: its bytes are counted as JSON, with escapes. */
function fitting(text: string): string {
  if (text.length <= 10_000 || fits(text)) return text
  let [shortest, longest] = [0, Math.min(text.length, bounds.textLength)]
  while (shortest < longest) {
    const middle = Math.ceil((shortest + longest) / 2)
    if (fits(`${text.slice(0, middle)}…`)) shortest = middle
    else longest = middle - 1
  }
  const cutsPair = /[\ud800-\udbff]/.test(text[shortest - 1]!)
  return `${text.slice(0, cutsPair ? shortest - 1 : shortest)}…`
}

const encoder = new TextEncoder()
/** what an event has beside its text */
const envelopeBytes = 4096
function fits(text: string): boolean {
  if (text.length > bounds.textLength) return false
  return encoder.encode(JSON.stringify(text)).length <= bounds.eventBytes - envelopeBytes
}
