import { unspacedScripts } from './unspaced-scripts.ts'

/**
 * Text as people compare it: case, accents and the width of letters do not count. `Émile`, `EMILE` and `émile` with a combining
 * accent are one, and so are `ß` and `ss`, `أحمد` and `احمد`, `٣` and `3`. What makes another letter to its readers stays: й is
 * not и, が is not か, vowel signs (ไม้, कि) are letters.
 */
export function fold(text: string): string {
  return lowerCase(foldMarks(text))
}

/** All of `fold` but case: `camelCase` can still be taken apart. */
export function foldMarks(text: string): string {
  // most text is plain ASCII
  if (ascii.test(text)) return text
  let bare = text.normalize('NFKD')
  if (perhapsMark.test(bare)) bare = bare.replace(marks, '')
  bare = bare.normalize('NFC').replace(vowelAm, (am) => (am < '\u0e80' ? 'ำ' : 'ຳ'))
  return bare.replace(single, (char) => letters[char] ?? digitOf(char))
}

/** Of a text without accents: each character stays one. */
export function lowerCase(text: string): string {
  return ascii.test(text) ? text.toLowerCase() : text.toLowerCase().replaceAll('ς', 'σ')
}

// eslint-disable-next-line no-control-regex -- all of ASCII
const ascii = /^[\0-\x7f]*$/
/**
 * Accents (the breve and the dots of й ў ї are no accents), Hebrew points, Arabic vowel signs and hamzas on other letters, the
 * tatweel, the dot below of Devanagari; and what has no shape: emoji's selectors, soft hyphens, marks of direction, word joiners.
 */
const accents =
  '\\u0300-\\u036f\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u0591-\\u05bd\\u05bf-\\u05c7\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u06d6-\\u06ed\\u0640\\u093c'
const shapeless = '\\ufe00-\\ufe0f\\u00ad\\u061c\\u200c\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff'
/** quick to test, and most texts have none */
const perhapsMark = new RegExp(`[${accents}${shapeless}\\u200b\\u200d]`)
const marks = new RegExp(
  [
    `(?![\\u0306\\u0308])[${accents}]`,
    '(?<![иИуУ])\\u0306|(?<![іІ])\\u0308',
    `[${shapeless}]`,
    // joiners that join no emoji, and spaces of no width where words have no spaces
    '(?<![\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d',
    `(?<=[${unspacedScripts}])\\u200b`,
  ].join('|'),
  'gu',
)
/** letters that have no accent to lose, and are still typed as others */
const pairs: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'ß ss ẞ SS æ ae Æ AE œ oe Œ OE þ th Þ Th ø o Ø O đ d Đ D ð d Ð D ł l Ł L ħ h Ħ H ŧ t Ŧ T ı i',
    // Arabic: dotless yeh, teh marbuta, the letters of Persian and Urdu keyboards
    'ٱ ا ى ي ی ي ې ي ک ك ة ه ہ ه ھ ه ە ه',
    // Devanagari: both signs of a nasal vowel
    '\u0901 \u0902',
    `’ ' ‘ ' ʼ ' “ " ” "`,
  ].flatMap((line) => Array.from(line.matchAll(/(\S+) (\S+)/g), ([, letter, other]) => [letter!, other!])),
)
const letters: Record<string, string> = { ...pairs }
const single = new RegExp(`[${Object.keys(pairs).join('')}]|(?![\\0-\\x7f])\\p{Nd}`, 'gu')

/** NFKD takes the vowel am of Thai and Lao apart, which is one letter to its readers */
const vowelAm = /\u0e4d\u0e32|\u0ecd\u0eb2/g

/** The digit as it is in ASCII: ٣ → 3. The ten of a script stand in a row. */
function digitOf(char: string): string {
  let zero = char.codePointAt(0)!
  const code = zero
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--
  return (letters[char] = String(code - zero))
}

/** A folded text, and for each of its characters where that which it was made of begins and ends in the original. */
export interface Folded {
  readonly text: string
  from(at: number): number
  to(at: number): number
}

/** foldMarks, with the way back: for marking what was found. Slow where the text is not plain ASCII; for short texts. */
export function foldWithOrigin(original: string): Folded {
  if (ascii.test(original)) return { text: original, from: (at) => at, to: (at) => at + 1 }
  let text = ''
  const from: number[] = []
  const to: number[] = []
  for (const found of original.matchAll(character)) {
    const folded = foldMarks(found[0])
    for (let at = 0; at < folded.length; at++) {
      from.push(found.index)
      to.push(found.index + found[0].length)
    }
    text += folded
  }
  return { text, from: (at) => from[at]!, to: (at) => to[at]! }
}

/** What folds together: a letter with its marks and joiners, the half-width voicing of kana, a syllable of Hangul letters. */
const behind = '\\p{M}\\uff9e\\uff9f\\u00ad\\u200b-\\u200f\\u2060'
const hangul = '\\u1100-\\u11ff\\u3131-\\u318e\\uffa0-\\uffdc'
const am = '(?<=\\u0e4d)\\u0e32|(?<=\\u0ecd)\\u0eb2'
const character = new RegExp(`[${hangul}][${hangul}${behind}]*|[^${behind}](?:[${behind}]|${am})*|[${behind}]+`, 'gsu')
