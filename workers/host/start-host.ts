import type { FromWorker, ToWorker } from '../../schema/messages/worker.ts'
import { syncLine } from '../coordinator/sync-line.ts'
import { bootDatabase } from '../database/boot.ts'
import { systemClock } from '../platform/clock.ts'
import { webLocks } from '../platform/locks.ts'
import { portOf } from '../platform/port.ts'
import { hostCoordinator } from './host-coordinator.ts'

/** The database, and the coordinator where its SharedWorker cannot be had. Returns what takes the page's messages. */
export function startHost(
  compiling: Promise<WebAssembly.Module>,
  tell: (message: FromWorker) => void,
): (message: ToWorker, port: MessagePort | undefined) => void {
  const database = bootDatabase(compiling, tell)
  let hosting: (() => void) | null = null

  function host(tabId: string): () => void {
    const coordinatorId = crypto.randomUUID()
    return hostCoordinator({ locks: webLocks(), clock: systemClock, coordinatorId, sync: syncLine() }, database, tabId)
  }

  return ({ type, tabId }, port) => {
    if (type === 'HOST_COORDINATOR') {
      hosting ??= host(tabId)
      return
    }
    hosting?.()
    hosting = null
    if (port) database.connect(portOf(port), tabId)
  }
}
