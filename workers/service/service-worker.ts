/// <reference lib="webworker" />
import { clientsClaim } from 'workbox-core'
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { keyIn } from '../../schema/events/key.ts'
import { personStream, spaceOfStream } from '../../schema/events/streams.ts'
import type { Identity, PushInfo } from '../../schema/messages/http.ts'
import { isMuted, isRead } from '../../schema/notifications/settings.ts'
import type { OpenRoomRequest, ServiceWorkerNudge } from '../../schema/messages/sync.ts'
import { webLocks } from '../runtime/platform/locks.ts'
import { openFileStore } from './files/file-store.ts'
import { openFileLine } from './files/file-line.ts'
import { withFiles } from './files/send-files.ts'
import { openSyncStore } from './indexed-sync-store.ts'
import { openPresenceLine, sayPresence, withPresence } from './presence-line.ts'
import { runSync, type RunningSync } from './run-sync.ts'
import { createSyncApi } from './sync-api.ts'
import { openSyncChannel } from './sync-channel.ts'
import { indexedMarks } from './indexed-marks.ts'
import { addressOf, type NotificationTarget, type ShownNotification } from './notifications.ts'
import { noteMarks } from './personal-marks.ts'
import { parsePush, placeIn, takePush, type PushPayload } from './take-push.ts'
import { uploadMirror } from './upload-mirror.ts'

/**
 * Wires the Service Worker: the app shell from the cache, the sync client, pushes. It can be stopped at any moment and
 * is started anew by the next event, so nothing here is remembered but what the store holds.
 */
declare const self: ServiceWorkerGlobalScope
const uploadTag = 'outbox'
/** how long one wake-up may keep the worker: below the browser's own limit of 30 s */
const awakeMs = 25_000

precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()
// In development nothing is precached: Vite serves the page.
if (import.meta.env.PROD) {
  registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: [/^\/(api|healthz)(\/|$)/] }))
}
clientsClaim()

const marks = indexedMarks()
const fetch = self.fetch.bind(self)
const server = createSyncApi(fetch)
const files = openFileStore()
const api = withFiles(
  noteMarks(server, marks, () => void closeRead().catch(console.warn)),
  server,
  files,
  openFileLine(),
)
const store = openSyncStore()

// A worker that is only being installed is not the one that syncs: it would fight with the one it replaces.
let sync: RunningSync | null = null
function startSync(): RunningSync {
  sync ??= runSync({
    locks: webLocks(),
    channel: openSyncChannel(),
    api: withPresence(api, openPresenceLine(), sayPresence(fetch)),
    store,
    random: Math.random,
    now: Date.now,
    erased(stream, messages) {
      void closeNotifications(stream, messages)
      void files.drop(stream, messages)
    },
    gone: (stream) => void files.dropStream(stream),
  })
  return sync
}
if (self.registration.active && self.serviceWorker?.state === 'activated') startSync()

// The browser holds what pages ask for until this worker is active: that waits for no network, and for no page.
self.addEventListener('activate', () => void startSync())

self.addEventListener('message', (event) => {
  const message = event.data as ServiceWorkerNudge | null // whatever a page of another build says
  switch (message?.type) {
    case 'SKIP_WAITING':
      return void self.skipWaiting()
    case 'OFFLINE':
      return startSync().offline()
    case 'NUDGE':
    case 'ONLINE':
      startSync().nudge(message.type === 'ONLINE')
      event.waitUntil(startSync().quiet(awakeMs).then(uploadLater))
  }
})

self.addEventListener('push', (event) => {
  const push = parsePush(event.data?.text())
  if (push) event.waitUntil(onPush(push))
})

async function onPush(push: PushPayload): Promise<void> {
  const { show, upTo, review } = await takePush(push, { api, store, marks, me: whoAmI, now: Date.now })
  startSync().queueGrew(push.stream)
  for (const old of await self.registration.getNotifications()) {
    const target = old.data as NotificationTarget
    const text = await review({ tag: old.tag, target })
    if (text === null) old.close()
    // in the old one's place, without a sound
    else if (text !== undefined) await showNotification({ title: old.title, body: text, tag: old.tag, target }, true)
  }
  const windows = await self.clients.matchAll({ type: 'window' })
  const isSeen = windows.some((window) => window.focused && window.visibilityState === 'visible')
  // whoever asks whether it works wants to see it
  if (!isSeen || upTo === null) for (const notification of show) await showNotification(notification, false)
  if (upTo !== null) await marks.tell(push.stream, upTo).catch((error: unknown) => console.warn('push:', error))
}

function showNotification({ title, body, tag, target }: ShownNotification, silent: boolean): Promise<void> {
  return self.registration.showNotification(title, { body, tag, silent, data: target, icon: '/icon.svg' })
}

/** What was read or muted, here in a tab or elsewhere, is news no more. */
async function closeRead(): Promise<void> {
  const shown = await self.registration.getNotifications()
  const actor = shown.length > 0 ? await whoAmI() : null
  if (actor === null) return
  for (const notification of shown) {
    const { stream, room, thread, clock } = notification.data as NotificationTarget
    if (room === null || clock === null) continue
    const place = await placeIn(marks, personStream(actor), stream, room, thread)
    if (isMuted(place) || isRead(place, clock)) notification.close()
  }
}

async function closeNotifications(stream: string, messages: readonly string[]): Promise<void> {
  for (const message of messages) {
    for (const shown of await self.registration.getNotifications({ tag: keyIn(stream, message) })) shown.close()
  }
}

async function whoAmI(): Promise<string | null> {
  const answer = await fetch('/api/me', { signal: AbortSignal.timeout(awakeMs) }).catch(() => null)
  return answer?.ok ? ((await answer.json()) as Identity).actor : null
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(openRoom(event.notification.data as NotificationTarget))
})

async function openRoom(target: NotificationTarget): Promise<void> {
  const [window] = await self.clients.matchAll({ type: 'window' })
  if (!window) return void (await self.clients.openWindow(addressOf(target)))
  if (spaceOfStream(target.stream) !== null) {
    window.postMessage({ type: 'OPEN_ROOM', ...target } satisfies OpenRoomRequest)
  }
  await window.focus().catch(() => {}) // a browser may refuse; the room is open all the same
}

/** The browser gave up what it subscribed with, and may give something new: the server is told, if it told this device. */
self.addEventListener('pushsubscriptionchange', (event) => {
  ;(event as ExtendableEvent).waitUntil(subscribeAgain().catch((error: unknown) => console.warn('push:', error)))
})
async function subscribeAgain(): Promise<void> {
  const { key, endpoint } = (await (await fetch('/api/push')).json()) as PushInfo
  if (key === null || endpoint === null) return
  const subscription = await self.registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: key,
  })
  const headers = { 'content-type': 'application/json' }
  await fetch('/api/push', { method: 'POST', headers, body: JSON.stringify(subscription) })
}

/** Background Sync, where the browser has it: it carries on when every tab is closed. */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string
}
async function uploadLater(): Promise<void> {
  const { sync: manager } = self.registration as { sync?: { register(tag: string): Promise<void> } }
  if (!manager || startSync().cut || (await store.mirrored()).length === 0) return
  await manager.register(uploadTag).catch(() => {}) // not allowed here: the next tab uploads
}
self.addEventListener('sync' as keyof ServiceWorkerGlobalScopeEventMap, (event) => {
  if ((event as SyncEvent).tag === uploadTag) (event as SyncEvent).waitUntil(uploadMirror(api, store))
})
