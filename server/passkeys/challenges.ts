/**
 * What a passkey has to sign: random, good for one answer and for a few minutes. In memory alone: a restart in between asks
 * the person to try again.
 */
export class Challenges<T> {
  readonly #open = new Map<string, { readonly purpose: T; readonly until: number }>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  give(challenge: string, purpose: T): void {
    // they all last equally long, so the first ones are those that end first
    for (const [old, { until }] of this.#open) {
      if (until > this.#now() && this.#open.size < maxOpen) break
      this.#open.delete(old)
    }
    this.#open.set(challenge, { purpose, until: this.#now() + lastMs })
  }

  /** What it was given for; null: never, too long ago, or answered already. */
  take(challenge: string): T | null {
    const found = this.#open.get(challenge)
    this.#open.delete(challenge)
    return found && found.until > this.#now() ? found.purpose : null
  }
}

const lastMs = 5 * 60_000
const maxOpen = 20_000
