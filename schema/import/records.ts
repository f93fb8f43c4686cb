import { bounds } from '../events/bounds.ts'
import { cleanName } from '../events/names.ts'
import { cleanText } from './clean-text.ts'
import { derivedKey } from './derived-id.ts'
import { readTime, type SourceTime } from './source-time.ts'

/**
 * What every source is turned into, whatever its format: one record after another, in any order. The import brings them
 * into the order of time, finds what belongs together, and writes events.
 */
export type SourceRecord =
  | { readonly type: 'Message'; readonly at: Position; readonly message: SourceMessage }
  | { readonly type: 'Change'; readonly at: Position; readonly change: SourceChange }
  /** a message that cannot be taken; `about`: the value that is wrong */
  | { readonly type: 'Fault'; readonly at: Position; readonly fault: LineFault; readonly about?: unknown }
  /** what is known of a room, of which there may be no message */
  | { readonly type: 'Room'; readonly room: Named; readonly topic: string }
  /** what is not taken over, counted by kind: ": 12" goes on from it */
  | { readonly type: 'Left'; readonly kind: string; readonly count?: number }
  /** something that came over, to be counted: a file that a text names */
  | { readonly type: 'Told'; readonly kind: string; readonly count?: number }

/** Where in the source: a line of a file, or a message of it, from 1. `file` is '' where there is one file alone. */
export interface Position {
  readonly file: string
  readonly line: number
}

/** `key` names it for ever; `name` is what people read, '' where the source has none. */
export interface Named {
  readonly key: string
  readonly name: string
}
export interface SourceThread extends Named {
  /** the message that it hangs on; null: the first one that is in it */
  readonly root: string | null
}
export interface SourceMessage {
  /** unique in its room */
  readonly id: string
  readonly room: Named
  readonly thread: SourceThread | null
  readonly sender: Named
  readonly time: SourceTime
  readonly text: string
  /** the id of a message in the same room */
  readonly replyTo: string | null
  readonly notes: readonly Note[]
  /** names of fields that hold something which an import does not take */
  readonly left: readonly string[]
}

/** What was said of a message later. An edit's value is the text from then on, a reaction's the emoji. */
export interface SourceChange {
  readonly kind: 'edit' | 'reaction' | 'pin' | 'delete'
  readonly room: string
  /** the message's id */
  readonly target: string
  /** null: the source does not say who */
  readonly person: Named | null
  /** null: it does not say when; then the message's time stands for it */
  readonly time: SourceTime | null
  readonly value: string
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
  | 'TooLong'
  | 'Unreadable'
  | 'NotJson'
  | 'NotAnObject'
  | 'NoTime'
  | 'BadTime'
  | 'BeforeEpoch'
  | 'NoText'
  | 'BadText'
  | 'BadId'

export type LineOutcome =
  | { readonly type: 'Message'; readonly message: SourceMessage }
  /** `about`: the value that cannot be taken */
  | { readonly type: 'Fault'; readonly fault: LineFault; readonly about?: unknown }

/** A message as a source says it: nothing of it is trusted. */
export interface RawMessage {
  readonly id: unknown
  readonly room: Named
  readonly thread?: SourceThread | null
  readonly sender: Named
  readonly time: unknown
  readonly text: unknown
  readonly replyTo?: string | null
  readonly left?: readonly string[]
}

/** What can be missed is missed: without a sender, a room's name or an id a message is still one, and `notes` say so. */
export function messageOf(raw: RawMessage): LineOutcome {
  const found = new Set<Note>()
  const time = readTime(raw.time)
  if (time.type !== 'Time') return { type: 'Fault', fault: time.type, about: raw.time }
  if (raw.text === undefined || raw.text === null) return { type: 'Fault', fault: 'NoText' }
  if (typeof raw.text !== 'string') return { type: 'Fault', fault: 'BadText', about: raw.text }
  if (raw.id !== null && (typeof raw.id === 'object' || typeof raw.id === 'boolean')) {
    return { type: 'Fault', fault: 'BadId', about: raw.id }
  }
  const named = ({ key, name }: Named): Named => {
    const clean = boundedName(cleanedName(name))
    if (clean.length > bounds.nameLength) found.add('NameShortened')
    return { key: key === name ? clean : boundedName(key.toWellFormed()), name: clean }
  }
  const room = named(raw.room)
  const sender = named(raw.sender)
  const given = raw.thread ? { ...named(raw.thread), root: raw.thread.root } : null
  const thread = given?.key === '' ? null : given
  const { text, replaced, shortened } = cleanText(raw.text)
  const ownId = (asText(raw.id) ?? '').trim()
  const id = ownId || `of ${derivedKey(thread?.key ?? '', sender.key, String(time.ms), String(time.sub), text)}`

  if (sender.name === '') found.add('NoSender')
  if (room.name === '') found.add('NoStream')
  if (ownId === '') found.add('NoId')
  if (time.zoneless) found.add('NoZone')
  if (replaced) found.add('CharactersReplaced')
  if (shortened) found.add('TextShortened')
  const inOrder = notes.filter((note) => found.has(note))
  const { replyTo = null, left = [] } = raw
  return { type: 'Message', message: { id, room, thread, sender, time, text, replyTo, notes: inOrder, left } }
}

/** A text, or a number as text: 1 and "1" are the same id, and the same name. */
export function asText(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : null
}

/** Names that are too long to be shown whole stay apart, and need not be held whole for that. */
function boundedName(name: string): string {
  return name.length <= 2 * bounds.nameLength
    ? name
    : `${name.slice(0, 2 * bounds.nameLength).toWellFormed()} ${derivedKey(name)}`
}

/** The same few names stand in thousands of lines. */
const cleanNames = new Map<string, string>()
function cleanedName(name: string): string {
  let clean = cleanNames.get(name)
  if (clean === undefined) {
    clean = cleanName(name.toWellFormed())
    if (cleanNames.size > 20_000) cleanNames.clear()
    if (name.length < 1000) cleanNames.set(name, clean)
  }
  return clean
}
