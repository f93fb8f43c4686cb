import { boundaryBefore } from '../text/cut-text.ts'
import { foldMarks } from '../text/fold.ts'
import { plainText } from '../text/plain-text.ts'
import { foundIn, marksIn, type Mark } from './marks.ts'
import type { SoughtPart } from './seek.ts'

/** A piece of an excerpt: found, or around what was found. */
export interface ExcerptPiece {
  readonly text: string
  readonly marked: boolean
}

const length = 220
const before = 60

/** Some text around the first thing that was found, in one line, without mark-up, cut between characters. */
export function excerptOf(body: string, sought: readonly SoughtPart[]): readonly ExcerptPiece[] {
  const near = stretchAround(body, sought)
  const plain = oneLine(plainText(near))
  const found = marksIn(plain, sought)
  // an address, or the name of a code block's language, is in the body and not in what is drawn
  if (found.length === 0 && sought.length > 0) {
    const raw = oneLine(near)
    const inRaw = marksIn(raw, sought)
    if (inRaw.length > 0) return pieces(raw, inRaw)
  }
  return pieces(plain, found)
}

/** A stretch of the body that has room for what is shown, though mark-up goes. */
function stretchAround(body: string, sought: readonly SoughtPart[]): string {
  const reach = 2 * length
  if (body.length <= 3 * length) return body
  const folded = foldMarks(body)
  const at = Math.min(...foundIn(folded, sought).map(({ from }) => from), folded.length)
  const around = at === folded.length ? 0 : Math.round((at * body.length) / folded.length)
  const from = around < reach ? 0 : boundaryBefore(body, around - length)
  const line = body.lastIndexOf('\n', around)
  return body.slice(line > from ? line + 1 : from, boundaryBefore(body, around + reach))
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
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
