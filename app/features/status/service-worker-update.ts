import { Workbox } from 'workbox-window'
import { spawnNothing } from '../../../workers/chat/spawn.ts'
import { buildOf } from './build-of.ts'
import { watchVersions, type Versions } from './watch-versions.ts'

let versions: Versions | null = null

/** Registers the Service Worker (in development the dev one) and watches the versions of the app. */
export function watchServiceWorker(): void {
  const { serviceWorker: container } = navigator as { serviceWorker?: ServiceWorkerContainer }
  if (!container) return
  const workbox = import.meta.env.PROD
    ? new Workbox('/service-worker.js')
    : new Workbox('/dev-sw.js?dev-sw', { type: 'module' })
  versions = watchVersions({
    container,
    register: () => workbox.register({ immediate: true }),
    skipWaiting: () => workbox.messageSkipWaiting(),
    // as with every document or worker that is loaded in its scope
    lookAgain: () => void spawnNothing(),
    every(ms, work) {
      const timer = setInterval(work, ms)
      return () => clearInterval(timer)
    },
    build: buildOf(document.head.innerHTML),
    served: async () => buildOf(await (await fetch('/index.html', { signal: AbortSignal.timeout(silentMs) })).text()),
    reload: reloadFor,
  })
}

export function onUpdateWaiting(tell: (waits: boolean) => void): () => void {
  return versions?.onWaiting(tell) ?? (() => {})
}

/** The version that waits takes over, and then every tab reloads. */
export function takeUpdate(): void {
  versions?.take()
}

/** Once for a build: a page that is no other after that would reload for ever. */
function reloadFor(build: string | null): void {
  if (build !== null && sessionStorage.getItem(reloadedKey) === build) return
  if (build !== null) sessionStorage.setItem(reloadedKey, build)
  location.reload()
  // a page that is still here: its question met the end of a Service Worker, and is not answered
  setInterval(() => location.reload(), lostMs)
}

/**
 * For a tab that cannot go on as it is: fetches the newest version and takes it, or reloads when the browser has it
 * already. A tab that is no newer after that says so (`triedToUpdate`).
 */
export async function updateNow(): Promise<void> {
  sessionStorage.setItem(triedKey, '1')
  // taking it over reloads this page before the deadline
  await Promise.race([versions?.newest(), sleep(installMs)])
  location.reload()
}

export function triedToUpdate(): boolean {
  return sessionStorage.getItem(triedKey) !== null
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

const triedKey = 'tried-to-update'
const reloadedKey = 'reloaded-for-build'
/** the page comes out of the device's own cache */
const silentMs = 5_000
const lostMs = 15_000
/** the app and its WASM, on a slow line */
const installMs = 30_000
