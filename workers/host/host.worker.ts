import type { ToWorker } from '../../schema/messages/worker.ts'
import { syncLine } from '../coordinator/sync-line.ts'
import { bootDatabase } from '../database/boot.ts'
import { systemClock } from '../platform/clock.ts'
import { webLocks } from '../platform/locks.ts'
import { portOf } from '../platform/port.ts'
import { hostCoordinator } from './host-coordinator.ts'

declare const self: DedicatedWorkerGlobalScope

/** A tab's Dedicated Worker: the database, and the coordinator where its SharedWorker cannot be had. */
const database = bootDatabase((message) => self.postMessage(message))
let hosting: (() => void) | null = null

self.addEventListener('message', (event: MessageEvent<ToWorker>) => {
  const { type, tabId } = event.data
  if (type === 'HOST_COORDINATOR') {
    hosting ??= host(tabId)
    return
  }
  hosting?.()
  hosting = null
  const port = event.ports[0]
  if (port) database.connect(portOf(port), tabId)
})

function host(tabId: string): () => void {
  const coordinatorId = crypto.randomUUID()
  return hostCoordinator({ locks: webLocks(), clock: systemClock, coordinatorId, sync: syncLine() }, database, tabId)
}
