/**
 * Cutting text so that nobody sees half a character: an emoji family, a letter with its accents, a flag stay whole or go.
 * Example: cutText('ab👨‍👩‍👧', 4) → 'ab'.
 */
export function cutText(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, boundaryBefore(text, length))
}

/** As cutText, with an ellipsis (which counts) where something was cut off. */
export function cutWithEllipsis(text: string, length: number): string {
  return text.length <= length ? text : `${cutText(text, length - 1).trimEnd()}…`
}

/** The last place at or before `at` that is between two characters as people see them. */
export function boundaryBefore(text: string, at: number): number {
  if (at <= 0) return 0
  if (at >= text.length) return text.length
  // between two plain letters, as nearly always
  if (text.charCodeAt(at - 1) < firstMark && text.charCodeAt(at) < firstMark) return at
  // a window is enough, and keeps it quick in a long text; what is longer than it is no character but an attack
  const from = Math.max(0, at - maxCharacter)
  const window = text.slice(from, at + maxCharacter)
  const found = (graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' }))
    .segment(window)
    .containing(at - from)
  if (found && (found.index > 0 || from === 0) && from + found.index > 0) return from + found.index
  return isLowSurrogate(text.charCodeAt(at)) ? at - 1 : at
}

/** below it nothing joins the character before it */
const firstMark = 0x300
const maxCharacter = 64
let graphemes: Intl.Segmenter | undefined

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}
