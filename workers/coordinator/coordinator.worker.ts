import { syncChannelName, type FromSync } from '../../schema/messages/sync.ts'
import { systemClock } from '../platform/clock.ts'
import { webLocks } from '../platform/locks.ts'
import { portOf } from '../platform/port.ts'
import { startCoordinator } from './start-coordinator.ts'

declare const self: SharedWorkerGlobalScope

const channel = new BroadcastChannel(syncChannelName)
const coordinator = startCoordinator({
  locks: webLocks(),
  clock: systemClock,
  coordinatorId: crypto.randomUUID(),
  sync: {
    post: (message) => channel.postMessage(message),
    listen(listener) {
      channel.addEventListener('message', (event: MessageEvent<FromSync>) => listener(event.data))
    },
  },
})
// Set before anything is awaited: a connect event without a handler is lost.
self.addEventListener('connect', (event) => {
  const port = event.ports[0]
  if (port) coordinator.connect(portOf(port))
})
