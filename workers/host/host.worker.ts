import type { ToWorker } from '../../schema/messages/worker.ts'
import { syncLine } from '../coordinator/sync-line.ts'
import { bootDatabase } from '../database/boot.ts'
import { systemClock } from '../platform/clock.ts'
import { webLocks } from '../platform/locks.ts'
import { hostCoordinator } from './host-coordinator.ts'

declare const self: DedicatedWorkerGlobalScope

const database = bootDatabase((message) => self.postMessage(message))
let asked = false
self.addEventListener('message', (event: MessageEvent<ToWorker>) => {
  if (event.data.type !== 'HOST_COORDINATOR' || asked) return
  asked = true
  void hostCoordinator({ locks: webLocks(), clock: systemClock, sync: syncLine() }, database, event.data.tabId)
})
