import { fold } from '../text/fold.ts'
import { spacedLetter, unspacedScripts } from '../text/unspaced-scripts.ts'

/**
 * How one term is sought. The full-text index knows words: runs of letters and digits, without case and accents. What it does
 * not know is looked for in the body itself: symbols (`C++`, `->`, `%`, 🎉), an option's dashes (`--force`), and words of scripts
 * without spaces, of which the index knows only whole runs (上海 in 我家在上海东边).
 *
 * Examples: `colou` while it is typed → match "colou"*. `don't` → match "don t". `C#` → match "c", and the body has `c#`.
 */
export interface Sought {
  /** an FTS5 expression that finds a superset; null: the index cannot help */
  readonly match: string | null
  /** the index's answer needs no check; it lacks only words that stand inside a run of an unspaced script (我用React写) */
  readonly exact: boolean
  /** a LIKE pattern that what is sought fits */
  readonly like: string
  /** tells, of a folded text, where it is */
  readonly pattern: RegExp
}

/** null: nothing that could be sought (a lone quote). */
export function seekTerm(typed: string, open: boolean, quoted: boolean): Sought | null {
  const text = quoted ? typed : withoutSentence(typed)
  const folded = fold(text)
  // as typed: the index folds by rules of its own
  const words = text.match(word) ?? []
  if (/^[\s"'“”]*$/.test(text)) return null
  if (words.length === 0 || unspaced.test(text))
    return { match: null, exact: false, like: likePattern(text), pattern: literal(folded, true) }
  const last = words.at(-1)!
  const exact = !symbols.test(text)
  // one letter begins too much, unless symbols narrow it down
  const begins = open && text.endsWith(last) && (last.length > 1 || !exact)
  const match = `"${words.join(' ')}"${begins ? '*' : ''}`
  const pattern = exact ? phrase(folded.match(word) ?? [], begins) : literal(folded, begins)
  return { match, exact, like: likePattern(exact ? words.join(' ') : text), pattern }
}

/** `(hello),` → `hello`; `:)` and `...` are what they are. */
function withoutSentence(text: string): string {
  if (!/[\p{L}\p{N}]/u.test(text)) return text
  return text.replace(/^[.,;:!?…'"‘’“”()[\]{}@#]+|[.,;:!?…'"‘’“”()[\]{}]+$/gu, '')
}

/** what the index drops and people mean: all but the punctuation of sentences; an underscore or a dash where it is part of a name */
const symbols = /[^\p{L}\p{N}\p{M}\s.,;:!?…'"‘’“”()[\]{}_-]|^-|\s-|[\p{L}\p{N}]_[\p{L}\p{N}]/u
const word = /[\p{L}\p{N}\p{M}]+/gu
const unspaced = new RegExp(`[${unspacedScripts}]`, 'u')

const before = `(?<!${spacedLetter})`
const behind = `(?!${spacedLetter})`

function phrase(words: readonly string[], begins: boolean): RegExp {
  return new RegExp(before + words.map(escape).join('[^\\p{L}\\p{N}]+') + (begins ? '' : behind), 'gu')
}

/** A word does not begin within another, nor an option within `a-b`. */
function literal(folded: string, begins: boolean): RegExp {
  const start = beginsAsWord.test(folded) ? before : /^-+[\p{L}\p{N}]/u.test(folded) ? `${before}(?<!-)` : ''
  const end = !begins && endsAsWord.test(folded) ? behind : ''
  return new RegExp(start + folded.trim().split(/\s+/).map(escape).join('\\s+') + end, 'gu')
}

const beginsAsWord = new RegExp(`^${spacedLetter}`, 'u')
const endsAsWord = new RegExp(`${spacedLetter}$`, 'u')

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

/**
 * For LIKE, which knows the case of ASCII alone: what has case or an accent beyond it may be anything, as may space; the pattern has
 * the last word.
 */
function likePattern(text: string): string {
  const inside = text
    .normalize('NFC')
    .replace(/[\\%_]/g, '\\$&')
    .replace(/(?:(?![\x20-\x7e])[\p{Lu}\p{Ll}\p{M}]|[\s'"‘’“”])+/gu, '%')
  return `%${inside}%`
}
