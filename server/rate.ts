import type { Rate } from './limits.ts'

/**
 * Token buckets by key. A bucket starts full; what is taken comes back at the rate. Law: over any time, no more is taken
 * than the burst and what came back, and a bucket that is full again takes no memory.
 *
 * Example: {burst: 10, perSecond: 2}: ten at once, the eleventh after half a second.
 */
export class Buckets {
  readonly #rate: Rate
  readonly #now: () => number
  /** how much is missing, as of when */
  readonly #missing = new Map<string, { amount: number; at: number }>()
  #sweepAt = 0

  constructor(rate: Rate, now: () => number = Date.now) {
    this.#rate = rate
    this.#now = now
  }

  /** Takes `amount` and answers 0; or takes nothing, and answers the seconds until it can be had. */
  take(key: string, amount = 1): number {
    const { burst, perSecond } = this.#rate
    const now = this.#now()
    this.#sweep(now)
    const missing = this.#missingOf(key, now)
    // more than a whole burst is let through by a full bucket, or nobody could ever send it
    const asked = Math.min(amount, burst)
    const short = missing + asked - burst
    if (short > 0 || burst === 0) return perSecond === 0 ? 3600 : Math.max(1, Math.ceil(short / perSecond))
    this.#missing.set(key, { amount: missing + amount, at: now })
    return 0
  }

  get size(): number {
    return this.#missing.size
  }

  #missingOf(key: string, now: number): number {
    const found = this.#missing.get(key)
    if (!found) return 0
    const elapsed = Math.max(0, now - found.at) / 1000
    return Math.max(0, found.amount - elapsed * this.#rate.perSecond)
  }

  #sweep(now: number): void {
    if (now < this.#sweepAt) return
    this.#sweepAt = now + sweepMs
    for (const key of this.#missing.keys()) if (this.#missingOf(key, now) === 0) this.#missing.delete(key)
  }
}

const sweepMs = 60_000
