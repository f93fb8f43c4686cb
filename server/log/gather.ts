/**
 * How long a group waits before it is written: until it is as large as the one before it, and at most half as long as
 * that one took to write. A writer that is alone never waits. Many writers who each wait for an answer before they send
 * again come into one group: without this the first to come again is written alone, and the others after it.
 */
export class Gather {
  readonly #maxMs: number
  #size = 1
  #ms = 0

  constructor(maxMs = 10) {
    this.#maxMs = maxMs
  }

  /** `size` says how large the group is by now. */
  async wait(size: () => number): Promise<void> {
    const end = performance.now() + Math.min(this.#ms / 2, this.#maxMs)
    await new Promise(setImmediate) // what has arrived is read first
    while (size() < this.#size && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 1))
  }

  wrote(size: number, ms: number): void {
    this.#size = size
    this.#ms = ms
  }
}
