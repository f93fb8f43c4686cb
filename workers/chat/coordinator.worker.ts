import { hostChannel } from '../../schema/messages/runtime/protocol.ts'
import { broadcastOf } from '../runtime/platform/broadcast-port.ts'
import { systemClock } from '../runtime/platform/clock.ts'
import { webLocks } from '../runtime/platform/locks.ts'
import { portOf } from '../runtime/platform/port.ts'
import { pointHere } from '../runtime/coordinator/point-here.ts'
import { startCoordinator } from '../runtime/coordinator/start-coordinator.ts'
import { syncLine } from '../runtime/coordinator/sync-line.ts'

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
