import { keyIn } from '../schema/events/key.ts'
import { client } from './client.ts'
import { takeLeftDrafts } from './features/composer/draft-storage.ts'
import { takeLeftUpdates } from './features/pages/left-updates.ts'
import { getIdentity, refreshIdentity, subscribeIdentity } from './features/identity/identity.ts'
import { startPresence } from './features/presence/presence.ts'
import { shareOpenRoom } from './features/rooms/share-open-room.ts'
import { raceServerPage } from './features/server-page/server-page.ts'
import { savePosition } from './features/timeline/timeline-position.ts'
import { openFirstScreen } from './first-screen.ts'
import { takeDrawnScreen } from './kept-screen/shown-screen.ts'
import { storeOf, type Live } from './live/index.ts'

/** What asks before there is anything to draw with: while React is being loaded, the database answers. */
export function begin(): Live {
  const live = { client, store: storeOf(client) }
  const tellActor = () => client.setActor(getIdentity()?.actor ?? null)
  tellActor()
  const kept = takeDrawnScreen()
  if (kept) savePosition(keyIn(kept.stream, kept.room), kept.at && { anchor: kept.at, place: BigInt(kept.at.place) })
  raceServerPage(openFirstScreen(live))
  subscribeIdentity(tellActor)
  shareOpenRoom(client)
  startPresence()
  takeLeftDrafts(client)
  takeLeftUpdates((events) => client.dispatch(events))
  if (getIdentity()) void refreshIdentity()
  return live
}
