import type { Random } from './random.ts'
import { vocabulary } from './vocabulary.ts'

/**
 * Fills in a template. `{a|b|}` is one of its alternatives (they may nest, and be empty); `{word}` is a word of the
 * vocabulary, the same one for the whole conversation; `{word2}` is another of that kind. `{A}` is what `names` says.
 *
 * Example: `{Sure|OK}, {A}: {feature} is {done|almost done}` → `OK, Maya: photo import is almost done`
 */
export class Phrases {
  readonly #random: Random
  readonly #words: Map<string, string>

  constructor(random: Random, names: Readonly<Record<string, string>>) {
    this.#random = random
    this.#words = new Map(Object.entries(names))
  }

  fill(template: string): string {
    let text = ''
    for (let at = 0; at < template.length;) {
      if (template[at] !== '{') {
        text += template[at++]
        continue
      }
      const { alternatives, end } = splitAlternatives(template, at)
      text += alternatives.length > 1 ? this.fill(this.#random.pick(alternatives)) : this.#word(alternatives[0] ?? '')
      at = end
    }
    return text
  }

  #word(slot: string): string {
    const known = this.#words.get(slot)
    if (known !== undefined) return known
    const kind = slot.replace(/\d$/, '')
    const words = vocabulary[kind]
    if (!words) throw new Error(`the vocabulary has no "${kind}"`)
    const taken = new Set(this.#words.values())
    const free = words.filter((word) => !taken.has(word))
    const word = this.#random.pick(free.length > 0 ? free : words)
    this.#words.set(slot, word)
    return word
  }
}

/** Reads the `{…}` that opens at `start`; `end` is behind its closing brace. */
function splitAlternatives(template: string, start: number): { alternatives: string[]; end: number } {
  const alternatives: string[] = []
  let depth = 0
  let from = start + 1
  for (let at = start; at < template.length; at++) {
    const character = template[at]
    if (character === '{') depth++
    if (character === '}') depth--
    if (depth === 0 || (depth === 1 && character === '|')) {
      alternatives.push(template.slice(from, at))
      from = at + 1
    }
    if (depth === 0) return { alternatives, end: at + 1 }
  }
  throw new Error(`unclosed brace in "${template}"`)
}
