import { registerSW } from 'virtual:pwa-register'

type Waiting = (activate: () => void) => void
const listeners = new Set<Waiting>()
let waiting: (() => void) | null = null

/**
 * Registers the Service Worker (in development the dev one) and waits for new versions. A new one takes over when a person
 * says so, and then every tab reloads; never by itself.
 */
export function watchServiceWorker(): void {
  if (!('serviceWorker' in navigator)) return
  const update = registerSW({
    immediate: true,
    onNeedRefresh() {
      waiting = () => void update(true)
      for (const tell of listeners) tell(waiting)
    },
    onRegisteredSW(_url, registration) {
      if (registration) setInterval(() => void registration.update().catch(() => {}), hourMs)
    },
  })
}

export function onUpdateWaiting(tell: Waiting): () => void {
  listeners.add(tell)
  if (waiting) tell(waiting)
  return () => listeners.delete(tell)
}

const hourMs = 3_600_000
