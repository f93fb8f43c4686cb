import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SyncServer } from './sync-server.ts'

/** Before anything else in the Service Worker. */
const lasting = `{
  const { showNotification } = ServiceWorkerRegistration.prototype
  ServiceWorkerRegistration.prototype.showNotification = function (title, options) {
    return Reflect.apply(showNotification, this, [title, { ...options, requireInteraction: true }])
  }
}
`

/**
 * Deploys the app anew, in this folder, with notifications that stay until somebody closes them. Where the system keeps
 * no list of them, Chromium takes each away seconds after it was shown: sooner than a loaded machine has looked.
 */
export async function deployLastingNotifications(server: SyncServer, folder: string): Promise<void> {
  cpSync(server.dist, folder, { recursive: true })
  const script = join(folder, 'service-worker.js')
  writeFileSync(script, lasting + readFileSync(script, 'utf8'))
  await server.deploy(folder)
}
