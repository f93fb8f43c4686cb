import { applicationOf, namesOf } from '../../../schema/messages/runtime/protocol.ts'
import { broadcastOf } from '../platform/broadcast-port.ts'
import { systemClock } from '../platform/clock.ts'
import { webLocks } from '../platform/locks.ts'
import { portOf } from '../platform/port.ts'
import { peerLine } from './peer-line.ts'
import { pointHere } from './point-here.ts'
import { startCoordinator } from './start-coordinator.ts'

declare const self: SharedWorkerGlobalScope

/** All that a SharedWorker's script does. The application is in the name that `connect` gave to whoever made it. */
export function serveCoordinator(): void {
  const application = applicationOf(self.name)
  if (application === null)
    throw new Error(`a SharedWorker needs the name that connect gives; this one is "${self.name}"`)
  const names = namesOf(application)
  const coordinator = startCoordinator({
    names,
    locks: webLocks(),
    clock: systemClock,
    coordinatorId: crypto.randomUUID(),
    peer: peerLine(names.peerChannel),
    replaced: () => self.close(),
    end: () => self.close(),
  })
  pointHere(coordinator, () => broadcastOf(names.hostChannel))
  // Set before anything is awaited: a connect event without a handler is lost.
  self.addEventListener('connect', (event) => {
    const port = event.ports[0]
    if (port) coordinator.connect(portOf(port))
  })
}
