import { boundaryBefore } from '../text/cut-text.ts'
import { fold, foldWithOrigin } from '../text/fold.ts'
import { plainText } from '../text/plain-text.ts'

/** A piece of an excerpt: found, or around what was found. */
export interface ExcerptPiece {
  readonly text: string
  readonly marked: boolean
}

const length = 220
const before = 60

/** Some text around the first thing that was found, in one line, without mark-up, cut between characters. */
export function excerptOf(body: string, patterns: readonly RegExp[]): readonly ExcerptPiece[] {
  const near = stretchAround(body, patterns)
  const plain = oneLine(plainText(near))
  const found = marksIn(plain, patterns)
  // an address, or the name of a code block's language, is in the body and not in what is drawn
  if (found.length === 0 && patterns.length > 0) {
    const raw = oneLine(near)
    const inRaw = marksIn(raw, patterns)
    if (inRaw.length > 0) return pieces(raw, inRaw)
  }
  return pieces(plain, found)
}

/** A stretch of the body that has room for what is shown, though mark-up goes. */
function stretchAround(body: string, patterns: readonly RegExp[]): string {
  const reach = 2 * length
  if (body.length <= 3 * length) return body
  const folded = fold(body)
  const at = Math.min(...patterns.map((pattern) => folded.search(pattern)).filter((each) => each >= 0), body.length)
  const around = at === body.length ? 0 : Math.round((at * body.length) / folded.length)
  const from = around < reach ? 0 : boundaryBefore(body, around - length)
  const line = body.lastIndexOf('\n', around)
  return body.slice(line > from ? line + 1 : from, boundaryBefore(body, around + reach))
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

interface Mark {
  readonly from: number
  readonly to: number
}

function marksIn(text: string, patterns: readonly RegExp[]): readonly Mark[] {
  const folded = foldWithOrigin(text)
  const marks: Mark[] = []
  for (const pattern of patterns) {
    for (const found of folded.text.matchAll(pattern)) {
      if (found[0] === '' || marks.length > 50) break
      marks.push({ from: folded.origin[found.index]!, to: folded.origin[found.index + found[0].length]! })
    }
  }
  return marks.sort((one, other) => one.from - other.from)
}

function pieces(text: string, marks: readonly Mark[]): readonly ExcerptPiece[] {
  const first = marks[0]?.from ?? 0
  const from = first <= before ? 0 : boundaryBefore(text, wordBefore(text, first - before))
  const to = boundaryBefore(text, from + length)
  const found: ExcerptPiece[] = []
  const put = (piece: string, marked: boolean) => piece !== '' && found.push({ text: piece, marked })
  let at = from
  put(from > 0 ? '…' : '', false)
  for (const mark of marks) {
    if (mark.from < at || mark.from >= to) continue
    put(text.slice(at, mark.from), false)
    at = Math.min(mark.to, to)
    put(text.slice(mark.from, at), true)
  }
  put(text.slice(at, to), false)
  put(to < text.length ? '…' : '', false)
  return found
}

function wordBefore(text: string, at: number): number {
  const space = text.indexOf(' ', at)
  return space >= 0 && space - at < 20 ? space + 1 : at
}
