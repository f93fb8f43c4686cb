import { mark } from './tags.ts'
import { unspacedScripts } from '../text/unspaced-scripts.ts'

/** What a character does in a word. */
export const Kind = {
  unknown: 0,
  space: 1,
  letter: 2,
  /** belongs to the character before it */
  mark: 3,
  /** a letter of a script without spaces */
  unspaced: 4,
  emoji: 5,
  /** means something where it is typed: + # - _ % → */
  symbol: 6,
  /** ends a sentence, or joins: . : ! ? */
  stop: 7,
  /** brackets, quotes, commas: between words, and nothing more */
  bracket: 8,
} as const
export type Kind = (typeof Kind)[keyof typeof Kind]

/** Of the character that begins at `at`, in a folded text. Called for every character: what is known is kept. */
export function kindOf(text: string, at: number): Kind {
  const unit = text.charCodeAt(at)
  if (unit < 0xd800 || unit > 0xdfff) return (known[unit] || (known[unit] = find(text[at]!))) as Kind
  const code = text.codePointAt(at)!
  if (code < 0x10000) return Kind.space // half of a pair
  let kind = knownAbove.get(code)
  if (!kind) knownAbove.set(code, (kind = find(String.fromCodePoint(code))))
  return kind
}

const known = new Uint8Array(0x10000)
const knownAbove = new Map<number, Kind>()

function find(char: string): Kind {
  if (char === mark) return Kind.space
  if (/[.:!?]/.test(char)) return Kind.stop
  if (/[-#%&*/@\\_§†‡‰]/.test(char)) return Kind.symbol
  if (/[\s\p{Z}\p{C}]/u.test(char) && !/[\p{Co}\p{Cn}]/u.test(char)) return Kind.space
  if (char !== '`' && /[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}]/u.test(char))
    return Kind.emoji
  if (/\p{M}/u.test(char)) return Kind.mark
  if (/[\p{L}\p{N}]/u.test(char)) return unspaced.test(char) ? Kind.unspaced : Kind.letter
  if (char === '`' || /\p{P}/u.test(char)) return Kind.bracket
  return Kind.symbol
}

/** and what two of these scripts share: 々 ー 〆 */
const unspaced = new RegExp(`[${unspacedScripts}々〆ー\\p{Script=Bopomofo}\\p{Script=Yi}]`, 'u')
