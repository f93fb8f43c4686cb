/**
 * Every bound of an event, with its number. Server and device ask the same questions of it, so what one takes the other takes.
 *
 * `breachOf` looks at an input that may be anything (JSON of a stranger, or what a structured clone can carry) before
 * anything else does. Law: what passes is a tree of JSON, of at most `depth` levels, that `JSON.stringify`, a validator
 * and SQLite take without a surprise. It does not recurse: a million levels cost as little as 33. It stops at the first breach.
 *
 * Example: {payload: {a: [1, 0.5]}} → {path: 'payload.a.1', message: 'must be a whole number of at most 53 bits'}.
 */
export const bounds = {
  /** of the event as JSON in UTF-8 */
  eventBytes: 64 * 1024,
  /** objects and arrays inside one another, the event itself among them */
  depth: 32,
  /** of one object */
  keys: 256,
  keyLength: 200,
  /** of one array */
  items: 4096,
  /** in the whole event */
  values: 16_384,
  deps: 64,
  /** UTF-16 units, as JavaScript counts them, here and below */
  idLength: 200,
  typeLength: 64,
  nameLength: 200,
  topicLength: 1000,
  textLength: 60_000,
  /** of a saved view's search or SELECT */
  viewLength: 8000,
  emojiLength: 64,
  /** of one message */
  files: 10,
  /** why an admin mutes or bans somebody */
  reasonLength: 300,
  /** how long somebody may be muted */
  muteMs: 366 * 24 * 3_600_000,
  /** people whom one invitation lets in */
  inviteUses: 10_000,
  /** of an update of a page that is too long for one event */
  updateParts: 64,
  /** how far an event's times may lie ahead of the time at which the server received it */
  aheadMs: 5 * 60_000,
} as const

export interface Breach {
  /** dotted path of what is wrong, '' for the whole */
  readonly path: string
  /** goes on from the field's name: "must be …" */
  readonly message: string
  /** it is well made, but too much */
  readonly tooLarge: boolean
}

/** What an input breaks first; null when it is JSON within the bounds. Never throws, unless a getter or proxy does. */
export function breachOf(input: unknown): Breach | null {
  const root: Level = { value: input, key: '', depth: 0, above: null }
  const faultOfRoot = faultOf(input)
  if (faultOfRoot !== null) return breach(root, null, faultOfRoot)
  const open: Level[] = isContainer(input) ? [{ ...root, depth: 1 }] : []
  const size = { values: 1, chars: typeof input === 'string' ? input.length : 0 }
  for (let level = open.pop(); level; level = open.pop()) {
    if (level.depth > bounds.depth) {
      return breach(level, null, `must not be nested more than ${bounds.depth} levels deep`)
    }
    const isArray = Array.isArray(level.value)
    const keys = isArray ? null : Object.keys(level.value as object)
    const length = keys ? keys.length : (level.value as readonly unknown[]).length
    const most = keys ? bounds.keys : bounds.items
    if (length > most) return breach(level, null, `must have at most ${most} ${keys ? 'fields' : 'entries'}`, true)
    for (let index = 0; index < length; index++) {
      const key = keys ? keys[index]! : String(index)
      if (keys && key.length > bounds.keyLength) {
        return breach(level, null, `must have field names of at most ${bounds.keyLength} characters`, true)
      }
      if (keys && !key.isWellFormed()) return breach(level, null, 'must have field names of well-formed Unicode')
      const value = (level.value as Record<string, unknown>)[key]
      if (value === undefined && keys) continue // as good as absent, in JSON too
      const fault = faultOf(value)
      if (fault !== null) return breach(level, key, fault)
      size.values += 1
      size.chars += (keys ? key.length : 0) + (typeof value === 'string' ? value.length : 1)
      if (size.values > bounds.values || size.chars > bounds.eventBytes) return breach(root, null, tooLong, true)
      if (isContainer(value)) open.push({ value, key, depth: level.depth + 1, above: level })
    }
  }
  // Only what may be too long is written out: a character takes at most 6 bytes, and all else about a value at most 24.
  if (6 * size.chars + 24 * size.values > bounds.eventBytes && utf8Length(JSON.stringify(input)) > bounds.eventBytes) {
    return breach(root, null, tooLong, true)
  }
  return null
}

/** Names one thing for ever, in addresses, keys and logs: visible, and without line breaks and other control characters. */
export function isId(text: string): boolean {
  return text.length <= bounds.idLength && text.isWellFormed() && !control.test(text) && isVisible(text)
}

export const idInWords = `must be 1 to ${bounds.idLength} characters that can be seen, on one line`

/** Something of it can be seen. (Characters that this engine does not know yet can be, on newer ones.) */
export function isVisible(text: string): boolean {
  return visible.test(text)
}

/**
 * Why an event lies too far in the future; null when it does not. Compared with the time at which the *server* took it,
 * never with a device's own clock: all devices come to the same answer, at any time.
 */
export function aheadOf(
  event: { readonly clock: string; readonly at: number },
  receivedAt: number,
): { readonly field: 'clock' | 'at'; readonly message: string } | null {
  const latest = receivedAt + bounds.aheadMs
  if (Number(BigInt(event.clock) >> 16n) > latest) return { field: 'clock', message: ahead }
  return event.at > latest ? { field: 'at', message: ahead } : null
}
const ahead = 'is ahead of the time: the clock of the device that wrote it was wrong'

interface Level {
  readonly value: unknown
  readonly key: string
  readonly depth: number
  readonly above: Level | null
}

const tooLong = `is too long: at most ${bounds.eventBytes / 1024} kB can be sent`
const control = /\p{Cc}/u
// beside spaces and format characters, what draws nothing: selectors, and the fillers of Hangul and Braille
const visible = /[^\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u

/** What is wrong with one value, whatever it holds. */
function faultOf(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? null : 'must be well-formed Unicode'
    case 'number':
      return Number.isSafeInteger(value) ? null : 'must be a whole number of at most 53 bits'
    case 'boolean':
      return null
    case 'object':
      return value === null || Array.isArray(value) || isPlain(value) ? null : 'must be JSON'
    default:
      return 'must be JSON'
  }
}

/** An object literal's prototype (of any realm), or none. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function breach(level: Level, key: string | null, message: string, tooLarge = false): Breach {
  const keys = key === null ? [] : [key]
  for (let at: Level | null = level; at?.above; at = at.above) keys.unshift(at.key)
  return { path: shortened(keys), message, tooLarge }
}

/** At 33 levels, or with names of 200 characters, a path says enough by its beginning. */
function shortened(keys: readonly string[]): string {
  const path = keys.slice(0, 8).join('.').toWellFormed().slice(0, 120).toWellFormed()
  return keys.length > 8 || path.length === 120 ? `${path}…` : path
}

const encoder = new TextEncoder()
function utf8Length(text: string): number {
  return encoder.encode(text).length
}
