import { parseSearch } from '../../../schema/search/parse-search.ts'
import { seek } from '../../../schema/search/seek.ts'
import { indexedWords } from '../../../schema/search/words.ts'

/**
 * Which searches a new message may answer to, by its words alone. A search that is live in the engine costs a look into the full-text
 * index for every message; hundreds of them would cost a tenth of a second. Law: what is left out has no message that answers; what
 * is let through is then asked for in full.
 *
 * Example: `dark mode from:ann` needs the words `dark` and `mode`, whoever wrote them.
 */
export class SearchWatch<Item> {
  /** by a word that the search needs */
  readonly #byWord = new Map<string, Set<Entry<Item>>>()
  /** by its first letters, where the word may go on */
  readonly #byBeginning = new Map<string, Set<Entry<Item>>>()
  /** needs no word, or a very short one */
  readonly #others = new Set<Entry<Item>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Answers how to take it out again. */
  add(typed: string, item: Item): () => void {
    const entry = { needed: neededWords(typed), item }
    const bucket = this.#bucketOf(entry.needed)
    bucket.add(entry)
    this.#size++
    return () => {
      if (bucket.delete(entry)) this.#size--
    }
  }

  /** Searches that a message of this text may answer to. */
  meantBy(text: string): readonly Item[] {
    const words = ` ${indexedWords({ text, author: null })}`
    const perhaps = new Set(this.#others)
    for (const word of words.split(' ')) {
      this.#byWord.get(word)?.forEach((entry) => perhaps.add(entry))
      this.#byBeginning.get(word.slice(0, beginning))?.forEach((entry) => perhaps.add(entry))
    }
    return [...perhaps]
      .filter(({ needed }) => needed.every((word) => words.includes(` ${word}`)))
      .map(({ item }) => item)
  }

  all(): readonly Item[] {
    return [this.#others, ...this.#byWord.values(), ...this.#byBeginning.values()].flatMap((entries) =>
      [...entries].map(({ item }) => item),
    )
  }

  /** Of its words the longest, which few messages have. */
  #bucketOf(needed: readonly string[]): Set<Entry<Item>> {
    const [whole] = needed.filter((word) => word.endsWith(' ')).sort((a, b) => b.length - a.length)
    if (whole) return bucket(this.#byWord, whole.trim())
    const begun = needed.find((word) => word.length >= beginning)
    return begun ? bucket(this.#byBeginning, begun.slice(0, beginning)) : this.#others
  }
}

function bucket<Item>(of: Map<string, Set<Item>>, key: string): Set<Item> {
  const known = of.get(key) ?? new Set()
  of.set(key, known)
  return known
}

interface Entry<Item> {
  readonly needed: readonly string[]
  readonly item: Item
}

const beginning = 3

/** With a space behind it, unless it may go on. */
function neededWords(typed: string): readonly string[] {
  return parseSearch(typed)
    .terms.filter(({ dash }) => dash === 'none')
    .flatMap(({ text, open }) => seek(text, open)?.parts ?? [])
    .flatMap(({ words, begins }) => words.map((word, at) => (begins && at === words.length - 1 ? word : `${word} `)))
}
