import { connect } from '../../../workers/client/connect.ts'
import type { Client } from '../../../workers/client/client.ts'
import { installTestHooks } from '../../../workers/client/test-hooks.ts'

declare global {
  interface Window {
    __client: Client
  }
}

/** The runtime without an app: what its tests and its measurements open. Part of test builds only. */
const client = connect()
installTestHooks(client)
window.__client = client
client.status$.subscribe((status) => {
  document.title = `${status.role} ${status.epoch}`
  const shown = document.getElementById('status')
  if (shown) shown.textContent = JSON.stringify(status, null, 2)
})
