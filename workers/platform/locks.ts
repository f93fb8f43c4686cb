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
