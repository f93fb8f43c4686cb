import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import { deviceBounds } from '../../../schema/device-bounds.ts'

/**
 * Files on the device, by the message that names them: those that wait to be sent, and those that came from the server. In IndexedDB, and not in OPFS: a
 * Service Worker reads it with no tab open, private windows have it, and a file and what is said of it are one transaction. Laws:
 * what waits to be sent is durable before the message is written, and is never evicted; what came makes room for what comes.
 */
export interface FileStore {
  /** Durable when it resolves. Rejects with NoRoomForFiles. */
  queue(files: readonly FileOfMessage[]): Promise<void>
  /** Best effort: a file that does not fit is not kept. */
  keep(file: FileOfMessage): Promise<void>
  find(key: FileKey): Promise<Blob | null>
  /** The server has them: from now on they may make room. */
  sent(stream: string, message: string): Promise<void>
  /** messages whose files have waited to be sent since before then, unix ms */
  waiting(before: number): Promise<readonly MessageKey[]>
  /** messages that were erased, or taken back */
  drop(stream: string, messages: readonly string[]): Promise<void>
  /** The person may no longer read it: what came goes. What was never sent stays, as its message does. */
  dropStream(stream: string): Promise<void>
}
export interface MessageKey {
  readonly stream: string
  readonly message: string
}
export interface FileKey extends MessageKey {
  readonly sha256: string
}
export interface FileOfMessage extends FileKey {
  readonly blob: Blob
}

/** For the person who chose the files. */
export class NoRoomForFiles extends Error {
  override readonly name = 'NoRoomForFiles'
}

/** The bytes apart from what is said of them: sizes are added up without reading any. */
interface Schema extends DBSchema {
  facts: { key: Key; value: Facts; indexes: { waiting: number; usedAt: number } }
  bytes: { key: Key; value: Blob }
}
type Key = [stream: string, message: string, sha256: string]
interface Facts extends FileKey {
  readonly size: number
  readonly usedAt: number
  /** 1: the server does not have it */
  readonly waiting: 0 | 1
}
const strict = { durability: 'strict' } as const
const stores: ('facts' | 'bytes')[] = ['facts', 'bytes']

export function openFileStore(name = 'rsql-files-v1', now: () => number = Date.now): FileStore {
  let opened: Promise<IDBPDatabase<Schema>> | null = null
  const database = () => {
    opened ??= openDB<Schema>(name, 1, {
      upgrade(db) {
        const facts = db.createObjectStore('facts', { keyPath: ['stream', 'message', 'sha256'] })
        facts.createIndex('waiting', 'waiting')
        facts.createIndex('usedAt', 'usedAt')
        db.createObjectStore('bytes')
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
  const ofMessage = (stream: string, message: string) => IDBKeyRange.bound([stream, message], [stream, message, []])

  async function put(files: readonly FileOfMessage[], waiting: 0 | 1): Promise<void> {
    const tx = (await database()).transaction(stores, 'readwrite', strict)
    const writes = files.flatMap(({ stream, message, sha256, blob }) => [
      tx.objectStore('facts').put({ stream, message, sha256, size: blob.size, usedAt: now(), waiting }),
      tx.objectStore('bytes').put(blob, [stream, message, sha256]),
    ])
    await Promise.all([...writes, tx.done])
  }

  async function remove(keys: readonly Key[]): Promise<void> {
    if (keys.length === 0) return
    const tx = (await database()).transaction(stores, 'readwrite', strict)
    await Promise.all([...keys.flatMap((key) => stores.map((store) => tx.objectStore(store).delete(key))), tx.done])
  }

  const sizeOf = (facts: readonly Facts[]) => facts.reduce((sum, { size }) => sum + size, 0)

  /** Makes room among what came from the server; those that were used last stay. */
  async function makeRoom(most: number): Promise<void> {
    const facts = (await (await database()).getAllFromIndex('facts', 'usedAt')).filter(({ waiting }) => waiting === 0)
    let size = sizeOf(facts)
    const gone: Key[] = []
    for (const { stream, message, sha256, size: bytes } of facts) {
      if (size <= most) break
      size -= bytes
      gone.push([stream, message, sha256])
    }
    await remove(gone)
  }

  return {
    async queue(files) {
      const waiting = await (await database()).getAllFromIndex('facts', 'waiting', 1)
      const bytes = files.reduce((sum, { blob }) => sum + blob.size, 0)
      if (sizeOf(waiting) + bytes > deviceBounds.queuedFileBytes) {
        throw new NoRoomForFiles(
          'Too many files wait to be sent on this device. Send this when they are on the server.',
        )
      }
      try {
        await put(files, 1)
      } catch (error) {
        if (!isQuota(error)) throw error
        await makeRoom(0)
        await put(files, 1).catch(() => {
          throw new NoRoomForFiles('This device has no room left for these files. Free some space, or send fewer.')
        })
      }
    },
    async keep(file) {
      if (file.blob.size > deviceBounds.keptFileBytes / 4) return
      try {
        await put([file], 0)
        await makeRoom(deviceBounds.keptFileBytes)
      } catch (error) {
        if (isQuota(error)) await makeRoom(0)
        else console.warn('files:', error)
      }
    },
    async find({ stream, message, sha256 }) {
      const key: Key = [stream, message, sha256]
      const db = await database()
      const found = await db.get('bytes', key)
      if (!found) return null
      const tx = db.transaction('facts', 'readwrite')
      const facts = await tx.store.get(key)
      if (facts) await tx.store.put({ ...facts, usedAt: now() })
      await tx.done
      return found
    },
    async sent(stream, message) {
      const tx = (await database()).transaction('facts', 'readwrite')
      for (const facts of await tx.store.getAll(ofMessage(stream, message))) {
        await tx.store.put({ ...facts, waiting: 0, usedAt: now() })
      }
      await tx.done
      await makeRoom(deviceBounds.keptFileBytes)
    },
    async waiting(before) {
      const all = await (await database()).getAllFromIndex('facts', 'waiting', 1)
      const facts = all.filter(({ usedAt }) => usedAt < before)
      const messages = new Map(facts.map(({ stream, message }) => [`${stream} ${message}`, { stream, message }]))
      return [...messages.values()]
    },
    async drop(stream, messages) {
      const db = await database()
      const keys = await Promise.all(messages.map((message) => db.getAllKeys('facts', ofMessage(stream, message))))
      await remove(keys.flat())
    },
    async dropStream(stream) {
      const facts = await (await database()).getAll('facts', IDBKeyRange.bound([stream], [stream, []]))
      const came = facts.filter(({ waiting }) => waiting === 0)
      await remove(came.map(({ message, sha256 }): Key => [stream, message, sha256]))
    },
  }
}

const isQuota = (error: unknown): boolean => error instanceof DOMException && error.name === 'QuotaExceededError'
