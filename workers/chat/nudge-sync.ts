import type { ServiceWorkerNudge } from '../../schema/messages/sync.ts'
import { spawnSync } from './spawn.ts'

export interface SyncNudges {
  nudge(): void
  /** Where there is no Service Worker, the leader's page runs the sync client. */
  setLeader(leads: boolean): void
  close(): void
}

/** So long a Service Worker may be on its way before the page does without. */
const patienceMs = 4_000

/**
 * A page's part in sync: only a page can wake the Service Worker, and only a page hears whether the network is there.
 * Law: one sync client; a worker of the leader's page only as long as the browser has no Service Worker for us (an insecure
 * context, a private window, a policy).
 */
export function syncNudges(): SyncNudges {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined
  let worker: Worker | null = null
  let leads = false
  let isMissing = !container
  let lookAgain: ReturnType<typeof setTimeout> | null = null

  async function serviceWorker(): Promise<ServiceWorker | null> {
    const registration = await container?.getRegistration().catch(() => undefined)
    if (registration) isMissing = false
    else if (container && !isMissing && lookAgain === null) {
      lookAgain = setTimeout(() => {
        isMissing = true
        void post({ type: 'NUDGE' })
      }, patienceMs)
    }
    if (registration && lookAgain !== null) {
      clearTimeout(lookAgain)
      lookAgain = null
    }
    return registration?.active ?? null
  }

  function runHere(): void {
    const wanted = leads && isMissing
    if (wanted === (worker !== null)) return
    worker?.terminate()
    worker = wanted ? spawnSync() : null
  }

  async function post(message: ServiceWorkerNudge): Promise<void> {
    const found = await serviceWorker()
    runHere()
    ;(worker ?? found)?.postMessage(message)
  }
  const online = () => void post({ type: 'ONLINE' })
  const offline = () => void post({ type: 'OFFLINE' })
  window.addEventListener('online', online)
  window.addEventListener('offline', offline)

  const setLeader = (now: boolean): void => {
    leads = now
    runHere()
  }
  return {
    nudge: () => void post({ type: 'NUDGE' }),
    setLeader,
    close() {
      window.removeEventListener('online', online)
      window.removeEventListener('offline', offline)
      if (lookAgain !== null) clearTimeout(lookAgain)
      setLeader(false)
    },
  }
}
