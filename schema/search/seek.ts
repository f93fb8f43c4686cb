import { foldMarks } from '../text/fold.ts'
import { aloneAt, atomsOf, gluedAt, pairsOf, unitsOf, type Atom } from './words.ts'

/**
 * One term of a search, as words (words.ts). All parts must be in a message.
 *
 * Examples: `don't` → the phrase "don t". `C#` → the word `c#` or a longer one. `open_fi` while it is typed → the beginning
 * `open_fi`. `上海市` → the phrase "上海 海市". `上` → the beginning `上`.
 */
export interface Sought {
  readonly parts: readonly SoughtPart[]
  /** The same as an FTS5 expression, as far as the index knows: it has the words of a text, and not their order. */
  readonly match: string
}
export interface SoughtPart {
  /** one after another among the main words; a single one, or a symbol, may be among the others */
  readonly words: readonly string[]
  /** the last of them may go on */
  readonly begins: boolean
}

/** A shorter word that is still typed is sought whole: too much begins so. */
const shortestBeginning = 3

/** `open`: its end may still be typed. null: nothing that could be sought (a lone comma). */
export function seek(text: string, open: boolean): Sought | null {
  const folded = foldMarks(text)
  const atoms = atomsOf(folded)
  const parts: SoughtPart[] = []
  const inGlued = new Set<Atom>()
  atoms.forEach((atom, at) => {
    if (atom.kind !== 'symbol' && atom.kind !== 'stop') return
    const glued = gluedAt(atoms, at)
    if (glued) {
      // `c+` and `a.` begin longer words, and so does what is still typed
      parts.push({ words: [glued.text], begins: glued.to === atom.to || (open && glued.to === folded.length) })
      if (glued.from < atom.from) inGlued.add(atoms[at - 1]!)
      if (glued.to > atom.to) inGlued.add(atoms[at + 1]!)
    } else {
      const alone = aloneAt(atoms, at)
      if (alone) parts.push({ words: [alone.text], begins: false })
    }
  })
  const main = atoms.filter(({ kind }) => kind === 'word' || kind === 'run' || kind === 'emoji')
  const last = main.at(-1)
  if (last && !main.every((atom) => inGlued.has(atom))) {
    const words = main.flatMap((atom) => (atom.kind === 'run' ? wordsOfRun(atom, atom === last) : [atom.text]))
    parts.unshift({ words, begins: beginsLonger(last, open && last.to === folded.length) })
  }
  if (parts.length === 0) return null
  return { parts, match: parts.map(toMatch).join(' AND ') }
}

/** What follows a run stands behind its last character; at the end, that one may have another behind it. */
function wordsOfRun(run: Atom, isLast: boolean): readonly string[] {
  const pairs = pairsOf(run).map(({ text }) => text)
  return isLast && pairs.length > 1 ? pairs.slice(0, -1) : pairs
}

function beginsLonger(last: Atom, open: boolean): boolean {
  switch (last.kind) {
    case 'emoji':
      return true // 👍 is found in another tone too
    case 'run':
      return open || unitsOf(last).length === 1
    default:
      return open && last.text.length >= shortestBeginning
  }
}

function toMatch({ words, begins }: SoughtPart): string {
  return words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' AND ') + (begins ? '*' : '')
}

/** What only the text itself tells: that words stand one behind another. */
export function phrasesOf(parts: readonly SoughtPart[]): readonly SoughtPart[] {
  return parts.filter(({ words }) => words.length > 1)
}
