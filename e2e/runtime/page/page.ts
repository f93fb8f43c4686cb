import { connectChat, type ChatClient } from '../../../workers/chat/chat-client.ts'
import { installTestHooks } from '../../../workers/runtime/client/test-hooks.ts'
import type { SqlValue } from '../../../schema/live.ts'
import { applyChaos, keepWorkers, workers } from './chaos.ts'
import { message, startWriter, type Writer } from './writer.ts'

/** The runtime without an app: what its tests and its measurements open. In no build of the product. */
export interface RuntimePage {
  readonly client: ChatClient
  readonly workers: readonly Worker[]
  readonly message: typeof message
  startWriting(who: string): void
  /** what `startWriting` started */
  writer: Writer | null
  /** keeps the rows of a live query, as they come */
  watch(sql: string): Watched
  /** what `watch` keeps, the newest last */
  readonly watched: Watched[]
}
export interface Watched {
  rows: SqlValue[][]
  snapshots: number
  deltas: number
  readonly errors: string[]
}
declare global {
  var runtime: RuntimePage
}

keepWorkers()
applyChaos(location.search)
const client = connectChat()
installTestHooks(client)
globalThis.runtime = {
  client,
  workers,
  message,
  startWriting: (who) => void (runtime.writer = startWriter(client, who)),
  writer: null,
  watch,
  watched: [],
}
client.status$.subscribe((status) => {
  document.title = `${status.role} ${status.epoch}`
  const shown = document.getElementById('status')
  if (shown) shown.textContent = JSON.stringify(status, null, 2)
})

function watch(sql: string): Watched {
  const watched: Watched = { rows: [], snapshots: 0, deltas: 0, errors: [] }
  client.subscribe(
    { sql, parameters: [] },
    (update) => {
      if (update.type === 'snapshot') watched.snapshots += 1
      else watched.deltas += 1
      watched.rows = update.rows.map((row) => Object.values(row))
    },
    (error) => watched.errors.push(error.message),
  )
  runtime.watched.push(watched)
  return watched
}
