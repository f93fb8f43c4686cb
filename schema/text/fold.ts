/**
 * Text as people compare it: case, accents and the width of letters do not count. `Émile`, `EMILE` and `émile` with a combining
 * accent are one; vowel signs of other scripts (ไม้, שלום without points) are letters and stay.
 */
export function fold(text: string): string {
  // most text is plain ASCII
  if (ascii.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .replace(marks, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(single, (char) => letters[char]!)
}

// eslint-disable-next-line no-control-regex -- all of ASCII
const ascii = /^[\0-\x7f]*$/
/** accents, Hebrew points, Arabic short vowels, and what chooses an emoji's look */
const marks = /[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670]|[\ufe0e\ufe0f]/g
/** letters that have no accent to lose, and are still typed without it */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ı: 'i',
  þ: 'th',
  ħ: 'h',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
}
const single = new RegExp(`[${Object.keys(letters).join('')}]`, 'g')

/** A folded text, and for each of its characters where it stood. */
export interface Folded {
  readonly text: string
  /** index in the folded text → index in the original; one more for the end */
  readonly origin: readonly number[]
}

/** fold, with the way back: for marking what was found. Slow; for short texts. */
export function foldWithOrigin(original: string): Folded {
  let text = ''
  const origin: number[] = []
  for (const found of original.matchAll(/[^\p{M}]\p{M}*|\p{M}+/gsu)) {
    const folded = fold(found[0])
    for (let at = 0; at < folded.length; at++) origin.push(found.index)
    text += folded
  }
  origin.push(original.length)
  return { text, origin }
}
