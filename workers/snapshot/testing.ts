import { applyBatch } from '../event-store/apply-batch.ts'
import { inTransaction } from '../event-store/store.ts'
import { loadSqlite, openMemoryStore, type MemoryStore } from '../event-store/testing.ts'
import { attachBytes, bytesInMemory } from '../runtime/storage/attached-bytes.ts'
import { stripToSnapshot } from './make-snapshot.ts'
import { mergeSnapshot, type MergeOutcome } from './merge-snapshot.ts'

/* For tests: snapshots as bytes, and devices that take them in. */

export interface Sequenced {
  readonly seq: string
  readonly receivedAt: number
  readonly event: unknown
}

export function apply(
  store: MemoryStore,
  stream: string,
  items: readonly Sequenced[],
  cursor = items.at(-1)?.seq ?? null,
) {
  if (items.length === 0) return
  const outcome = applyBatch(store, { batchId: '', stream, items, after: null, cursor })
  if (outcome.type !== 'Applied' || outcome.rejected.length > 0) throw new Error(JSON.stringify(outcome))
}

/** The store becomes one. */
export async function snapshotOf(store: MemoryStore, streams: readonly string[]): Promise<Uint8Array> {
  inTransaction(store, () => stripToSnapshot(store.sql, streams, 0))
  return (await loadSqlite()).capi.sqlite3_js_db_export(store.db)
}

/** A snapshot that somebody changed. */
export async function changed(bytes: Uint8Array, sql: string): Promise<Uint8Array> {
  const sqlite3 = await loadSqlite()
  const db = new sqlite3.oo1.DB(':memory:')
  try {
    const at = sqlite3.wasm.allocFromTypedArray(bytes)
    const { SQLITE_DESERIALIZE_FREEONCLOSE: free, SQLITE_DESERIALIZE_RESIZEABLE: grows } = sqlite3.capi
    sqlite3.capi.sqlite3_deserialize(db, 'main', at, bytes.length, bytes.length, free | grows)
    db.exec(sql)
    return sqlite3.capi.sqlite3_js_db_export(db)
  } finally {
    db.close()
  }
}

/** Throws what cannot even be attached. */
export async function take(
  store: MemoryStore,
  bytes: Uint8Array,
  wanted = (_home: string) => true,
): Promise<MergeOutcome> {
  const detach = attachBytes(await loadSqlite(), store.db, 'snapshot', bytesInMemory(bytes))
  try {
    return mergeSnapshot(store, 'snapshot', wanted)
  } finally {
    detach()
  }
}

export async function withStores<T>(
  options: Parameters<typeof openMemoryStore>[0],
  work: (one: MemoryStore, two: MemoryStore, three: MemoryStore) => Promise<T>,
): Promise<T> {
  const stores = [
    await openMemoryStore(options),
    await openMemoryStore(options),
    await openMemoryStore(options),
  ] as const
  try {
    return await work(...stores)
  } finally {
    for (const store of stores) store.close()
  }
}
