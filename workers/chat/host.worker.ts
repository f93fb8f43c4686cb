import { tellMark, type FromWorker, type ToWorker } from '../../schema/messages/runtime/worker.ts'
import { compileSqlite } from '../runtime/opening/compile-sqlite.ts'

declare const self: DedicatedWorkerGlobalScope

/** A tab's Dedicated Worker. A small script: WASM is on its way before the large one (start-chat.ts) is loaded. */
const tell = (message: FromWorker) => self.postMessage(message)
tellMark(tell, 'worker-started')
const compiling = compileSqlite()
const starting = import('./start-chat.ts').then(({ startChat }) => startChat(compiling, tell))
self.addEventListener('message', async ({ data, ports }: MessageEvent<ToWorker>) => (await starting)(data, ports[0]))
