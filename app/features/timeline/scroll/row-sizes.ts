/**
 * How tall each item is, its margins included: as it was last measured, or as tall as half of the measured ones are at most
 * (a few very tall ones must not make it draw too few). A size may be stale (the window was resized while the item was
 * not in the DOM): it only decides how much is drawn and how long the scrollbar is, never where a drawn item stands.
 */
export class RowSizes {
  readonly #known = new Map<string, number>()
  #estimate = 56
  #estimatedFrom = 0

  of(key: string): number {
    return this.#known.get(key) ?? this.#estimate
  }

  learn(key: string, size: number): void {
    this.#known.set(key, size)
  }

  /** The estimate changes only when twice as many items are known: a change moves the scrollbar. */
  estimate(): void {
    if (this.#known.size < Math.max(1, this.#estimatedFrom * 2)) return
    this.#estimatedFrom = this.#known.size
    const sizes = [...this.#known.values()].sort((left, right) => left - right)
    this.#estimate = Math.max(16, sizes[sizes.length >> 1]!)
  }

  /** Forgets all but these, when it knows far more. */
  keepOnly(keys: ReadonlyMap<string, number>): void {
    if (this.#known.size < 4 * keys.size + 1000) return
    for (const key of this.#known.keys()) if (!keys.has(key)) this.#known.delete(key)
  }
}
