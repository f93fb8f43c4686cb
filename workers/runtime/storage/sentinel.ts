import { openDB, type IDBPDatabase } from 'idb'
import type { AnyEvent } from '../../../schema/events/event.ts'

/**
 * What is known of the database outside of it, in IndexedDB: that there was one, whether it was last seen failing, and
 * events that were rescued from it and are in no database now. An empty pool beside a sentinel means that the storage
 * was lost, not that this is the first start.
 */
export interface Sentinel {
  read(): Promise<{ readonly mark: SentinelMark | null; readonly rescued: readonly AnyEvent[] }>
  write(mark: SentinelMark): Promise<void>
  /** Durable when it resolves, beside what was rescued before. */
  rescue(events: readonly AnyEvent[]): Promise<void>
  /** They are in a database again. */
  forgetRescued(): Promise<void>
  /** The browser took IndexedDB away: site data was cleared, perhaps the database's files with it. */
  onLost(listener: () => void): void
}
export interface SentinelMark {
  /** made anew with every new database file */
  readonly generation: string
  /** what the last session met: `check`, a failing device: look at the file before it is used · `damaged`: replace it */
  readonly suspect: 'no' | 'check' | 'damaged'
}

/** Of a database that nobody will miss. */
export const noSentinel: Sentinel = {
  read: async () => ({ mark: null, rescued: [] }),
  write: async () => {},
  rescue: async () => {},
  forgetRescued: async () => {},
  onLost: () => {},
}

/** Where IndexedDB does not work there is no sentinel, and every start looks like the first. */
export function indexedDbSentinel(name = 'rsql-sentinel-v1'): Sentinel {
  const lost = new Set<() => void>()
  let opening: Promise<IDBPDatabase> | null = null
  function gone(): void {
    opening = null
    for (const listener of lost) listener()
  }
  function database(): Promise<IDBPDatabase> {
    opening ??= openDB(name, 2, {
      async upgrade(db, version, _new, tx) {
        // version 1 had what was rescued by the event's id alone
        const rescued = version === 1 ? ((await tx.objectStore('rescued').getAll()) as AnyEvent[]) : []
        if (version === 1) db.deleteObjectStore('rescued')
        else db.createObjectStore('mark')
        const store = db.createObjectStore('rescued', { keyPath: ['stream', 'id'] })
        for (const event of rescued) void store.put(event)
      },
      blocking(_current, _blocked, event) {
        ;(event.target as IDBDatabase).close()
        gone()
      },
      terminated: gone,
    })
    opening.catch(() => (opening = null))
    return opening
  }
  const change = async (store: 'mark' | 'rescued', work: (db: IDBPDatabase) => Promise<void>): Promise<void> => {
    try {
      await work(await database())
    } catch (error) {
      console.warn(`sentinel (${store}):`, error)
    }
  }
  const strict = { durability: 'strict' } as const

  return {
    async read() {
      try {
        const tx = (await database()).transaction(['mark', 'rescued'], 'readonly')
        const [mark, rescued] = await Promise.all([
          tx.objectStore('mark').get('database') as Promise<SentinelMark | undefined>,
          tx.objectStore('rescued').getAll() as Promise<AnyEvent[]>,
        ])
        return { mark: mark ?? null, rescued }
      } catch {
        return { mark: null, rescued: [] }
      }
    },
    write: (mark) =>
      change('mark', async (db) => {
        const tx = db.transaction('mark', 'readwrite', strict)
        await Promise.all([tx.store.put(mark, 'database'), tx.done])
      }),
    rescue: (events) =>
      change('rescued', async (db) => {
        const tx = db.transaction('rescued', 'readwrite', strict)
        await Promise.all([...events.map((event) => tx.store.put(event)), tx.done])
      }),
    forgetRescued: () =>
      change('rescued', async (db) => {
        const tx = db.transaction('rescued', 'readwrite', strict)
        await Promise.all([tx.store.clear(), tx.done])
      }),
    onLost: (listener) => void lost.add(listener),
  }
}
