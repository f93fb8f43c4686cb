import { maxBatch } from './stream-sync.ts'

const targetMs = 150
const minBatch = 50

/**
 * How many events make a batch: as many as the database applies in about `targetMs`, so that a page which a person waits
 * for is never far behind in its line, on a slow device neither. Larger batches are more efficient, so it grows while
 * there is time.
 *
 * Example: 100 events took 50 ms → 200 next (never more than doubled); 500 took 1 s → 250, then 125 …
 */
export class BatchPace {
  size = 100
  #since = 0

  /** the database has something to do again */
  started(now: number): void {
    this.#since = now
  }

  applied(events: number, now: number): void {
    const ms = Math.max(1, now - this.#since)
    this.#since = now
    // A small batch says little of what a large one would take, but may say that it takes too long.
    if (events < this.size / 2 && ms < targetMs) return
    const factor = Math.min(2, Math.max(0.5, targetMs / ms))
    this.size = Math.min(maxBatch, Math.max(minBatch, Math.round(this.size * factor)))
  }
}
