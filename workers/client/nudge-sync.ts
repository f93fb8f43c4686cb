import type { ServiceWorkerNudge } from '../../schema/messages/sync.ts'
import { spawnSync } from './spawn.ts'

export interface SyncNudges {
  nudge(): void
  /** Where there is no Service Worker, the leader's page runs the sync client. */
  setLeader(leads: boolean): void
  close(): void
}

/**
 * A page's part in sync: only a page can wake the Service Worker, and only a page hears whether the network is there.
 */
export function syncNudges(): SyncNudges {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined
  let worker: Worker | null = null

  const post = (message: ServiceWorkerNudge): void => {
    if (worker) worker.postMessage(message)
    else void container?.getRegistration().then((registration) => registration?.active?.postMessage(message))
  }
  const online = () => post({ type: 'ONLINE' })
  const offline = () => post({ type: 'OFFLINE' })
  window.addEventListener('online', online)
  window.addEventListener('offline', offline)

  const setLeader = (leads: boolean): void => {
    if (container || leads === (worker !== null)) return
    worker?.terminate()
    worker = leads ? spawnSync() : null
  }
  return {
    nudge: () => post({ type: 'NUDGE' }),
    setLeader,
    close() {
      window.removeEventListener('online', online)
      window.removeEventListener('offline', offline)
      setLeader(false)
    },
  }
}
