import { openDB, type IDBPDatabase } from 'idb'
import { foldMark, noMark, type Mark, type PersonalMarks } from './personal-marks.ts'

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
  return {
    async of(...key) {
      return ((await (await database()).get('marks', key)) as Mark | undefined) ?? noMark
    },
    async fold(key, events) {
      const tx = (await database()).transaction('marks', 'readwrite')
      const mark = ((await tx.store.get(key)) as Mark | undefined) ?? noMark
      await tx.store.put(events.reduce(foldMark, mark), key)
      await tx.done
    },
  }
}
