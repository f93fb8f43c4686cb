import { parentPort } from 'node:worker_threads'
import type { ToReadModel } from './messages.ts'
import { openModels } from './models.ts'

/** The read model's thread: one message after another, and in between it tidies up. It may be ended at any moment. */
const models = openModels()
const waiting: ToReadModel[] = []
let running = false

parentPort!.on('message', (message: ToReadModel) => {
  waiting.push(message)
  if (!running) void run()
})

async function run(): Promise<void> {
  running = true
  for (let more = true; more;) {
    const message = waiting.shift()
    if (message) parentPort!.postMessage(await models.answer(message))
    else more = models.tidy()
    await new Promise((resolve) => setImmediate(resolve)) // what came meanwhile
    more ||= waiting.length > 0
  }
  running = false
}
