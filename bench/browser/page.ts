import type { EventDraft } from '../../schema/events/event.ts'
import type { Query, SqlValue } from '../../schema/live.ts'
import { connectChat, type ChatClient } from '../../workers/chat/chat-client.ts'
import type { BenchAnswer, BenchCall, Delivery } from './protocol.ts'

/** The benchmark's page: a client of the product in a tab without an app, or the worker that has the database alone. */
declare global {
  interface Window {
    bench: typeof bench
  }
}

let client: ChatClient | null = null
let worker: Worker | null = null
let calls = 0
const deliveries: Delivery[] = []
const now = (): number => performance.timeOrigin + performance.now()

const bench = {
  call(name: BenchCall['name'], options: readonly unknown[]): Promise<unknown> {
    worker ??= new Worker(new URL('./bench.worker.ts', import.meta.url), { type: 'module' })
    const asked = worker
    const id = ++calls
    return new Promise((resolve, reject) => {
      asked.addEventListener('message', function listen(event: MessageEvent<BenchAnswer>) {
        if (event.data.id !== id) return
        asked.removeEventListener('message', listen)
        if (event.data.error === undefined) resolve(event.data.value)
        else reject(new Error(event.data.error))
      })
      asked.postMessage({ id, name, options })
    })
  },

  /** Joins the stack as a tab; resolves with its role once a leader is there. */
  async join(actor: string): Promise<string> {
    client = connectChat()
    client.setActor(actor)
    const joined = client
    return new Promise((resolve) => {
      joined.status$.subscribe((status) => {
        if (status.activeTab && status.role !== 'starting') resolve(status.role)
      })
    })
  },

  /** Keeps a live query and notes when each row with a marker (first column) is delivered to this tab's listener. */
  listen(query: Query): Promise<void> {
    return new Promise((resolve, reject) => {
      client!.subscribe(
        query,
        (update) => {
          const at = now()
          if (update.type === 'snapshot') return resolve()
          for (const change of update.changes) {
            if (change.op === 'insert')
              deliveries.push({ marker: String(Object.values(change.row)[0]), at, type: 'delta' })
          }
        },
        reject,
      )
    })
  },

  /** Dispatches one message and answers when it was handed over (unix ms with fractions). */
  async dispatch(draft: EventDraft): Promise<{ at: number; durableMs: number }> {
    const at = now()
    await client!.dispatch([draft])
    return { at, durableMs: now() - at }
  },

  async ask(sql: string, parameters: readonly SqlValue[]): Promise<readonly SqlValue[][]> {
    return (await client!.query(sql, parameters)).rows
  },

  /** Milliseconds of each of `count` queries, one after another. */
  async roundTrips(count: number): Promise<number[]> {
    const trips: number[] = []
    for (let n = 0; n < count; n++) {
      const start = performance.now()
      await client!.query(oneRow)
      trips.push(performance.now() - start)
    }
    return trips
  },

  /**
   * Asks without a pause until another leader answers; from the last answer of the one before, that took so many ms.
   * `steps`: when this tab's own worker, if it is the one, got how far.
   */
  async outage(): Promise<{ ms: number; steps: Record<string, number> }> {
    let epoch = 0
    client!.status$.subscribe((status) => (epoch = status.epoch)).unsubscribe()
    const before = epoch
    const watch = client!.status$.subscribe((status) => (epoch = status.epoch))
    for (let last = performance.now(); ;) {
      await client!.query(oneRow)
      const answered = performance.now()
      if (epoch !== before) {
        watch.unsubscribe()
        const steps: Record<string, number> = {}
        for (const { name, startTime } of performance.getEntriesByType('mark')) {
          if (startTime > last) steps[name.replace('rsql:', '')] = startTime - last
        }
        return { ms: answered - last, steps }
      }
      last = answered
    }
  },

  /** Keeps this page's main thread busy. */
  block(ms: number): void {
    for (const end = performance.now() + ms; performance.now() < end;);
  },

  /** What was delivered since the last call. */
  take: (): Delivery[] => deliveries.splice(0),
  now,
}
const oneRow = 'SELECT id, name FROM rooms LIMIT 1'
window.bench = bench
