import { fold } from '../text/fold.ts'
import { bounds, isVisible } from './bounds.ts'

/**
 * Names that people give: of a space, a room, a thread, a person, a page. One rule for the app, the device and the server.
 *
 * Example: 'Ann\u202e' is refused by `nameFault`; `cleanName` makes 'Ann' of it; `foldName` calls 'Ánn ' and 'ANN' the same.
 */
export const maxNameLength = bounds.nameLength

/** Why this cannot be a name, in words that go on after "the name"; null when it can. */
export function nameFault(name: string): string | null {
  if (name.length > maxNameLength) return `must have at most ${maxNameLength} characters`
  if (!isVisible(name)) return 'must have a character that can be seen'
  if (unwanted.test(name)) return 'must not have control characters, or characters that hide or turn text'
  return null
}

/** The name that is kept of what was typed: without what cannot be seen, with single spaces. '' when nothing is left. */
export function cleanName(typed: string): string {
  const name = typed.normalize('NFC').replace(/\s+/gu, ' ').replace(unwantedOrMark, '').trim()
  return isVisible(name) ? name : ''
}

/** A name for what others wrote (an import, a thread's first line): clean, cut to `length`, or `otherwise` if nothing is left. */
export function nameFrom(text: string, otherwise: string, length: number = maxNameLength): string {
  const name = cleanName(text.toWellFormed())
  if (name.length <= length) return name || otherwise
  const end = name.charCodeAt(length - 2)
  return `${name.slice(0, end >= 0xd800 && end <= 0xdbff ? length - 2 : length - 1).trimEnd()}…`
}

/** What two names have in common when people read them as the same: see `fold`; blanks and what cannot be seen do not count either. */
export function foldName(name: string): string {
  // most names are plain ASCII, and thousands are compared at once
  if (plainName.test(name)) return name.toLowerCase()
  const folded = fold(name.replace(ignorable, '')).replace(/\s+/gu, ' ').trim()
  return folded.replace(/[йїў]/g, (letter) => alike[letter]!)
}
/** letters of their own that look like others with an accent: two names are not told apart by them */
const alike: Readonly<Record<string, string>> = { й: 'и', ї: 'і', ў: 'у' }

// Kept: joiners (Persian, Indic scripts and emoji need them), tags and selectors (flags), the marks that keyboards type.
const unwanted = /[\p{Cc}\u00ad\u180e\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/u
const unwantedOrMark = /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu
const ignorable = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu
const plainName = /^[!-~]+(?: [!-~]+)*$/
