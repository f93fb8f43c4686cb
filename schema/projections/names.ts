import { keyIn } from '../events/key.ts'
import { homeStream } from '../events/streams.ts'
import type { Sql } from './sql.ts'

/**
 * Streams, entities and people as integers of this device. Law: an integer, once given, names the same for the life of the
 * database; it never leaves the device. A name is given its integer when it is first asked for.
 */
export interface Names {
  stream(name: string): number
  /** a room, a thread, or what facts speak of */
  entity(stream: string, name: string): number
  /** the same, if anything has spoken of it */
  knownEntity(stream: string, name: string): number | null
  author(person: string): number
  /** The transaction was rolled back: integers that it gave are free again. */
  forget(): void
}

/** so many are kept in memory */
const most = 20_000

export function namesOf(sql: Sql): Names {
  const streams = lookUp(
    sql.prepare('SELECT id FROM streams WHERE name = ?'),
    sql.prepare('INSERT INTO streams (name, home) VALUES (?, ?) RETURNING id'),
  )
  const author = lookUp(
    sql.prepare('SELECT id FROM component_author WHERE author_id = ?'),
    sql.prepare('INSERT INTO component_author (author_id) VALUES (?) RETURNING id'),
  )
  const entity = lookUp(
    sql.prepare('SELECT id FROM entities WHERE name = ? AND stream = ?'),
    sql.prepare('INSERT INTO entities (name, stream) VALUES (?, ?) RETURNING id'),
  )
  const stream = (name: string): number => streams.find(name, name) ?? streams.give(name, name, homeStream(name))
  return {
    stream,
    author: (person) => author.find(person, person) ?? author.give(person, person),
    entity: (within, name) => {
      const key = keyIn(within, name)
      return entity.find(key, name, stream(within)) ?? entity.give(key, name, stream(within))
    },
    knownEntity: (within, name) => entity.find(keyIn(within, name), name, stream(within)),
    forget() {
      for (const each of [streams, author, entity]) each.forget()
    },
  }
}

type Prepared = ReturnType<Sql['prepare']>

function lookUp(select: Prepared, insert: Prepared) {
  const known = new Map<string, number>()
  function keep(key: string, row: readonly unknown[] | undefined): number | null {
    if (!row) return null
    if (known.size >= most) known.clear()
    known.set(key, row[0] as number)
    return row[0] as number
  }
  return {
    find: (key: string, ...values: readonly (string | number)[]): number | null =>
      known.get(key) ?? keep(key, select.rows(...values)[0]),
    /** of what was not found */
    give: (key: string, ...values: readonly (string | number)[]): number => keep(key, insert.rows(...values)[0])!,
    forget: () => known.clear(),
  }
}
