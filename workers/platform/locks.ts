import type { Clock } from './clock.ts'

/**
 * The part of Web Locks that the runtime stands on. Law: an exclusive lock has one holder; it is released when the
 * holder lets go or its context dies, and then the oldest request that still waits gets it.
 */
export interface Locks {
  /** Resolves once held, with the function that lets go. Rejects with an AbortError when `signal` aborts first. */
  hold(name: string, signal?: AbortSignal): Promise<() => void>
}

export function webLocks(manager: LockManager = navigator.locks): Locks {
  return {
    hold: (name, signal) =>
      new Promise((held, failed) => {
        const options: LockOptions = signal ? { signal } : {}
        manager.request(name, options, () => new Promise<void>((release) => held(release))).catch(failed)
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
): Promise<(() => void) | null> {
  while (!signal.aborted) {
    const attempt = new AbortController()
    const stop = () => attempt.abort()
    const cancel = clock.after(patienceMs, stop)
    signal.addEventListener('abort', stop, { once: true })
    try {
      return await locks.hold(name, attempt.signal)
    } catch (error) {
      if (!attempt.signal.aborted) throw error
    } finally {
      cancel()
      signal.removeEventListener('abort', stop)
    }
  }
  return null
}
