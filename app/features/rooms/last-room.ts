import type { RoomRow } from './rooms-query.ts'

const storageKey = (space: string) => `last-room ${space}`

/** The room that was open last in a space, on this device. */
export function lastRoomOf(space: string): string | null {
  return localStorage.getItem(storageKey(space))
}

export function rememberRoom(space: string, room: string): void {
  localStorage.setItem(storageKey(space), room)
}

/** Where a space opens: the last room, or general, or the first one. */
export function firstRoomOf(rooms: readonly RoomRow[], last: string | null): string | null {
  const room = rooms.find((each) => each.id === last) ?? rooms.find((each) => each.name === 'general') ?? rooms[0]
  return room?.id ?? null
}
