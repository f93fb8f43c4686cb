/** Time as the runtime sees it: milliseconds that never go back, and timers. */
export interface Clock {
  now(): number
  /** Calls `work` once, `ms` from now; the returned function cancels it. */
  after(ms: number, work: () => void): () => void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms)
    return () => clearTimeout(timer)
  },
}
