import { keyIn } from '../schema/events/key.ts'
import { isLocalSpace, streamOfRoom, streamOfSpace } from '../schema/events/streams.ts'
import type { Live } from './live/index.ts'
import { currentRoute } from './routes.ts'
import { getIdentity, localActor } from './features/identity/identity.ts'
import { roomsOf } from './features/rooms/rooms-query.ts'
import { mySpaces } from './features/spaces/spaces-query.ts'
import { readUpTo } from './features/timeline/read-marks.ts'
import { savedPosition } from './features/timeline/timeline-position.ts'
import { timelineWindow } from './features/timeline/timeline-windows.ts'

/**
 * Asks for what the address shows before anything renders: the database answers it in one go as its first work, instead
 * of one query after another as components mount. What a component asks later waits behind it. Resolves when it is there.
 */
export function openFirstScreen(live: Live): Promise<unknown> {
  const { space, room, message } = currentRoute()
  const me = getIdentity()?.actor ?? localActor
  const asked = [live.store.preload(mySpaces([me, localActor]))]
  if (space) asked.push(live.store.preload(roomsOf(streamOfSpace(space))))
  if (space && room) {
    const stream = streamOfRoom(space, room)
    asked.push(live.store.preload(readUpTo(isLocalSpace(space) ? localActor : me, stream, room)))
    const place = savedPosition(keyIn(stream, room))?.place
    const window = timelineWindow(live, stream, room)
    if (place !== undefined) asked.push(window.openAround(place))
    else if (!message) asked.push(window.ensureOpen())
  }
  return Promise.all(asked)
}
