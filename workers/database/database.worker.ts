import type { ToWorker } from '../../schema/messages/worker.ts'
import { portOf } from '../platform/port.ts'
import { bootDatabase } from './boot.ts'

declare const self: DedicatedWorkerGlobalScope

const database = bootDatabase((message) => self.postMessage(message))
self.addEventListener('message', (event: MessageEvent<ToWorker>) => {
  const port = event.ports[0]
  if (event.data.type === 'CONNECT' && port) database.connect(portOf(port), event.data.tabId)
})
