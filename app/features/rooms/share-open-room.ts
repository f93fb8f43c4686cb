import { isLocalSpace, streamOfRoom } from '../../../schema/events/streams.ts'
import type { ChatClient } from '../../../workers/chat/chat-client.ts'
import { currentRoute } from '../../routes.ts'

/** Tells the stack below which room is on screen, so that sync fetches its newest page first. */
export function shareOpenRoom(client: ChatClient): void {
  let told = ''
  const tell = () => {
    const { space, room } = currentRoute()
    const open = space && room && !isLocalSpace(space) ? { stream: streamOfRoom(space, room), room } : null
    const key = JSON.stringify(open)
    if (key === told) return
    told = key
    client.setOpenRoom(open)
  }
  tell()
  for (const event of ['popstate', 'pushState', 'replaceState']) addEventListener(event, tell)
}
