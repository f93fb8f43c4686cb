import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import { deviceBounds } from '../../schema/device-bounds.ts'
import type { AnyEvent } from '../../schema/events/event.ts'
import type { Received } from '../../schema/messages/received.ts'
import { withoutTheirWords } from './erase-queued.ts'
import type { SyncStore } from './sync-store.ts'

interface Schema extends DBSchema {
  /** key [stream, seq] */
  queue: { key: [string, string]; value: Received & { readonly stream: string } }
  /** by stream: where its queue begins and ends, and the database's cursor */
  streams: { key: string; value: StreamRow }
  outbox: { key: [string, string]; value: { readonly at: number; readonly event: AnyEvent }; indexes: { at: number } }
}
interface StreamRow {
  readonly applied: string | null
  /** absent when nothing is queued */
  readonly queued?: { readonly after: string | null; readonly last: string }
}
const strict = { durability: 'strict' } as const
const maxQueueLoad = 5000

/** The SyncStore in IndexedDB. */
export function openSyncStore(name = 'rsql-sync-v1'): SyncStore {
  // Opened at the first need, and again if the browser closed it (storage cleared, an upgrade in another context).
  let opened: Promise<IDBPDatabase<Schema>> | null = null
  const database = () => {
    opened ??= openDB<Schema>(name, 2, {
      async upgrade(db, version, _new, tx) {
        // version 1 had the outbox by the event's id alone
        const mirrored = version === 1 ? await tx.objectStore('outbox').getAll() : []
        if (version === 1) db.deleteObjectStore('outbox')
        else {
          db.createObjectStore('queue', { keyPath: ['stream', 'seq'] })
          db.createObjectStore('streams')
        }
        const outbox = db.createObjectStore('outbox', { keyPath: ['event.stream', 'event.id'] })
        outbox.createIndex('at', 'at')
        for (const row of mirrored) void outbox.put(row)
      },
      blocking: () => void close(),
      terminated: () => void (opened = null),
    })
    opened.catch(() => (opened = null))
    return opened
  }
  const close = async () => {
    const db = await opened
    opened = null
    db?.close()
  }
  const all = (stream: string, upTo?: string) => IDBKeyRange.bound([stream, ''], [stream, upTo ?? '\uffff'])

  return {
    async rememberCursor(stream, seq) {
      const tx = (await database()).transaction('streams', 'readwrite')
      const row = await tx.store.get(stream)
      if (row?.applied == null || row.applied < seq) await tx.store.put({ ...row, applied: seq }, stream)
      await tx.done
    },
    async queueOffset(stream) {
      const row = await (await database()).get('streams', stream)
      return row?.queued?.last ?? row?.applied ?? undefined
    },
    async enqueue(stream, after, items) {
      const last = items.at(-1)
      if (!last) return
      const tx = (await database()).transaction(['queue', 'streams'], 'readwrite', strict)
      const queued = await tx.objectStore('queue').count(all(stream))
      if (queued + items.length > deviceBounds.queuedEvents) return tx.done
      const row = (await tx.objectStore('streams').get(stream)) ?? { applied: null }
      const begins = row.queued ? row.queued.after : after
      await Promise.all([
        ...distinct(items).map((item) => tx.objectStore('queue').put({ stream, ...item })),
        tx.objectStore('streams').put({ ...row, queued: { after: begins, last: last.seq } }, stream),
        tx.done,
      ])
    },
    async queue(stream) {
      const tx = (await database()).transaction(['queue', 'streams'], 'readonly')
      const row = await tx.objectStore('streams').get(stream)
      const rows = await tx.objectStore('queue').getAll(all(stream), maxQueueLoad)
      const items = rows.map(({ stream: _stream, ...item }) => item)
      return { after: row?.queued?.after ?? null, items }
    },
    async unqueue(stream, upTo) {
      const tx = (await database()).transaction(['queue', 'streams'], 'readwrite', strict)
      await tx.objectStore('queue').delete(all(stream, upTo))
      const row = await tx.objectStore('streams').get(stream)
      if (row?.queued) {
        const { queued, ...rest } = row
        const left = queued.last > upTo ? { ...rest, queued: { after: upTo, last: queued.last } } : rest
        await tx.objectStore('streams').put(left, stream)
      }
      await tx.done
    },
    async eraseQueued(stream, messages) {
      const tx = (await database()).transaction('queue', 'readwrite', strict)
      for (let cursor = await tx.store.openCursor(all(stream)); cursor; cursor = await cursor.continue()) {
        const left = withoutTheirWords(cursor.value, stream, messages)
        if (left) await cursor.update({ ...left, stream })
      }
      await tx.done
    },
    async mirror(events) {
      const tx = (await database()).transaction('outbox', 'readwrite', strict)
      await Promise.all([...events.map((event) => tx.store.put({ at: event.at, event })), tx.done])
    },
    async unmirror(events) {
      const tx = (await database()).transaction('outbox', 'readwrite')
      await Promise.all([...events.map(({ stream, id }) => tx.store.delete([stream, id])), tx.done])
    },
    async mirrored() {
      return (await (await database()).getAllFromIndex('outbox', 'at')).map((row) => row.event)
    },
    async clear() {
      const tx = (await database()).transaction(['queue', 'streams', 'outbox'], 'readwrite', strict)
      const stores = ['queue', 'streams', 'outbox'] as const
      await Promise.all([...stores.map((name) => tx.objectStore(name).clear()), tx.done])
    },
  }
}

/** One that names no place stands at the place of the one before it, which it must not replace. */
function distinct(items: readonly Received[]): Received[] {
  return items.filter((item, at) => item.seq !== items[at - 1]?.seq)
}
