import { Hash, Lock, MessageCircle } from 'lucide-react'
import { isPrivateRoom, readDirectRoomId } from '../../../schema/events/streams.ts'

/** Which kind of room it is. The words are for screen readers: `kindOf` gives them where the icon's own would be lost. */
export function RoomIcon({ room, size = 16 }: { room: string; size?: number }) {
  const Icon = readDirectRoomId(room) ? MessageCircle : isPrivateRoom(room) ? Lock : Hash
  return <Icon size={size} aria-hidden />
}

/** '' for a room that everybody in the space may read. */
export function kindOf(room: string): '' | 'private room' | 'direct message' {
  if (readDirectRoomId(room)) return 'direct message'
  return isPrivateRoom(room) ? 'private room' : ''
}
