import { emailAround, urlAt } from './autolink.ts'
import { attempt, take, type Budget } from './budget.ts'
import { matchDelimiters, runAt, type Delimiter } from './emphasis.ts'
import type { Inline } from './message-ast.ts'
import { linkAt } from './inline-link.ts'
import { scanBrackets, type Brackets } from './scan-brackets.ts'

/**
 * The inline part of the dialect: `code`, **strong**, *emphasis*, ~~strike~~, links, addresses, mentions. One pass from left
 * to right: whatever is not understood as one of these stays text, character by character, so nothing can be lost.
 *
 * A backslash is mark-up only where it keeps a formatting from happening: `\*a\*` is drawn `*a*`, `C:\new\*.txt` as typed.
 */
export function parseInline(text: string, budget: Budget, within: Within = {}): readonly Inline[] {
  if (!special.test(text)) return text === '' ? [] : [{ type: 'text', text }]
  const pieces: Piece[] = []
  const brackets = scanBrackets(text, budget)
  let from = 0
  let at = 0
  const put = (upTo: number, piece: Piece, next: number) => {
    if (upTo > from) pieces.push(text.slice(from, upTo))
    pieces.push(piece)
    from = at = next
  }
  for (;;) {
    next.lastIndex = at
    const found = next.exec(text)
    if (!found || !attempt(budget)) break
    at = found.index
    const read = readAt(text, at, from, brackets, budget, within)
    if (read) put(at - read.back, read.piece, read.to)
    else at += 1
  }
  if (from < text.length) pieces.push(text.slice(from))
  matchDelimiters(
    pieces.filter((piece): piece is Delimiter => typeof piece !== 'string' && piece.type === 'delimiter'),
    budget,
  )
  return assemble(pieces)
}

/** inside a link's label there are no links */
export interface Within {
  readonly label?: boolean
}
type Piece = string | Inline | Delimiter

/** what is read at a place: `back` characters before it belong to it too */
interface Read {
  readonly piece: Piece
  readonly to: number
  readonly back: number
}

const special = /[*_~`\\@#[<]|:\/\/|www\.|mailto:/i
const next = /[*_~`\\@#[!<]|(?:https?:\/\/|www\.|mailto:)/gi

function readAt(
  text: string,
  at: number,
  from: number,
  brackets: Brackets,
  budget: Budget,
  within: Within,
): Read | null {
  const read = (piece: Piece, to: number, back = 0): Read => ({ piece, to, back })
  switch (text[at]) {
    case '`':
      return readCode(text, at, brackets, budget)
    case '*':
    case '_':
    case '~': {
      const run = runAt(text, at, at, false)
      return read(run, run.to)
    }
    case '\\':
      return readEscape(text, at, brackets, budget, within)
    case '@': {
      const mention = mentionAt(text, at)
      if (mention) return take(budget) ? read(mention.node, mention.to) : null
      const email = within.label ? null : emailAround(text, at, from, budget)
      return email ? read(email.node, email.to, at - email.from) : null
    }
    case '#': {
      const room = within.label ? null : roomLinkAt(text, at)
      // a link to a room is a live query: few of them
      return room && take(budget, 20) ? read(room.node, room.to) : null
    }
    case '!':
    case '[': {
      const link = within.label ? null : linkAt(text, at, brackets, budget, parseInline)
      return link && read(link.node, link.to)
    }
    default: {
      const url = within.label ? null : urlAt(text, at, budget)
      return url && read(url.node, url.to)
    }
  }
}

function readCode(text: string, at: number, { code }: Brackets, budget: Budget): Read | null {
  const end = code.get(at)
  const run = /`+/y
  run.lastIndex = at
  const ticks = run.exec(text)![0].length
  // a run that closes nothing is passed as a whole: a shorter run within it is none
  if (end === undefined) return { piece: text.slice(at, at + ticks), to: at + ticks, back: 0 }
  const inside = text.slice(at + ticks, end - ticks)
  if (inside.trim() === '' || !take(budget)) return { piece: text.slice(at, end), to: end, back: 0 }
  const padded = inside.length > 2 && inside.startsWith(' ') && inside.endsWith(' ')
  return { piece: { type: 'code', text: padded ? inside.slice(1, -1) : inside }, to: end, back: 0 }
}

/** The backslash goes if the next character would else begin something. */
function readEscape(text: string, at: number, brackets: Brackets, budget: Budget, within: Within): Read | null {
  const char = text[at + 1]
  if (char === '*' || char === '_' || char === '~') {
    const run = runAt(text, at + 1, at, true)
    return { piece: run, to: run.to, back: 0 }
  }
  if (char === '`') {
    const ghost = brackets.escaped.get(at + 1)
    return ghost === undefined ? null : { piece: text.slice(at + 1, ghost), to: ghost, back: 0 }
  }
  if ((char === '[' || char === '!') && !within.label && linkAt(text, at + 1, brackets, budget, parseInline)) {
    const to = char === '!' ? at + 3 : at + 2
    return { piece: text.slice(at + 1, to), to, back: 0 }
  }
  if (char === '@' && mentionAt(text, at + 1)) return { piece: '@', to: at + 2, back: 0 }
  if (char === '#' && roomLinkAt(text, at + 1)) return { piece: '#', to: at + 2, back: 0 }
  if (char === '<' && urlAt(text, at + 1, budget)) return { piece: '<', to: at + 2, back: 0 }
  return null
}

/** `@**Ann Vale**`, `@**Ann Vale|1234**`, and `@_**Ann Vale**`, which tells nobody. */
function mentionAt(text: string, at: number): { node: Inline; to: number } | null {
  if (at > 0 && wordBefore.test(text[at - 1]!)) return null
  const form = /@(_?)\*\*([^*\n|]{1,200})(?:\|[^*\n|]{1,64})?\*\*/y
  form.lastIndex = at
  const found = form.exec(text)
  if (!found || !shown.test(found[2]!)) return null
  return { node: { type: 'mention', name: found[2]!.trim(), silent: found[1] === '_' }, to: form.lastIndex }
}

/** `#**room**`, `#**room>thread**`, and `#**room>thread@1234**`, a message in it. */
function roomLinkAt(text: string, at: number): { node: Inline; to: number } | null {
  if (at > 0 && wordBefore.test(text[at - 1]!)) return null
  const form = /#\*\*([^*\n>]{1,200})(?:>([^*\n]{0,200}?)(@\d+)?)?\*\*/y
  form.lastIndex = at
  const found = form.exec(text)
  if (!found || !shown.test(found[1]!)) return null
  const thread = found[2]?.trim()
  return { node: { type: 'roomLink', room: found[1]!.trim(), thread: thread || null }, to: form.lastIndex }
}

const wordBefore = /[\p{L}\p{N}_@#]/u
const shown = /[\p{L}\p{N}\p{S}\p{P}]/u

/** Delimiters that found their partner become elements; the others are text as they were typed. */
function assemble(pieces: readonly Piece[]): readonly Inline[] {
  const top: Inline[] = []
  const open: Inline[][] = []
  let here = top
  const text = (value: string) => {
    const last = here.at(-1)
    if (last?.type === 'text') here[here.length - 1] = { type: 'text', text: last.text + value }
    else if (value !== '') here.push({ type: 'text', text: value })
  }
  for (const piece of pieces) {
    if (typeof piece === 'string') text(piece)
    else if (piece.type !== 'delimiter') here.push(piece)
    else {
      for (let closed = 0; closed < piece.closes; closed++) here = open.pop()!
      if (piece.left > 0) text((piece.escaped && !piece.matched ? '\\' : '') + piece.char.repeat(piece.left))
      for (let opened = piece.opens.length - 1; opened >= 0; opened--) {
        const children: Inline[] = []
        here.push({ type: piece.opens[opened]!, children })
        open.push(here)
        here = children
      }
    }
  }
  return top
}
