import { openDB, type IDBPDatabase } from 'idb'
import type { Rescued } from '../application.ts'

/**
 * What is known of the database outside of it, in IndexedDB: that there was one, whether it was last seen failing, and
 * what was rescued from it and is in no database now. An empty pool beside a sentinel means that the storage
 * was lost, not that this is the first start.
 */
export interface Sentinel {
  read(): Promise<{ readonly mark: SentinelMark | null; readonly rescued: readonly Rescued[] }>
  write(mark: SentinelMark): Promise<void>
  /** Durable when it resolves, beside what was rescued before. */
  rescue(rescued: readonly Rescued[]): Promise<void>
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
export function indexedDbSentinel(name: string): Sentinel {
  const lost = new Set<() => void>()
  let opening: Promise<IDBPDatabase> | null = null
  function gone(): void {
    opening = null
    for (const listener of lost) listener()
  }
  function database(): Promise<IDBPDatabase> {
    opening ??= openDB(name, 3, {
      async upgrade(db, version, _new, tx) {
        // earlier versions had what was rescued without a key beside it
        const rescued: unknown[] = version > 0 ? await tx.objectStore('rescued').getAll() : []
        if (version > 0) db.deleteObjectStore('rescued')
        else db.createObjectStore('mark')
        const store = db.createObjectStore('rescued', { keyPath: 'key' })
        for (const [place, value] of rescued.entries()) void store.put({ key: `before-${place}`, value })
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
          tx.objectStore('rescued').getAll() as Promise<Rescued[]>,
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
    rescue: (rescued) =>
      change('rescued', async (db) => {
        const tx = db.transaction('rescued', 'readwrite', strict)
        await Promise.all([...rescued.map((each) => tx.store.put(each)), tx.done])
      }),
    forgetRescued: () =>
      change('rescued', async (db) => {
        const tx = db.transaction('rescued', 'readwrite', strict)
        await Promise.all([tx.store.clear(), tx.done])
      }),
    onLost: (listener) => void lost.add(listener),
  }
}
