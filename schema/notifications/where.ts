import { readDirectRoomId, roomOfStream } from '../events/streams.ts'

/** In which room a message stands, and in which thread of it. */
export interface Where {
  readonly room: string
  /** null: it is in no thread */
  readonly thread: string | null
  /** a conversation of a few people, in which everything is said to all of them */
  readonly direct: boolean
}

/** A room's stream holds the room and its threads. Example: ('room:public.S.R', 'T') → the thread T of R. */
export function whereIs(stream: string, place: string): Where {
  const room = roomOfStream(stream) ?? place
  return { room, thread: place === room ? null : place, direct: readDirectRoomId(room) !== null }
}
