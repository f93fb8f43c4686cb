import { useSyncExternalStore } from 'react'

/** A word that this device keeps, the same in every tab; null while there is none. */
export function useKept(key: string): readonly [string | null, (value: string) => void] {
  const kept = useSyncExternalStore(subscribe, () => localStorage.getItem(key))
  return [
    kept,
    (value) => {
      localStorage.setItem(key, value)
      for (const listener of listeners) listener()
    },
  ]
}

const listeners = new Set<() => void>()
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  // said to the other tabs only
  window.addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', listener)
  }
}
