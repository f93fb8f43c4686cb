import { parseArgs } from 'node:util'
import { applyBatch } from '../workers/event-store/apply-batch.ts'
import { needsReplay } from '../workers/event-store/replay.ts'
import { mostUnpacked, packStep, sealStep } from '../workers/event-store/seal.ts'
import { loadSqlite, openMemoryStore } from '../workers/event-store/testing.ts'
import { attachBytes, bytesInMemory } from '../workers/runtime/storage/attached-bytes.ts'
import { faultOfSnapshot } from '../workers/snapshot/check-snapshot.ts'
import { copyStreams } from '../workers/snapshot/copy-streams.ts'
import { stripToSnapshot } from '../workers/snapshot/make-snapshot.ts'
import { carrySearchIndex } from '../workers/snapshot/search-index.ts'
import { benchSeq, loadHistory } from './history-events.ts'
import { step } from './step.ts'

/**
 * What a device's processor does to take in a snapshot, part by part: in Node, in memory, without a disk or a network. Time of the
 * processor, so that it means something on a machine that does other things too.
 */
export async function runMergeBench(given: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...given], options: { messages: { type: 'string', default: '225078' } } })
  const { bytes, messages } = await step('make a snapshot', 600, () => makeOne(Number(values.messages)))
  console.log(`${messages} messages, ${(bytes.length / 1e6).toFixed(1)} MB`)
  const device = await openMemoryStore()
  const detach = attachBytes(await loadSqlite(), device.db, 'snapshot', bytesInMemory(bytes))
  const { sql } = device
  const streams = sql.prepare('SELECT name FROM snapshot.streams WHERE id > 0').rows().flat() as string[]
  const plan = { from: 'snapshot', to: 'main', streams }
  const all = [
    part('its tables and values are checked', () => faultOfSnapshot(sql, 'snapshot')),
    part('its rows are copied', () => {
      sql.exec('BEGIN')
      copyStreams(sql, plan)
    }),
    part('its index of words is taken over', () => carrySearchIndex(sql, plan, true)),
    part('commit', () => sql.exec('COMMIT')),
  ]
  console.log(`in all: ${all.reduce((sum, ms) => sum + ms, 0).toFixed(0)} ms of the processor`)
  detach()
  device.close()
}

function part(name: string, work: () => unknown): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  const ms = (user + system) / 1000
  console.log(`${name}: ${ms.toFixed(0)} ms`)
  return ms
}

async function makeOne(most: number): Promise<{ bytes: Uint8Array; messages: number }> {
  const { events, messages } = loadHistory(most)
  const store = await openMemoryStore()
  needsReplay(store) // it notes of which projections the tables are
  const streams = [...new Set(events.map(({ stream }) => stream))]
  for (const stream of streams) {
    const own = events.filter((event) => event.stream === stream)
    for (let from = 0; from < own.length; from += 500) {
      const items = own.slice(from, from + 500).map((event, at) => ({ seq: benchSeq(from + at + 1), receivedAt: event.at, event })) // prettier-ignore
      applyBatch(store, { batchId: '', stream, items, after: null, cursor: items.at(-1)!.seq })
      if (store.log.blocks.unpacked() > mostUnpacked) packStep(store)
    }
  }
  while (sealStep(store));
  stripToSnapshot(store.sql, streams, 0)
  store.sql.exec('VACUUM')
  const bytes = (await loadSqlite()).capi.sqlite3_js_db_export(store.db)
  store.close()
  return { bytes, messages }
}
