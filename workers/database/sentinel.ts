import { openDB } from 'idb'

/**
 * What is known of the database outside of it, in IndexedDB: that there was one, and whether it was last seen failing.
 * An empty pool beside a sentinel means that the storage was lost, not that this is the first start.
 */
export interface Sentinel {
  read(): Promise<SentinelMark | null>
  write(mark: SentinelMark): Promise<void>
}
export interface SentinelMark {
  /** made anew with every new database file */
  readonly generation: string
  /** the last session met an I/O error or damage: check before use */
  readonly suspect: boolean
}

/** Where IndexedDB does not work there is no sentinel, and every start looks like the first. */
export function indexedDbSentinel(name = 'rsql-sentinel'): Sentinel {
  const opening = openDB(name, 1, { upgrade: (db) => void db.createObjectStore('mark') })
  opening.catch(() => {})
  return {
    read: async () => {
      try {
        return ((await (await opening).get('mark', 'database')) as SentinelMark | undefined) ?? null
      } catch {
        return null
      }
    },
    write: async (mark) => {
      try {
        const transaction = (await opening).transaction('mark', 'readwrite', { durability: 'strict' })
        await Promise.all([transaction.store.put(mark, 'database'), transaction.done])
      } catch {}
    },
  }
}
