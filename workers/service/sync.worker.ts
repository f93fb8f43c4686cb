import type { ServiceWorkerNudge } from '../../schema/messages/sync.ts'
import { webLocks } from '../runtime/platform/locks.ts'
import { openSyncStore } from './indexed-sync-store.ts'
import { runSync } from './run-sync.ts'
import { createSyncApi } from './sync-api.ts'
import { openSyncChannel } from './sync-channel.ts'

/** The same sync client in the leader's tab, where there is no Service Worker. Takes the same nudges. */
const sync = runSync({
  locks: webLocks(),
  channel: openSyncChannel(),
  api: createSyncApi(self.fetch.bind(self)),
  store: openSyncStore(),
  random: Math.random,
  now: Date.now,
})

self.addEventListener('message', ({ data }: MessageEvent<ServiceWorkerNudge | null>) => {
  if (data?.type === 'OFFLINE') sync.offline()
  else sync.nudge(data?.type === 'ONLINE')
})
