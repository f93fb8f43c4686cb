/** What a fold of rights needs of a Map. What is in it is replaced, never changed. */
export interface Registry<V> extends Iterable<[string, V]> {
  get(key: string): V | undefined
  set(key: string, value: V): unknown
}

/** A registry on top of another, which can go on without it: what is set here is not there. Costs nothing. */
export class Layer<V> implements Registry<V> {
  readonly #below: Registry<V>
  readonly #own = new Map<string, V>()

  constructor(below: Registry<V>) {
    this.#below = below
  }

  get(key: string): V | undefined {
    return this.#own.get(key) ?? this.#below.get(key)
  }
  set(key: string, value: V): void {
    this.#own.set(key, value)
  }
  *[Symbol.iterator](): Iterator<[string, V]> {
    yield* this.#own
    for (const entry of this.#below) if (!this.#own.has(entry[0])) yield entry
  }
}
