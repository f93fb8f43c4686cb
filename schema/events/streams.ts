/**
 * A stream is one ordered log: a space's, a private room's or direct message's, a person's own, or one that lives on this
 * device alone (never uploaded). The name says which: `space:<id>`, `room:<id>`, `person:<actor>`, `local:<id>`.
 */
export type StreamKind = 'space' | 'room' | 'person' | 'local'
export const spaceStream = (spaceId: string): string => `space:${spaceId}`
export const roomStream = (roomId: string): string => `room:${roomId}`
export const personStream = (actor: string): string => `person:${actor}`
export const localStream = (spaceId: string): string => `local:${spaceId}`

export function streamKind(stream: string): StreamKind | null {
  const kind = stream.slice(0, stream.indexOf(':'))
  return kind === 'space' || kind === 'room' || kind === 'person' || kind === 'local' ? kind : null
}
/** The space id of a space's or a local stream; the room's id of a room's; the actor of a person's. */
export function streamOwner(stream: string): string {
  return stream.slice(stream.indexOf(':') + 1)
}
/** The id of the demo, and of a space that was opened from a file, says that it is on this device alone; addresses name a space by its id. */
export function isLocalSpace(spaceId: string): boolean {
  return spaceId.startsWith('demo-') || isFromFile(spaceId)
}
/** Opened from a file on this device (workers/snapshot/open-file.ts). */
export function isFromFile(spaceId: string): boolean {
  return spaceId.startsWith('file-')
}
export function streamOfSpace(spaceId: string): string {
  return isLocalSpace(spaceId) ? localStream(spaceId) : spaceStream(spaceId)
}

/*
 * A room that not everybody in the space may read has a stream of its own, and its id says so, and of which space it is: no
 * public room is called like it. The id of a direct message is made of its people, so that the same people always find the same one.
 */
const privatePrefix = 'private.'
const directPrefix = 'direct.'
/** as many as an id has room for */
export const maxDirectPeople = 6

/** Example: privateRoomId('S', 'R') → 'private.S.R'. */
export function privateRoomId(space: string, unique: string): string {
  return `${privatePrefix}${space}.${unique}`
}
/** Example: directRoomId('S', ['bob', 'ada']) → 'direct.S.ada.bob'. */
export function directRoomId(space: string, people: readonly string[]): string {
  return [directPrefix.slice(0, -1), space, ...[...new Set(people)].sort()].join('.')
}
/** Whose direct message it is, and in which space; null: it is none, or its id is not as `directRoomId` makes it. */
export function readDirectRoomId(room: string): { readonly space: string; readonly people: readonly string[] } | null {
  if (!room.startsWith(directPrefix)) return null
  const [space = '', ...people] = room.slice(directPrefix.length).split('.')
  const wellMade = people.length >= 2 && people.length <= maxDirectPeople && !people.includes('') && space !== ''
  return wellMade && directRoomId(space, people) === room ? { space, people } : null
}
/** Whether the room has a stream of its own. */
export function hasOwnStream(room: string): boolean {
  return room.startsWith(privatePrefix) || room.startsWith(directPrefix)
}
/** The space of a room with a stream of its own, as its id says; null: it has none. */
export function spaceOfRoom(room: string): string | null {
  return hasOwnStream(room) ? (room.split('.')[1] ?? null) : null
}
/** Where a room's events are. */
export function streamOfRoom(spaceId: string, room: string): string {
  return hasOwnStream(room) ? roomStream(room) : streamOfSpace(spaceId)
}
/** The space that a stream is part of; null: a person's own. */
export function spaceOfStream(stream: string): string | null {
  const owner = streamOwner(stream)
  switch (streamKind(stream)) {
    case 'space':
    case 'local':
      return owner
    case 'room':
      return spaceOfRoom(owner)
    default:
      return null
  }
}
