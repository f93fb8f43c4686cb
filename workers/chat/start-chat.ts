import type { FromWorker } from '../../schema/messages/runtime/worker.ts'
import { eventStore } from '../event-store/event-store.ts'
import { startHost } from '../runtime/host/start-host.ts'

/** The runtime, with the event store as its application. */
export const startChat = (compiling: Promise<WebAssembly.Module>, tell: (message: FromWorker) => void) =>
  startHost(eventStore, compiling, tell)
