import type { Clock } from './clock.ts'

/**
 * The part of Web Locks that the runtime stands on. Law: an exclusive lock has one holder; it is released when the
 * holder lets go or its context dies, and then the oldest request that still waits gets it.
 */
export interface Locks {
  /**
   * Resolves once held, with the function that lets go. Rejects with an AbortError when `signal` aborts first.
   * `taken`: somebody took it from us.
   */
  hold(name: string, signal?: AbortSignal, taken?: () => void): Promise<() => void>
  /** From whoever holds it. The holder goes on, and hears of it when it can: only where that does no harm. */
  take(name: string): Promise<() => void>
}

export function webLocks(manager: LockManager = navigator.locks): Locks {
  return {
    hold: (name, signal, taken) =>
      new Promise((resolve, failed) => {
        const options: LockOptions = signal ? { signal } : {}
        let held = false
        const keep = () => new Promise<void>((release) => ((held = true), resolve(release)))
        manager.request(name, options, keep).catch((error: unknown) => (held ? taken?.() : failed(error)))
      }),
    take: (name) =>
      new Promise((held, failed) => {
        manager.request(name, { steal: true }, () => new Promise<void>((release) => held(release))).catch(failed)
      }),
  }
}

/** How long a request is left queued: one queued before its holder went into the back/forward cache is never granted. */
const patienceMs = 1_000

/** Null when aborted. Asks anew every second. */
export async function holdPatiently(
  locks: Locks,
  clock: Clock,
  name: string,
  signal: AbortSignal,
  taken?: () => void,
): Promise<(() => void) | null> {
  while (!signal.aborted) {
    const attempt = new AbortController()
    const stop = () => attempt.abort()
    const cancel = clock.after(patienceMs, stop)
    signal.addEventListener('abort', stop, { once: true })
    try {
      return await locks.hold(name, attempt.signal, taken)
    } catch (error) {
      if (!attempt.signal.aborted) throw error
    } finally {
      cancel()
      signal.removeEventListener('abort', stop)
    }
  }
  return null
}
