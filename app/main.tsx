import { StrictMode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { installTestHooks } from '../workers/runtime/client/test-hooks.ts'
import { App } from './App.tsx'
import { leaveKeysToInputMethods } from './focus/input-methods.ts'
import { takeDroppedFiles } from './features/files/take-files.ts'
import { openFromNotifications } from './features/rooms/open-from-notification.ts'
import { watchServiceWorker } from './features/status/service-worker-update.ts'
import { keepScreens } from './kept-screen/keep-screen.ts'
import { knowsNobody } from './known-device.ts'
import { LiveProvider, type Live } from './live/index.ts'
import { takeOver } from './take-over.ts'
import './theme/tokens.css'

export function render(live: Live): void {
  installTestHooks(live.client)
  leaveKeysToInputMethods()
  takeDroppedFiles()
  openFromNotifications()
  watchServiceWorker()
  keepScreens()
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
