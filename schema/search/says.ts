import { foldMarks } from '../text/fold.ts'
import { hasAll } from './marks.ts'
import type { SoughtPart } from './seek.ts'

/**
 * The SQL function `says(text, parts)`, where `parts` is JSON: the text has all of them. The index knows which words a text has; their
 * places in it would cost 90 bytes a message, and are only asked for phrases. So phrases are read in the texts that have all of their words.
 */
export function says(text: string, parts: string): boolean {
  const { phrases, quick, ofAscii } = readParts(parts)
  if (quick.length === 0) return hasAll(foldMarks(text), phrases)
  const folded = foldMarks(text)
  const lower = folded.toLowerCase()
  if (!quick.every((each) => each.test(lower))) return false
  return (ofAscii && ascii.test(text)) || hasAll(folded, phrases)
}

interface Parts {
  readonly phrases: readonly SoughtPart[]
  /** each holds of a text in lower case that has the phrase */
  readonly quick: readonly RegExp[]
  /** for each phrase there is one, and it says of a text of plain ASCII whether it has the phrase */
  readonly ofAscii: boolean
}

/** One search asks of many texts. */
let last: { readonly json: string; readonly parts: Parts } | null = null
function readParts(json: string): Parts {
  if (last?.json !== json) {
    const phrases = JSON.parse(json) as SoughtPart[]
    const quick = phrases.filter(({ words }) => words.every(isPlain)).map(toRegExp)
    last = { json, parts: { phrases, quick, ofAscii: quick.length === phrases.length } }
  }
  return last.parts
}

/** Only letters and digits, and shorter than what is cut (words.ts). */
const isPlain = (word: string): boolean => /^[a-z0-9]{1,63}$/.test(word)
/** In plain ASCII, letters and digits are words and all else stands between them. */
function toRegExp({ words, begins }: SoughtPart): RegExp {
  return new RegExp(`(?<![a-z0-9])${words.join('[^a-z0-9]+')}${begins ? '' : '(?![a-z0-9])'}`)
}

// eslint-disable-next-line no-control-regex -- all of ASCII
const ascii = /^[\0-\x7f]*$/
