import { tellMark, type FromWorker, type ToWorker } from '../../../schema/messages/runtime/worker.ts'
import type { AnyApplication } from '../application.ts'
import { compileSqlite } from '../opening/compile-sqlite.ts'
import { startHost } from './start-host.ts'

declare const self: DedicatedWorkerGlobalScope

/** All that a tab's Dedicated Worker does: it serves the application's database when its tab leads. */
export function serveDatabase(application: AnyApplication): void {
  const tell = (message: FromWorker) => self.postMessage(message)
  tellMark(tell, 'worker-started')
  const follow = startHost(application, compileSqlite(), tell)
  self.addEventListener('message', ({ data, ports }: MessageEvent<ToWorker>) => follow(data, ports[0]))
}
