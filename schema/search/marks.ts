import { foldWithOrigin } from '../text/fold.ts'
import type { SoughtPart } from './seek.ts'
import { isEmoji, wordsOf, type Word } from './words.ts'

/** A stretch of a text. */
export interface Mark {
  readonly from: number
  readonly to: number
}

/** What in a text was found, in its order and without overlap: by the same words by which the index found it. */
export function marksIn(text: string, parts: readonly SoughtPart[]): readonly Mark[] {
  const folded = foldWithOrigin(text)
  const found = foundIn(folded.text, parts)
  return joined(found.map(({ from, to }) => ({ from: folded.from(from), to: folded.to(to - 1) })))
}

/** The same in a folded text; not in order. */
export function foundIn(folded: string, parts: readonly SoughtPart[]): readonly Mark[] {
  const { main, more } = wordsOf(folded)
  return parts.flatMap((part) => [
    ...phrasesIn(main, part),
    ...(part.words.length === 1
      ? more.flatMap((word) => (isWord(word, part, 0) ? [endOf(word, word, part)] : []))
      : []),
  ])
}

/** A folded text has all of the parts. */
export function hasAll(folded: string, parts: readonly SoughtPart[]): boolean {
  const { main, more } = wordsOf(folded)
  return parts.every(
    (part) =>
      phrasesIn(main, part).length > 0 || (part.words.length === 1 && more.some((word) => isWord(word, part, 0))),
  )
}

function phrasesIn(main: readonly Word[], part: SoughtPart): readonly Mark[] {
  const found: Mark[] = []
  for (let at = 0; at + part.words.length <= main.length; at++) {
    if (part.words.every((_, place) => isWord(main[at + place]!, part, place))) {
      found.push(endOf(main[at]!, main[at + part.words.length - 1]!, part))
    }
  }
  return found
}

function isWord(word: Word, { words, begins }: SoughtPart, place: number): boolean {
  const sought = words[place]!
  return word.text === sought || (begins && place === words.length - 1 && word.text.startsWith(sought))
}

/** Of a longer word, what was typed of it. */
function endOf(first: Word, last: Word, { words, begins }: SoughtPart): Mark {
  const typed = last.from + words.at(-1)!.length
  return { from: first.from, to: begins && !isEmoji(last.text) ? Math.min(typed, last.to) : last.to }
}

function joined(marks: readonly Mark[]): readonly Mark[] {
  const result: { from: number; to: number }[] = []
  for (const { from, to } of marks.toSorted((one, other) => one.from - other.from)) {
    const last = result.at(-1)
    if (last && from < last.to) last.to = Math.max(last.to, to)
    else result.push({ from, to })
  }
  return result
}
