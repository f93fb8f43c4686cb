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

const triedKey = 'tried-to-update'

/**
 * For a tab that cannot go on as it is: fetches the newest version and takes it, or reloads when the browser has it
 * already. A tab that is no newer after that says so (`triedToUpdate`).
 */
export async function updateNow(): Promise<void> {
  sessionStorage.setItem(triedKey, '1')
  const registration = await navigator.serviceWorker?.getRegistration()
  await registration?.update().catch(() => {})
  if (registration?.installing || registration?.waiting) {
    // taking it over reloads this page
    const stop = onUpdateWaiting((activate) => activate())
    await new Promise((resolve) => setTimeout(resolve, installMs))
    stop()
  }
  location.reload()
}

export function triedToUpdate(): boolean {
  return sessionStorage.getItem(triedKey) !== null
}

/** the app and its WASM, on a slow line */
const installMs = 30_000
const hourMs = 3_600_000
