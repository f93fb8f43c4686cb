import { useMemo } from 'react'
import { keyIn } from '../../../schema/events/key.ts'
import { homeStream } from '../../../schema/events/streams.ts'
import { useLiveQuery } from '../../live/index.ts'
import { tellApart } from '../../shell/tell-apart.ts'
import { roomsOf, type RoomRow } from './rooms-query.ts'

/**
 * What stands behind the names of rooms of one space that read the same. The app refuses a second room of a name; two
 * people who were offline, or an import, can still make one.
 */
export function roomMarks(
  rooms: readonly Pick<RoomRow, 'id' | 'stream' | 'name' | 'created_clock'>[],
): ReadonlyMap<string, string> {
  const marks = new Map<string, string>()
  for (const home of new Set(rooms.map((room) => homeStream(room.stream)))) {
    const own = rooms.filter((room) => homeStream(room.stream) === home).sort(byAge)
    const found = tellApart(own)
    for (const { stream, id } of own) if (found.has(id)) marks.set(keyIn(stream, id), found.get(id)!)
  }
  return marks
}

type Aged = Pick<RoomRow, 'id' | 'created_clock'>
function byAge(a: Aged, b: Aged): number {
  if (a.created_clock !== b.created_clock) return a.created_clock < b.created_clock ? -1 : 1
  return a.id < b.id ? -1 : 1
}

export function useRoomMark(room: RoomRow): string {
  const { data } = useLiveQuery(roomsOf(homeStream(room.stream)))
  const marks = useMemo(() => roomMarks(data), [data])
  return marks.get(keyIn(room.stream, room.id)) ?? ''
}
