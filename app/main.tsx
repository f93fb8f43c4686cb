import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { installTestHooks } from '../workers/client/test-hooks.ts'
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
import { LiveProvider, QueryStore } from './live/index.ts'
import './theme/tokens.css'

const live = { client, store: new QueryStore(client) }
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
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <LiveProvider live={live}>
        <App />
      </LiveProvider>
    </StrictMode>,
  )
}

watchServiceWorker()
if (getIdentity()) void refreshIdentity()
