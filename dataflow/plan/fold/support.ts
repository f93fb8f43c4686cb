import { AskSqlite } from '../../expression/ask-sqlite.ts'
import { keyIdOf, type KeyId } from '../../key.ts'
import { mayBeMangled, type Value } from '../../value.ts'

/**
 * How often each value is there, under its exact key: what count(DISTINCT x) keeps of a group beside what it shows.
 *
 * Law: `size` is the number of values whose rows that came are more than those that left; NULL is none.
 *
 *   +a +a +b   →   a 2, b 1: 2        −a   →   a 1, b 1: 2        −a   →   b 1: 1
 */
export class Support {
  readonly #counts = new Map<KeyId, number>()
  readonly #collation: string

  constructor(collation: string) {
    this.#collation = collation
  }

  get size(): number {
    return this.#counts.size
  }

  add(value: Value, weight: number): void {
    if (value === null) return
    if (mayBeMangled(value)) throw new AskSqlite('text that may not be UTF-8')
    const key = keyIdOf(value, this.#collation)
    const count = (this.#counts.get(key) ?? 0) + weight
    if (count === 0) this.#counts.delete(key)
    else this.#counts.set(key, count)
  }
}
