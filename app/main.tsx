import { StrictMode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { installTestHooks } from '../workers/runtime/client/test-hooks.ts'
import { App } from './App.tsx'
import { client } from './client.ts'
import { leaveKeysToInputMethods } from './focus/input-methods.ts'
import { takeLeftDrafts } from './features/composer/draft-storage.ts'
import { refuseDroppedFiles } from './features/composer/refuse-files.ts'
import { getIdentity, refreshIdentity, subscribeIdentity } from './features/identity/identity.ts'
import { openFromNotifications } from './features/rooms/open-from-notification.ts'
import { shareOpenRoom } from './features/rooms/share-open-room.ts'
import { raceServerPage } from './features/server-page/server-page.ts'
import { watchServiceWorker } from './features/status/service-worker-update.ts'
import { openFirstScreen } from './first-screen.ts'
import { knowsNobody } from './known-device.ts'
import { LiveProvider, storeOf } from './live/index.ts'
import { takeOver } from './take-over.ts'
import './theme/tokens.css'

const live = { client, store: storeOf(client) }
installTestHooks(client)

const tellActor = () => client.setActor(getIdentity()?.actor ?? null)
tellActor()
raceServerPage(openFirstScreen(live))
subscribeIdentity(tellActor)
shareOpenRoom(client)
takeLeftDrafts(client)
leaveKeysToInputMethods()
refuseDroppedFiles()
openFromNotifications()

export function render(): void {
  const page = document.documentElement
  const root = document.getElementById('root')!
  const draw = () =>
    createRoot(root).render(
      <StrictMode>
        <LiveProvider live={live}>
          <App />
        </LiveProvider>
      </StrictMode>,
    )
  if (knowsNobody() && root.hasChildNodes()) {
    takeOver(root, () => flushSync(draw))
  } else {
    root.replaceChildren()
    draw()
  }
  page.dataset['started'] = ''
  delete page.dataset['cannot']
}

watchServiceWorker()
if (getIdentity()) void refreshIdentity()
