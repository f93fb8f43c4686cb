import type { ServiceWorkerNudge } from '../../schema/messages/sync.ts'
import { webLocks } from '../runtime/platform/locks.ts'
import { openFileStore } from './files/file-store.ts'
import { openFileLine } from './files/file-line.ts'
import { withFiles } from './files/send-files.ts'
import { openSyncStore } from './indexed-sync-store.ts'
import { openPresenceLine, sayPresence, withPresence } from './presence-line.ts'
import { runSync } from './run-sync.ts'
import { createSyncApi } from './sync-api.ts'
import { openSyncChannel } from './sync-channel.ts'

/** The same sync client in the leader's tab, where there is no Service Worker. Takes the same nudges. */
const fetch = self.fetch.bind(self)
const server = createSyncApi(fetch)
const files = openFileStore()
const sync = runSync({
  locks: webLocks(),
  channel: openSyncChannel(),
  api: withPresence(withFiles(server, server, files, openFileLine()), openPresenceLine(), sayPresence(fetch)),
  store: openSyncStore(),
  random: Math.random,
  now: Date.now,
  erased: (stream, messages) => void files.drop(stream, messages),
  gone: (stream) => void files.dropStream(stream),
})

self.addEventListener('message', ({ data }: MessageEvent<ServiceWorkerNudge | null>) => {
  if (data?.type === 'OFFLINE') sync.offline()
  else sync.nudge(data?.type === 'ONLINE')
})
