import { filterNames, type FilterName } from './search-filters.ts'

/**
 * What a person types into the search box, taken apart: words, phrases, and filters. All that is no filter of the table
 * (search-filters.ts) is text: `foo:bar`, `NEAR`, `*` and `body:x` mean themselves.
 *
 * - "a phrase", in straight, curly or „other“ «quotes», is one term and stands for itself: `"-rf"` is text.
 * - `-"a phrase"` and `-from:ann` leave out. So does `-word`, unless messages have `-word` itself, as `rm -rf` (search.ts).
 *   `--force`, `-1` and `->` are text.
 * - The last word is the beginning of one, for as long as it may still be typed.
 */
export interface ParsedSearch {
  readonly terms: readonly SearchTerm[]
  readonly filters: readonly FilterUse[]
  /** more was typed than is sought */
  readonly cut: boolean
}
export interface SearchTerm {
  readonly text: string
  readonly quoted: boolean
  readonly dash: 'none' | 'leavesOut' | 'perhaps'
  readonly open: boolean
}
export interface FilterUse {
  readonly name: FilterName
  readonly value: string
  readonly quoted: boolean
  readonly leavesOut: boolean
}

export const maxSearchLength = 500
const maxParts = 24

export function parseSearch(typed: string): ParsedSearch {
  const text = typed.slice(0, maxSearchLength).replace(untypable, ' ')
  const terms: SearchTerm[] = []
  const filters: FilterUse[] = []
  let at = 0
  while (terms.length + filters.length < maxParts) {
    at += /^\s*/.exec(text.slice(at))![0].length
    if (at >= text.length) break
    const [prefix, dash, name] = beginning.exec(text.slice(at))! as unknown as [string, string, string | undefined]
    const value = valueAt(text, at + prefix.length)
    if (name !== undefined) {
      filters.push({ name: name.toLowerCase() as FilterName, ...value, leavesOut: dash === '-' })
      at = value.to
    } else if (value.quoted) {
      terms.push({ text: value.value, quoted: true, dash: dash ? 'leavesOut' : 'none', open: false })
      at = value.to
    } else {
      const word = /^\S+/.exec(text.slice(at))![0]
      at += word.length
      const perhaps = /^-[\p{L}_]/u.test(word)
      terms.push({
        text: perhaps ? word.slice(1) : word,
        quoted: false,
        dash: perhaps ? 'perhaps' : 'none',
        open: at === text.length,
      })
    }
  }
  return {
    terms: terms.filter((term) => term.text !== ''),
    // a filter whose value is still to be typed asks nothing
    filters: filters
      .filter((filter) => filter.value !== '')
      .map(({ name, value, quoted, leavesOut }) => ({ name, value, quoted, leavesOut })),
    cut: typed.length > maxSearchLength || text.slice(at).trim() !== '',
  }
}

interface Value {
  readonly value: string
  readonly quoted: boolean
  readonly to: number
}

/** A phrase ends at the next quote, or at the end; anything else at a space. */
function valueAt(text: string, at: number): Value {
  const phrase = quoted.exec(text.slice(at))
  if (phrase)
    return {
      value: (phrase.slice(1).find((each) => each !== undefined) ?? '').trim(),
      quoted: true,
      to: at + phrase[0].length,
    }
  const word = /^\S*/.exec(text.slice(at))![0]
  return { value: word, quoted: false, to: at + word.length }
}

/** as they are typed in different languages; an apostrophe is a quote only in a pair */
const quoted =
  /^(?:["“”„‟＂]([^"“”„‟＂]*)["“”„‟＂]?|«([^»]*)»?|»([^«]*)«?|[「『]([^」』]*)[」』]?|[‹‚]([^›‘]*)[›‘]?|‘([^’]*)’(?!\S))/
const beginning = new RegExp(`^(-?)(?:(${filterNames.join('|')})[:：])?`, 'i')
/** control characters, of which the first would end a string of SQLite's, and halves of pairs */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const untypable = /[\0-\x1f\x7f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
