import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { migrations } from '../schema/tables/migrations.ts'
import { applyBatch } from '../workers/event-store/apply-batch.ts'
import { needsReplay } from '../workers/event-store/replay.ts'
import { mostUnpacked, packStep, sealStep } from '../workers/event-store/seal.ts'
import { openStore, type Store } from '../workers/event-store/store.ts'
import { migrate } from '../workers/runtime/opening/migrate.ts'
import { openRawSql } from '../workers/runtime/serving/raw-sql.ts'
import { batchesOf, historyPath, loadHistory, type BenchBatch, type BenchHistory } from './history-events.ts'

export const batchSize = 500

/**
 * `npm run bench -- bytes [--messages N]`: what a history takes on the device, table by table, when all of it is sealed; and the
 * processor's time for it. In memory, in Node, with the pages of the product. The small real history, and the big one.
 */
export async function runBytesBench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { messages: { type: 'string' } } })
  if (values.messages !== undefined) return void (await report('generated', loadHistory(Number(values.messages), null)))
  for (const size of ['small', 'big'] as const) {
    if (existsSync(historyPath(size))) await report(size, loadHistory(Number.POSITIVE_INFINITY, size))
    else console.log(`the ${size} history is not there: it is optional test data`)
  }
}

async function report(name: string, { messages, events }: BenchHistory): Promise<void> {
  const { store, close } = await openStoreInMemory()
  const { spent, rates } = takeIn(store, batchesOf(events, batchSize), events.length)
  console.log(`\n${name} history: ${messages} messages, ${events.length} events`)
  printIntake(spent, rates, events.length)
  printTables(store, messages)
  close()
}

/** With the pages of the product. */
export async function openStoreInMemory(): Promise<{ readonly store: Store; close(): void }> {
  const sqlite3 = await sqlite3InitModule()
  const db = new sqlite3.oo1.DB(':memory:')
  db.exec('PRAGMA page_size = 4096')
  const sql = openRawSql(sqlite3, db)
  migrate(sql, migrations)
  const store = openStore({ sql })
  needsReplay(store)
  return {
    store,
    close() {
      sql.close()
      db.close()
    },
  }
}

export interface Spent {
  readonly apply: number
  readonly seal: number
}

/** Applies batches and seals them; `rates`: events a second, in each tenth of `total` events. */
export function takeIn(
  store: Store,
  batches: Iterable<BenchBatch>,
  total: number,
): { readonly spent: Spent; readonly rates: readonly number[] } {
  const spent = { apply: 0, seal: 0 }
  const rates: number[] = []
  let partOf = { apply: 0, seal: 0, events: 0 }
  let taken = 0
  for (const batch of batches) {
    const apply = timed(() => {
      const outcome = applyBatch(store, { batchId: '', ...batch })
      if (outcome.type !== 'Applied' || outcome.rejected.length > 0) throw new Error(JSON.stringify(outcome))
    })
    const seal = timed(() => store.log.blocks.unpacked() > mostUnpacked && packStep(store))
    taken += batch.items.length
    spent.apply += apply
    spent.seal += seal
    partOf = { apply: partOf.apply + apply, seal: partOf.seal + seal, events: partOf.events + batch.items.length }
    if (taken < (total * (rates.length + 1)) / 10) continue
    rates.push(partOf.events / (partOf.apply + partOf.seal))
    partOf = { apply: 0, seal: 0, events: 0 }
  }
  spent.seal += timed(() => {
    while (sealStep(store));
  })
  return { spent, rates }
}

export function printIntake(spent: Spent, rates: readonly number[], events: number): void {
  const micros = (seconds: number) => `${((seconds * 1e6) / events).toFixed(1)} µs`
  console.log(`an event: ${micros(spent.apply)} to apply, ${micros(spent.seal)} to seal and deflate (processor's time)`)
  console.log(`events per second, tenth by tenth: ${rates.map((rate) => Math.round(rate)).join(' ')}`)
}

export function printTables({ sql }: Store, messages: number): void {
  const tables = sql
    .prepare('SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name ORDER BY bytes DESC, name')
    .rows() as [string, number][]
  for (const [table, bytes] of tables) console.log(line(table, bytes, messages))
  console.log(line('all', tables.reduce((sum, [, bytes]) => sum + bytes, 0), messages)) // prettier-ignore
}

function line(name: string, bytes: number, messages: number): string {
  const perMessage = (bytes / messages).toFixed(1)
  return `${name.padEnd(36)}${bytes.toLocaleString('en').padStart(14)}${perMessage.padStart(9)} a message`
}

/** seconds of the processor: right also while the machine does other things */
function timed(work: () => unknown): number {
  const start = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}
