import type { RuntimeNames } from '../../../schema/messages/runtime/protocol.ts'
import type { Clock } from '../platform/clock.ts'
import { holdPatiently, type Locks } from '../platform/locks.ts'

/** a lock that nobody holds is granted in far less */
const askingMs = 1_000
/** for every tab to hear that a coordinator is replaced */
const yieldMs = 300

export interface ReplacerParts {
  readonly names: RuntimeNames
  readonly locks: Locks
  readonly clock: Clock
  /** from now on every way leads to a fresh coordinator */
  readonly point: () => void
}

/**
 * Takes a hung coordinator's locks from it: it lives in a worker that no tab can end, and its locks are how all tabs watch
 * it. Should it wake, it finds them gone and its ports closed, and ends itself. Laws: one tab at a time does it, and only
 * while the lock is held: if it is free, the coordinator is dead, or another tab has declared it so.
 */
export class CoordinatorReplacer {
  readonly #parts: ReplacerParts
  readonly #ending = new AbortController()
  /** locks that are not ours to keep: a page that is frozen with one would stop all the others */
  readonly #borrowed = new Set<() => void>()
  #replacing = false

  constructor(parts: ReplacerParts) {
    this.#parts = parts
  }

  /** `itsLock` says whether it lives; `still`: there is still reason to. */
  async replace(itsLock: string, all: readonly string[], still = () => true): Promise<void> {
    if (this.#replacing) return
    this.#replacing = true
    const { names, locks, clock, point } = this.#parts
    const one = await holdPatiently(locks, clock, names.replacingLock, this.#ending.signal)
    if (one) this.#borrowed.add(one)
    if (one && still() && !(await this.#isFree(itsLock)) && still() && !this.#ending.signal.aborted) {
      point()
      for (const lock of all) {
        const letGo = await locks.take(lock)
        this.#borrowed.add(letGo)
        // who looks for a host hears of it meanwhile, and leaves the place to the new SharedWorker
        if (lock === names.servingLock) await new Promise<void>((resolve) => clock.after(yieldMs, resolve))
        this.#giveBack(letGo)
      }
    }
    if (one) this.#giveBack(one)
    this.#replacing = false
  }

  /** The page is frozen or goes: it keeps nothing. */
  end(): void {
    this.#ending.abort()
    for (const lock of this.#borrowed) this.#giveBack(lock)
  }

  #giveBack(lock: () => void): void {
    if (this.#borrowed.delete(lock)) lock()
  }

  async #isFree(lock: string): Promise<boolean> {
    const { locks, clock } = this.#parts
    const asking = new AbortController()
    const cancel = clock.after(askingMs, () => asking.abort())
    const release = await locks.hold(lock, asking.signal).catch(() => null)
    cancel()
    release?.()
    return release !== null
  }
}
