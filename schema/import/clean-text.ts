import { bounds } from '../events/bounds.ts'

/** A text of a source → one that an event has room for, and what had to be done to it. */
export interface CleanText {
  readonly text: string
  /** what is no Unicode shows as \ufffd */
  readonly replaced: boolean
  /** its end was cut off */
  readonly shortened: boolean
}

export function cleanText(raw: string): CleanText {
  const whole = raw.isWellFormed() && !raw.includes('\0') ? raw : raw.toWellFormed().replaceAll('\0', '\ufffd')
  const text = fitting(whole)
  return { text, replaced: whole !== raw, shortened: text !== whole }
}

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
