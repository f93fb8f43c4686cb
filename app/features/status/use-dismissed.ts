import { useSyncExternalStore } from 'react'
import type { Problem } from '../../../schema/messages/runtime/status.ts'

const key = 'dismissed-problem'

/** A problem that happened once is told once: what a person has read stays away, in every tab. */
export function useDismissed(problem: Problem | null): readonly [boolean, () => void] {
  const dismissed = useSyncExternalStore(subscribe, () => localStorage.getItem(key))
  const name = problem?.at === undefined ? null : `${problem.code} ${problem.at}`
  return [
    name !== null && name === dismissed,
    () => {
      if (name === null) return
      localStorage.setItem(key, name)
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
