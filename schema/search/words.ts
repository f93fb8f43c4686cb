import { fileNames } from '../files/named-files.ts'
import { foldMarks, lowerCase } from '../text/fold.ts'
import { kindOf, Kind } from './character-kind.ts'
import { tagsOf, type Tagged } from './tags.ts'

/**
 * The words of a text: what is indexed, what is sought, and what is marked are made here, so that they agree. Pure, without a
 * dictionary: the words of a text are the same in every browser and on the server.
 *
 * The text is folded (text/fold.ts), then cut into atoms, and these give two lists:
 *
 * - `main`, in the order of the text, each one place further: phrases are sought in it. A word of a script with spaces is one
 *   (`it's` is two, `snake_case` too). A run of a script without spaces gives its pairs of characters and its last character:
 *   北京市 → 北京 京市 市, so that any part of it is a phrase, and one character the beginning of a word. An emoji is one, whatever
 *   it is composed of.
 * - `more`, once each, without an order: what else is found. A symbol alone (`->`, `%`), and with the words that it touches: `C++` →
 *   `++` `c++`; `-rf` → `-` `-rf`; `a.b_c` → `a.b` `b_c` `_`. The parts of camelCase. Punctuation that stands alone (`:)`).
 *   Words of Arabic and Hebrew without what is written before them.
 */
export interface Words {
  readonly main: readonly Word[]
  readonly more: readonly Word[]
}
export interface Word {
  readonly text: string
  /** its place in the folded text */
  readonly from: number
  readonly to: number
}

/** What the full-text index is given: words with spaces between them. */
export function indexedWords(of: Tagged): string {
  const names = fileNames(of.files ?? [])
  const folded = foldMarks(names === null ? of.text : `${of.text}\n${names}`)
  const lower = lowerCase(folded)
  const others = new Set<string>()
  let words = ''
  let at = 0
  // what stands between two spaces has its words alone; most of it is a plain word, perhaps with a comma
  while (at < folded.length) {
    if (isSpace(folded, at)) {
      at++
      continue
    }
    const plain = plainWords(folded, lower, at)
    if (plain) {
      words += plain.words
      at = plain.to
      continue
    }
    const from = at
    while (at < folded.length && !isSpace(folded, at)) at++
    const { main, more } = wordsOf(folded.slice(from, at))
    for (const { text } of main) words += `${text} `
    for (const { text } of more) others.add(text)
  }
  for (const text of others) words += `${text} `
  for (const tag of tagsOf(of)) words += `${tag} `
  return words
}

/** of ASCII: others may stand within an emoji */
function isSpace(text: string, at: number): boolean {
  return text.charCodeAt(at) < 128 && kindOf(text, at) === Kind.space
}

/** The words from here to the next space, if they are of ASCII and nothing in between means anything: `(don't` but not `a.b` or `aB`. */
function plainWords(
  folded: string,
  lower: string,
  from: number,
): { readonly words: string; readonly to: number } | null {
  let words = ''
  let at = from
  let stopped = false
  for (; at < folded.length; at++) {
    if (isSpace(folded, at)) break
    if (folded.charCodeAt(at) > 127) return null
    const kind = kindOf(folded, at)
    if (kind === Kind.bracket) continue
    if (kind === Kind.stop) {
      if (words === '') return null
      stopped = true
      continue
    }
    if (kind !== Kind.letter || stopped) return null
    const begin = at
    for (; at < folded.length; at++) {
      const unit = folded.charCodeAt(at)
      if (unit > 127) return null
      if (kindOf(folded, at) !== Kind.letter) break
      // a capital behind the first letter, as in camelCase and HTTPServer, unless all are capitals
      if (at > begin && unit !== lower.charCodeAt(at) && folded.charCodeAt(at - 1) === lower.charCodeAt(at - 1))
        return null
      if (at > begin + 1 && unit === lower.charCodeAt(at) && folded.charCodeAt(at - 1) !== lower.charCodeAt(at - 1))
        return null
    }
    words += `${lower.slice(begin, Math.min(at, begin + longest))} `
    at--
  }
  return words === '' ? null : { words, to: at }
}

export function wordsOf(folded: string): Words {
  const atoms = atomsOf(folded)
  const humps = humpsIn(folded)
  let hump = 0
  const main: Word[] = []
  const more: Word[] = []
  for (let at = 0; at < atoms.length; at++) {
    const atom = atoms[at]!
    switch (atom.kind) {
      case 'word':
        main.push(atom)
        while (humps[hump]! < atom.from) hump++
        if (humps[hump]! < atom.to) more.push(...camelParts(folded, atom))
        if (atom.text.charCodeAt(0) >= firstSemitic) more.push(...withoutPrefixes(atom))
        break
      case 'run':
        main.push(...pairsOf(atom))
        break
      case 'emoji':
        main.push(atom)
        break
      case 'symbol':
      case 'stop': {
        const glued = gluedAt(atoms, at)
        const alone = aloneAt(atoms, at)
        if (alone) more.push(alone)
        if (glued) more.push(glued)
        break
      }
    }
  }
  return { main, more }
}

/** The smallest pieces of a text. `spaced`: a space stands before it. */
export interface Atom extends Word {
  readonly kind: 'word' | 'run' | 'emoji' | 'symbol' | 'stop'
  readonly spaced: boolean
}

/** Longer words are cut: nobody types so much, and an index term has a limit. */
const longest = 64

export function atomsOf(folded: string): readonly Atom[] {
  const lower = lowerCase(folded)
  const atoms: Atom[] = []
  let spaced = true
  let at = 0
  const put = (kind: Atom['kind'], to: number) => {
    atoms.push({ kind, text: lower.slice(at, Math.min(to, at + longest)), from: at, to, spaced })
    spaced = false
    at = to
  }
  while (at < folded.length) {
    const kind = kindOf(folded, at)
    switch (kind) {
      case Kind.space:
        spaced = true
        at++
        break
      case Kind.letter:
      case Kind.mark:
        put('word', endOf(folded, at, Kind.letter, Kind.mark))
        break
      case Kind.unspaced: {
        // all of it: its pairs are cut
        const to = endOf(folded, at, Kind.unspaced, Kind.mark)
        atoms.push({ kind: 'run', text: lower.slice(at, to), from: at, to, spaced })
        spaced = false
        at = to
        break
      }
      case Kind.emoji:
        emoji.lastIndex = at
        put('emoji', emoji.test(folded) ? emoji.lastIndex : at + 1)
        break
      case Kind.symbol:
      case Kind.stop:
        putSymbol()
        break
      case Kind.bracket:
        put('stop', endOf(folded, at, Kind.bracket, Kind.bracket))
        break
    }
  }
  return atoms

  /** `:=`, `!=` and `://` are symbols; what stops a sentence behind one is none of it. */
  function putSymbol(): void {
    const to = endOf(folded, at, Kind.symbol, Kind.stop)
    let end = to
    while (end > at && kindOf(folded, end - 1) === Kind.stop) end--
    if (end > at) put('symbol', end)
    if (to > end) put('stop', to)
  }
}

function endOf(text: string, from: number, one: Kind, other: Kind): number {
  let at = from
  while (at < text.length) {
    const kind = kindOf(text, at)
    if (kind !== one && kind !== other) break
    at += text.codePointAt(at)! > 0xffff ? 2 : 1
  }
  return at
}

/** a flag of two letters or of tags; a pictograph with its tone, and what it is joined to */
const emoji =
  /\p{Regional_Indicator}{1,2}|\p{Extended_Pictographic}\p{Emoji_Modifier}?[\u{e0020}-\u{e007f}]*(?:\u200d\p{Extended_Pictographic}\p{Emoji_Modifier}?)*|\p{Emoji_Modifier}/uy

/** A symbol with the words that it touches, if any. */
export function gluedAt(atoms: readonly Atom[], at: number): Word | null {
  const symbol = atoms[at]!
  const left = !symbol.spaced && atoms[at - 1]?.kind === 'word' ? atoms[at - 1]! : null
  const right = atoms[at + 1]?.kind === 'word' && !atoms[at + 1]!.spaced ? atoms[at + 1]! : null
  if (!left && !right) return null
  if (symbol.kind === 'stop' ? !joins(symbol.text, left, right) : !left && symbol.text === mention) return null
  const text = `${left?.text ?? ''}${symbol.text}${right?.text ?? ''}`
  return { text, from: (left ?? symbol).from, to: (right ?? symbol).to }
}

/** before a name it means no more than the name */
const mention = '@'

/** `a.b`, `a::b` and `.net`, but not the end of a sentence, nor `a:b`, which is often typed without its space. */
function joins(stop: string, left: Word | null, right: Word | null): boolean {
  if (!right) return false
  return left ? stop.includes('.') || stop.includes('::') : stop === '.' || stop === ':'
}

/** A symbol by itself; of punctuation, only what has nothing else between two spaces: `:)`, `...`. */
export function aloneAt(atoms: readonly Atom[], at: number): Word | null {
  const symbol = atoms[at]!
  if (symbol.kind === 'symbol') {
    return symbol.text === mention && atoms[at + 1]?.spaced === false ? null : symbol
  }
  if (!symbol.spaced) return null
  let end = at + 1
  while (atoms[end]?.kind === 'stop' && !atoms[end]!.spaced) end++
  if (atoms[end]?.spaced === false) return null
  const alone = atoms.slice(at, end)
  const text = alone
    .map(({ text }) => text)
    .join('')
    .slice(0, longest)
  return text.length < 2 ? null : { text, from: symbol.from, to: alone.at(-1)!.to }
}

const firstSemitic = 0x5d0
/** and, in, to, the …, of which Arabic and Hebrew write several before a word without a space; three letters are left */
const prefixes = /^(?:[وف]?[بكل]?ال|[وف]?لل|[وف](?=[\u0621-\u064a]{3})|[משהוכלב]{1,3}(?=[א-ת]{3}))/u

/** `הספרים` → ספרים; `والكتاب` → كتاب. */
function withoutPrefixes({ text, from, to }: Word): readonly Word[] {
  const [prefix] = prefixes.exec(text) ?? ['']
  // a letter of a Hebrew prefix may as well begin the word
  const least = /^[א-ת]/.test(text) ? 1 : prefix.length
  const found: Word[] = []
  for (let cut = least; cut > 0 && cut <= prefix.length; cut++) {
    if (text.length - cut >= 3) found.push({ text: text.slice(cut), from: from + cut, to })
  }
  return found
}

/** Where a capital stands within a word: of Latin letters, which have no accents any more. */
function humpsIn(folded: string): readonly number[] {
  return Array.from(folded.matchAll(/[a-z][A-Z]|[A-Z][A-Z][a-z]/g), ({ index }) => index)
}
const camelPart = /[A-Z]+(?![a-z])|[A-Z]?[^A-Z]+/g

/** `getHTTPServer` → get, http, server; one letter is no part. */
function camelParts(folded: string, { from, to }: Word): readonly Word[] {
  const parts: Word[] = []
  for (const { 0: part, index } of folded.slice(from, Math.min(to, from + longest)).matchAll(camelPart)) {
    if (part.length < 2) continue
    parts.push({ text: lowerCase(part), from: from + index, to: from + index + part.length })
  }
  return parts
}

/** 北京市 → 北京 京市 市. A character has its marks. */
export function pairsOf(run: Word): readonly Word[] {
  const units = unitsOf(run)
  return units.map((unit, at) => {
    const next = units[at + 1]
    return next ? { text: (unit.text + next.text).slice(0, longest), from: unit.from, to: next.to } : unit
  })
}

export function unitsOf(run: Word): readonly Word[] {
  return Array.from(run.text.matchAll(/\p{M}+|\P{M}\p{M}*/gu), ({ 0: text, index }) => {
    return { text: text.slice(0, longest), from: run.from + index, to: run.from + index + text.length }
  })
}

export function isEmoji(word: string): boolean {
  emoji.lastIndex = 0
  return emoji.test(word)
}
