import { bounds } from '../../schema/events/bounds.ts'
import { cleanText } from '../../schema/import/clean-text.ts'
import type { Named } from '../../schema/import/records.ts'
import type { SpoolStatements } from './spool-statements.ts'

/** What rooms, threads and persons are called, by their keys. Of a room also its topic. */
export type NamedKind = 'room' | 'thread' | 'person'
interface Name {
  readonly name: string
  readonly topic: string
}
const maxRemembered = 50_000

export function createNames(sql: Pick<SpoolStatements, 'name' | 'firstName' | 'nameOf'>) {
  /** lately written, and lately asked for */
  const written = new Map<string, string>()
  const asked = new Map<string, Name>()
  return {
    /** The last name that there is for a key holds for all; of a thread the first. */
    set(kind: NamedKind, { key, name }: Named, about: string): void {
      const topic = cleanText(about.trim()).text.slice(0, bounds.topicLength).toWellFormed()
      const known = `${kind} ${key}`
      if (topic === '' && (name === key || written.get(known) === name)) return
      if (written.size > maxRemembered) written.clear()
      written.set(known, name)
      const statement = kind === 'thread' ? sql.firstName : sql.name
      statement.run(kind, key, name, topic)
    },
    /** When all are named. */
    get(kind: NamedKind, key: string): Name {
      const known = `${kind} ${key}`
      let name = asked.get(known)
      if (name === undefined) {
        const found = sql.nameOf.get(kind, key) as unknown as Name | undefined
        name = found ?? { name: kind === 'thread' ? key.slice(key.indexOf('\0') + 1) : key, topic: '' }
        if (asked.size > maxRemembered) asked.clear()
        asked.set(known, name)
      }
      return name
    },
  }
}

/** What names a thread among those of all rooms. */
export const threadName = (room: string, thread: string): string => `${room}\0${thread}`
