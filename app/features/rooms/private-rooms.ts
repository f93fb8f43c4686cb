import { useMemo } from 'react'
import { readDirectRoomId } from '../../../schema/events/streams.ts'
import { sql, useLiveQuery, type TypedQuery } from '../../live/index.ts'
import { useActors } from '../identity/identity.ts'
import type { RoomRow } from './rooms-query.ts'

/** The private rooms and direct messages that I am in, of every space. Each has a stream of its own, named by its id. */
export function privateRooms(actors: readonly [string, string]): TypedQuery<RoomRow> {
  return sql(
    `SELECT r.id, r.stream, r.space_id, r.name, r.topic, r.kind, r.parent_room, r.parent_message, r.archived, r.created_clock
     FROM memberships m JOIN rooms r ON r.stream = m.stream
     WHERE m.person_id IN (?, ?) AND m.active = 1 AND m.stream LIKE 'room:%' AND r.kind <> 'thread' AND r.archived = 0
     ORDER BY r.name COLLATE NOCASE, r.id`,
    actors,
  )
}

interface DirectPerson {
  readonly stream: string
  readonly person_id: string
  readonly name: string
}
/** Whom my direct messages are with. */
export function directPeople(actors: readonly [string, string]): TypedQuery<DirectPerson> {
  return sql(
    `SELECT o.stream, o.person_id, o.name
     FROM memberships m JOIN memberships o ON o.stream = m.stream
     WHERE m.person_id IN (?, ?) AND m.active = 1 AND m.stream LIKE 'room:direct.%' AND o.person_id <> m.person_id
     ORDER BY o.name COLLATE NOCASE, o.person_id`,
    actors,
  )
}

export interface PrivateRooms {
  readonly rooms: readonly RoomRow[]
  /** called as the people whom they are with */
  readonly directs: readonly RoomRow[]
}

/** Those of one space; of every space for null. */
export function usePrivateRooms(space: string | null): PrivateRooms {
  const actors = useActors()
  const { data } = useLiveQuery(privateRooms(actors))
  const { data: people } = useLiveQuery(directPeople(actors))
  return useMemo(() => sortOut(data, people, space), [data, people, space])
}

export function sortOut(rows: readonly RoomRow[], people: readonly DirectPerson[], space: string | null): PrivateRooms {
  const own = rows.filter((row) => space === null || row.space_id === space)
  const names = new Map<string, string[]>()
  for (const { stream, name } of people) names.set(stream, [...(names.get(stream) ?? []), name])
  return {
    rooms: own.filter((row) => !isDirect(row)),
    directs: own
      .filter(isDirect)
      .map((row) => ({ ...row, name: names.get(row.stream)?.join(', ') ?? row.name }))
      .sort((a, b) => a.name.localeCompare(b.name)),
  }
}

export const isDirect = ({ id }: Pick<RoomRow, 'id'>): boolean => readDirectRoomId(id) !== null
