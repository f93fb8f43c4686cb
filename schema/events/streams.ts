/**
 * A stream is one ordered log: a space's structure, a room with all that is in it, a person's own, or one that lives on this
 * device alone (never uploaded). The name says which: `space:<id>`, `room:…`, `person:<actor>`, `local:<id>`.
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
 * Each room has a stream of its own, and its name says of which space the room is, for ever. A public room R of the space S is made
 * and named in `space:S`, and what is in it lies in `room:public.S.R`. Its id may be anything else's in another space.
 * A room that not everybody in the space may read is `room:R` as a whole, and its id says what it is: no public room is called like
 * it. The id of a direct message is made of its people, so that the same people always find the same one.
 */
const publicPrefix = 'public.'
const privatePrefix = 'private.'
const directPrefix = 'direct.'
/** as many as an id has room for */
export const maxDirectPeople = 6

/** A space's id within the name of a stream ends at the first dot. */
const escaped = (space: string): string => space.replaceAll('%', '%25').replaceAll('.', '%2E')
const unescaped = (part: string): string => part.replaceAll('%2E', '.').replaceAll('%25', '%')

/** Example: privateRoomId('S', 'R') → 'private.S.R'. */
export function privateRoomId(space: string, unique: string): string {
  return `${privatePrefix}${escaped(space)}.${unique}`
}
/** Example: directRoomId('S', ['bob', 'ada']) → 'direct.S.ada.bob'. */
export function directRoomId(space: string, people: readonly string[]): string {
  return [directPrefix.slice(0, -1), escaped(space), ...[...new Set(people)].sort()].join('.')
}
/** Whose direct message it is, and in which space; null: it is none, or its id is not as `directRoomId` makes it. */
export function readDirectRoomId(room: string): { readonly space: string; readonly people: readonly string[] } | null {
  if (!room.startsWith(directPrefix)) return null
  const [part = '', ...people] = room.slice(directPrefix.length).split('.')
  const space = unescaped(part)
  const wellMade = people.length >= 2 && people.length <= maxDirectPeople && !people.includes('') && space !== ''
  return wellMade && directRoomId(space, people) === room ? { space, people } : null
}
/** Whether the room is a private one, or a direct message: all of it is in its own stream. */
export function isPrivateRoom(room: string): boolean {
  return room.startsWith(privatePrefix) || room.startsWith(directPrefix)
}
/** The space of a private room, as its id says; null: it is a public one's id. */
export function spaceOfRoom(room: string): string | null {
  const part = isPrivateRoom(room) ? room.split('.')[1] : undefined
  return part === undefined ? null : unescaped(part)
}

/** Where what is in a room lies. The demo is one stream. Example: ('S', 'R') → 'room:public.S.R'. */
export function streamOfRoom(spaceId: string, room: string): string {
  if (isPrivateRoom(room)) return roomStream(room)
  if (isLocalSpace(spaceId)) return localStream(spaceId)
  return roomStream(`${publicPrefix}${escaped(spaceId)}.${room}`)
}
/** Which public room's stream it is; null: none's. */
export function publicRoomOf(stream: string): { readonly space: string; readonly room: string } | null {
  if (!stream.startsWith(roomStream(publicPrefix))) return null
  const name = stream.slice(roomStream(publicPrefix).length)
  const dot = name.indexOf('.')
  const place = { space: unescaped(name.slice(0, dot)), room: name.slice(dot + 1) }
  const wellMade = dot > 0 && place.room !== '' && streamOfRoom(place.space, place.room) === stream
  return wellMade ? place : null
}
/** The room that a room's stream is of. */
export function roomOfStream(stream: string): string | null {
  if (streamKind(stream) !== 'room') return null
  return publicRoomOf(stream)?.room ?? streamOwner(stream)
}
/**
 * The stream that says who may read a stream, and what they are called: of a public room's that of its space, else itself.
 * A public room's own name is there too.
 */
export function homeStream(stream: string): string {
  const place = publicRoomOf(stream)
  return place ? spaceStream(place.space) : stream
}
/** The space that a stream is part of; null: a person's own. */
export function spaceOfStream(stream: string): string | null {
  switch (streamKind(stream)) {
    case 'space':
    case 'local':
      return streamOwner(stream)
    case 'room':
      return publicRoomOf(stream)?.space ?? spaceOfRoom(streamOwner(stream))
    default:
      return null
  }
}
