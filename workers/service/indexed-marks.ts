import { openDB, type IDBPDatabase } from 'idb'
import { foldMark, foldOwn, noMark, noOwn } from '../../schema/notifications/settings.ts'
import { withDeadline } from './deadline.ts'
import { later, type PersonalMarks } from './personal-marks.ts'

/** Marks are a help: neither sync nor a push waits longer for a database that hangs. */
const deadlineMs = 1_000

/** PersonalMarks in IndexedDB. */
export function indexedMarks(name = 'rsql-marks-v1'): PersonalMarks {
  let opened: Promise<IDBPDatabase> | null = null
  const database = () => {
    opened ??= openDB(name, 1, {
      upgrade: (db) => void db.createObjectStore('marks'),
      blocking: (_current, _blocked, event) => {
        ;(event.target as IDBDatabase).close()
        opened = null
      },
      terminated: () => void (opened = null),
    })
    opened.catch(() => (opened = null))
    return opened
  }
  const read = async (key: readonly string[]): Promise<unknown> => (await database()).get('marks', key as string[])
  const change = async <T>(key: readonly string[], work: (stored: unknown) => T): Promise<void> => {
    const tx = (await database()).transaction('marks', 'readwrite')
    await tx.store.put(work(await tx.store.get(key as string[])), key as string[])
    await tx.done
  }
  /** what an earlier build wrote may lack a part */
  const filled = <T extends object>(none: T, stored: unknown): T => ({ ...none, ...(stored as Partial<T> | undefined) })
  const ownKey = (person: string) => [person, 'own']
  const toldKey = (stream: string) => ['told', stream]
  return {
    of: async (...key) => filled(noMark, await withDeadline(read(key), deadlineMs)),
    own: async (person) => filled(noOwn, await withDeadline(read(ownKey(person)), deadlineMs)),
    told: async (stream) => ((await withDeadline(read(toldKey(stream)), deadlineMs)) as string | undefined) ?? '',
    fold: (key, events) =>
      withDeadline(
        change(key, (stored) => events.reduce(foldMark, filled(noMark, stored))),
        deadlineMs,
      ),
    foldOwn: (person, events) =>
      withDeadline(
        change(ownKey(person), (stored) => events.reduce(foldOwn, filled(noOwn, stored))),
        deadlineMs,
      ),
    tell: (stream, upTo) =>
      withDeadline(
        change(toldKey(stream), (stored) => later((stored as string | undefined) ?? '', upTo)),
        deadlineMs,
      ),
  }
}
