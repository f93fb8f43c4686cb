import { useSyncExternalStore } from 'react'

/** One pane is on screen at a time: the rooms, the room, or a panel (App.module.css). */
export function usePhone(): boolean {
  return useSyncExternalStore(subscribe, () => query().matches)
}

const query = () => matchMedia('(max-width: 639px)')

function subscribe(listener: () => void): () => void {
  const phone = query()
  phone.addEventListener('change', listener)
  return () => phone.removeEventListener('change', listener)
}
