import { openDB, type IDBPDatabase } from 'idb'
import { withDeadline } from './deadline.ts'
import type { KnownEvent } from '../../schema/events/event.ts'
import { foldMark, noMark, type Mark, type MarkKey, type PersonalMarks } from './personal-marks.ts'

/** Marks are a help: neither sync nor a push waits longer for a database that hangs. */
const deadlineMs = 1_000

/** PersonalMarks in IndexedDB, by person, stream and room. */
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
  const read = async (key: MarkKey): Promise<Mark> =>
    ((await (await database()).get('marks', key)) as Mark | undefined) ?? noMark
  const fold = async (key: MarkKey, events: readonly KnownEvent[]): Promise<void> => {
    const tx = (await database()).transaction('marks', 'readwrite')
    const mark = ((await tx.store.get(key)) as Mark | undefined) ?? noMark
    await tx.store.put(events.reduce(foldMark, mark), key)
    await tx.done
  }
  return {
    of: (...key) => withDeadline(read(key), deadlineMs),
    fold: (key, events) => withDeadline(fold(key, events), deadlineMs),
  }
}
