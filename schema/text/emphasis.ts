import { take, type Budget } from './budget.ts'
import { spacedLetter } from './unspaced-scripts.ts'

/**
 * Which runs of `*`, `_` and `~~` are a pair. The rules are a chat's, stricter than CommonMark's, because people type these
 * characters for what they are: `2*3*4`, `src/*.ts test/*.ts`, `__init__`, `a|*|b` are no formatting.
 *
 * An opening run has no letter or digit before it and no space after it, a closing run the other way round. Scripts that are
 * written without spaces are the exception: 这是**重要**的. A run closes the nearest open one of its kind; what was opened in between
 * is text. Each run is opened and given up once: linear.
 */
export interface Delimiter {
  readonly type: 'delimiter'
  readonly char: string
  /** where the text goes on */
  readonly to: number
  readonly canOpen: boolean
  readonly canClose: boolean
  /** a backslash stands before it: it formats nothing, nor does its partner */
  readonly escaped: boolean
  /** it kept something from being formatted: its backslash is not drawn */
  matched: boolean
  /** characters that are not used, and are text */
  left: number
  /** innermost first */
  readonly opens: ('strong' | 'emphasis' | 'strike')[]
  closes: number
  /** the text, and where in it the run is */
  readonly source: string
  readonly at: number
}

export function runAt(text: string, at: number, start: number, escaped: boolean): Delimiter {
  const char = text[at]!
  let to = at + 1
  while (text[to] === char) to++
  const before = start === 0 ? ' ' : lastCharacter(text, start)
  const after = to >= text.length ? ' ' : String.fromCodePoint(text.codePointAt(to)!)
  const wide = to - at
  const usable = wide <= 3 && (char !== '~' || wide === 2)
  return {
    type: 'delimiter',
    char,
    to,
    canOpen:
      usable &&
      !(wide === 1 ? gluedBefore : gluedDouble).test(before) &&
      !deadAfter.test(after) &&
      !extension(text, to),
    canClose:
      usable &&
      !(wide === 1 ? gluedAfter : gluedDouble).test(after) &&
      !extension(text, to) &&
      !deadBefore.test(before),
    escaped,
    matched: false,
    left: wide,
    opens: [],
    closes: 0,
    source: text,
    at,
  }
}

export function matchDelimiters(runs: readonly Delimiter[], budget: Budget): void {
  const open: Delimiter[] = []
  for (const run of runs) {
    while (run.canClose && run.left > 0) {
      const at = open.findLastIndex((each) => each.char === run.char && lengthOfPair(each, run) > 0)
      const opener = open[at]
      if (!opener) break
      const used = lengthOfPair(opener, run)
      if (opener.escaped || run.escaped) {
        opener.matched = run.matched = true
        open.length = at
        break
      }
      if (isDunder(opener, run, used) || !take(budget)) break
      opener.opens.push(run.char === '~' ? 'strike' : used === 2 ? 'strong' : 'emphasis')
      opener.left -= used
      run.left -= used
      run.closes += 1
      open.length = opener.left > 0 ? at + 1 : at
    }
    if (run.canOpen && run.left > 0 && !run.matched) open.push(run)
    // bounded, so that nothing is nested deeper than can be drawn, and the search above ends soon
    if (open.length > maxOpen) open.shift()
  }
}

const maxOpen = 12

function lengthOfPair(opener: Delimiter, closer: Delimiter): number {
  if (opener.left >= 2 && closer.left >= 2) return 2
  // an only `*` goes with an only one, or with the third of three
  return opener.left !== 2 && closer.left !== 2 ? 1 : 0
}

/** `__init__` is a name; `__really bold__` is not. */
function isDunder(opener: Delimiter, closer: Delimiter, used: number): boolean {
  if (opener.char !== '_' || used !== 2) return false
  const inside = opener.source.slice(opener.to, closer.at)
  return inside.length <= 64 && /^\w+$/.test(inside)
}

function lastCharacter(text: string, end: number): string {
  const low = text.charCodeAt(end - 1)
  return low >= 0xdc00 && low <= 0xdfff && end > 1 ? text.slice(end - 2, end) : text[end - 1]!
}

/** `*.txt`: a dot and a letter after the run is a file's ending, not the end of a sentence. */
function extension(text: string, to: number): boolean {
  return text[to] === '.' && /[\p{L}\p{N}]/u.test(text[to + 1] ?? '')
}

/** before an opening run: the word or the expression goes on */
const gluedBefore = new RegExp(`^(?:${spacedLetter}|[\\\\/|.)\\]}>%=+&@$^])$`, 'u')
const gluedAfter = new RegExp(`^(?:${spacedLetter}|[\\\\/|([{<%=+&@$^])$`, 'u')
// a double run is no operator but beside letters: `**yes**/**no**`, `**f**(x)`
const gluedDouble = new RegExp(`^(?:${spacedLetter}|\\\\)$`, 'u')
/** after an opening run, before a closing one: nothing that could be emphasized */
const deadAfter = /^[\s/\\|)\]},;=]$/u
const deadBefore = /^[\s/\\|([{=+&]$/u
