import { aheadOf, breachOf } from '../events/bounds.ts'
import { validateEvent, type AnyEvent, type EventFault, type KnownEvent } from '../events/event.ts'
import { deviceBounds } from '../device-bounds.ts'
import type { PersonPresence } from './presence.ts'
import type { AppendResult, StreamHead, StreamPage, TailMessage } from './http.ts'

/**
 * What came from the server (or from a queue that an older build wrote), as far as it can be trusted before anybody looks
 * into the events. Laws: it can be cloned, stored and written out, whatever came; an item that cannot be passed on stands
 * in its place with its fault, and the items around it are as they were; places only grow, so that a cursor never jumps.
 */
export interface Received {
  /** where a cursor is when this is applied */
  readonly seq: string
  readonly receivedAt: number
  /** not checked, but within the bounds of JSON; of an item with a fault only the beginning, as text */
  readonly event: unknown
  readonly fault?: EventFault
}
export type ReceivedPage = Omit<StreamPage, 'items'> & { readonly items: readonly Received[] }
export type ReceivedTail =
  /** something came that nobody can read: what it told of is to be asked for */
  | { readonly type: 'unreadable' }
  | Exclude<TailMessage, { type: 'items' }>
  | (Omit<Extract<TailMessage, { type: 'items' }>, 'items'> & { readonly items: readonly Received[] | null })

/**
 * A page that follows `after`; null when it is none. Items are in the order of their places and lie behind `after`; one
 * that names no place stands at the end, with a fault, where it moves no cursor.
 *
 * Example: after 2, items 3, 5, 7 (a number), 1, 4 → 3, 4, 5, and one at 5 with a fault.
 */
export function readPage(input: unknown, after: string | null = null): ReceivedPage | null {
  if (!isObject(input) || !Array.isArray(input['items'])) return null
  const { head, total, behind, upToDate, names } = input
  if (!isPlaceOrNull(head) || !isCount(total) || !isCount(behind) || typeof upToDate !== 'boolean') return null
  const items = inOrder(input['items'], after)
  return { items, head, total, behind, upToDate, ...(isObject(names) && { names: onlyTexts(names) }) }
}

/** Null when it is no message of ours. */
export function readTail(input: unknown): ReceivedTail | null {
  if (!isObject(input)) return null
  const { type, stream, actor, heads, head, total, after, items } = input
  if (type === 'heads') {
    const { gone } = input
    if (typeof actor !== 'string' || !Array.isArray(heads)) return null
    return { type, actor, heads: heads.filter(isHead), gone: Array.isArray(gone) ? gone.filter(isName) : [] }
  }
  if (!isName(stream)) return null
  if (type === 'gone') return { type, stream }
  if (type === 'presence') {
    const { whole, people } = input
    if (typeof whole !== 'boolean' || !Array.isArray(people)) return null
    return { type, stream, whole, people: people.filter(isPresence).slice(0, deviceBounds.presencePeople) }
  }
  if (type === 'joined')
    return isHead(input) ? { type, stream, head: head as string | null, total: total as number } : null
  if (type !== 'items' || !isPlace(head) || !isPlaceOrNull(after)) return null
  const inline = Array.isArray(items) ? inOrder(items, after) : null
  // what does not end where it says it does is mere news: it is read in its place
  return { type, stream, after, head, items: inline?.at(-1)?.seq === head ? inline : null }
}

/** What the server said of an append: an answer for each event, or null. */
export function readResults(input: unknown, ids: readonly string[]): AppendResult['results'] | null {
  const results: unknown = isObject(input) ? input['results'] : null
  if (!Array.isArray(results) || !results.every(isResult)) return null
  const answered = new Set(results.map(({ id }) => id))
  return ids.every((id) => answered.has(id)) ? results : null
}

/** An item as it lies in a queue or message; of older builds too. */
export function received(input: unknown): Received {
  if (!isObject(input)) return faulty('', 0, input, '', 'must be an object')
  const { seq, receivedAt, event, fault } = input
  const place = isPlace(seq) ? seq : ''
  if (isFault(fault))
    return { seq: place, receivedAt: isTime(receivedAt) ? receivedAt : 0, event: beginning(event), fault }
  if (place === '') return faulty('', 0, event, 'seq', 'must be a place in the stream')
  if (!isTime(receivedAt)) return faulty(place, 0, event, 'receivedAt', 'must be a time')
  const breach = breachOf(event)
  if (breach) {
    const code = breach.tooLarge ? 'EVENT_TOO_LARGE' : 'MALFORMED_EVENT'
    return faulty(place, receivedAt, event, breach.path, breach.message, code)
  }
  return { seq: place, receivedAt, event }
}

/**
 * The event of an item of this stream, or why it is none that counts: malformed, of another stream, or ahead of the time at
 * which the server took it. `known` is null for a type that only a newer build knows.
 */
export function eventOf(
  item: Received,
  stream: string,
): { readonly event: AnyEvent; readonly known: KnownEvent | null } | { readonly fault: EventFault } {
  if (item.fault) return { fault: item.fault }
  const checked = validateEvent(item.event)
  if (checked.type === 'invalid') return { fault: checked.fault }
  const { event } = checked
  if (event.stream !== stream) {
    const message = `stream: the event is of ${event.stream}, it came in ${stream}`
    return { fault: { code: 'MALFORMED_EVENT', field: 'stream', message } }
  }
  const ahead = aheadOf(event, item.receivedAt)
  if (ahead) return { fault: { code: 'CLOCK_AHEAD', field: ahead.field, message: `${ahead.field}: ${ahead.message}` } }
  return { event, known: checked.type === 'known' ? checked.event : null }
}

/** An event that nobody could read, found by its place in the text of a page that is not JSON; null when there is none. */
export function unreadable(text: string, after: string | null): Received | null {
  const seq = /"seq"\s*:\s*"([^"\\]{1,200})"/.exec(text)?.[1]
  if (seq === undefined || !isPlace(seq) || (after !== null && seq <= after)) return null
  return faulty(seq, 0, text, '', 'is not JSON')
}

/** Items as they may be handed on: in the order of their places, behind `after`. */
export function inOrder(inputs: readonly unknown[], after: string | null): Received[] {
  const placed: Received[] = []
  const unplaced: Received[] = []
  for (const input of inputs.slice(0, deviceBounds.pageItems)) {
    const item = received(input)
    if (item.seq === '') unplaced.push(item)
    else if (after === null || item.seq > after) placed.push(item)
  }
  placed.sort((a, b) => (a.seq < b.seq ? -1 : a.seq > b.seq ? 1 : 0))
  const last = placed.at(-1)?.seq ?? after
  return last === null ? placed : [...placed, ...unplaced.map((item) => ({ ...item, seq: last }))]
}

function faulty(
  seq: string,
  receivedAt: number,
  event: unknown,
  field: string,
  words: string,
  code: EventFault['code'] = 'MALFORMED_EVENT',
): Received {
  const fault: EventFault = { code, field, message: `${field || 'the event'}: ${words}` }
  return { seq, receivedAt, event: beginning(event), fault }
}

/** As text; of something that cannot be written out, nothing. */
export function beginning(input: unknown): string {
  return written(input).slice(0, deviceBounds.setAsideLength).toWellFormed()
}
function written(input: unknown): string {
  if (typeof input === 'string') return input
  try {
    return JSON.stringify(input) ?? String(input)
  } catch {
    return ''
  }
}

const isObject = (input: unknown): input is Readonly<Record<string, unknown>> =>
  typeof input === 'object' && input !== null
const isName = (input: unknown): input is string => typeof input === 'string' && input.length > 0 && input.length <= 200
/** as the log makes them: sortable as text */
const isPlace = (input: unknown): input is string => typeof input === 'string' && /^[\x21-\x7e]{1,64}$/.test(input)
const isPlaceOrNull = (input: unknown): input is string | null => input === null || isPlace(input)
const isCount = (input: unknown): input is number => Number.isSafeInteger(input) && (input as number) >= 0
const isTime = (input: unknown): input is number => isCount(input) && input <= 8.64e15
const isFault = (input: unknown): input is EventFault =>
  isObject(input) && ['code', 'field', 'message'].every((key) => typeof input[key] === 'string')
const isHead = (input: unknown): input is StreamHead =>
  isObject(input) && isName(input['stream']) && isPlaceOrNull(input['head']) && isCount(input['total'])
const isPresence = (input: unknown): input is PersonPresence =>
  isObject(input) &&
  isName(input['person']) &&
  typeof input['here'] === 'boolean' &&
  Array.isArray(input['typing']) &&
  input['typing'].every(isName)
const isResult = (input: unknown): input is AppendResult['results'][number] =>
  isObject(input) && typeof input['id'] === 'string' && isPlace(input['seq']) && isTime(input['receivedAt'])

function onlyTexts(names: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const entries = Object.entries(names).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return Object.fromEntries(entries)
}
