import { hostChannel } from '../../schema/messages/protocol.ts'
import { broadcastOf } from '../platform/broadcast-port.ts'
import { systemClock } from '../platform/clock.ts'
import { webLocks } from '../platform/locks.ts'
import { portOf } from '../platform/port.ts'
import { pointHere } from './point-here.ts'
import { startCoordinator } from './start-coordinator.ts'
import { syncLine } from './sync-line.ts'

declare const self: SharedWorkerGlobalScope

const coordinator = startCoordinator({
  locks: webLocks(),
  clock: systemClock,
  coordinatorId: crypto.randomUUID(),
  sync: syncLine(),
  replaced: () => self.close(),
})
pointHere(coordinator, () => broadcastOf(hostChannel))
// Set before anything is awaited: a connect event without a handler is lost.
self.addEventListener('connect', (event) => {
  const port = event.ports[0]
  if (port) coordinator.connect(portOf(port))
})
