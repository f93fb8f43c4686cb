import { namesOf } from '../../../schema/messages/runtime/protocol.ts'
import type { FromWorker, ToWorker } from '../../../schema/messages/runtime/worker.ts'
import type { AnyApplication } from '../application.ts'
import { peerLine } from '../coordinator/peer-line.ts'
import { bootDatabase } from './boot-database.ts'
import { broadcastOf } from '../platform/broadcast-port.ts'
import { systemClock } from '../platform/clock.ts'
import { webLocks } from '../platform/locks.ts'
import { portOf } from '../platform/port.ts'
import { followPage } from './host-coordinator.ts'

/** The database, and the coordinator where its SharedWorker cannot be had. Returns what takes the page's messages. */
export function startHost(
  application: AnyApplication,
  compiling: Promise<WebAssembly.Module>,
  tell: (message: FromWorker) => void,
): (message: ToWorker, port: MessagePort | undefined) => void {
  const names = namesOf(application.name)
  const follow = followPage(
    {
      coordinator: () => ({
        names,
        locks: webLocks(),
        clock: systemClock,
        coordinatorId: crypto.randomUUID(),
        peer: peerLine(names.peerChannel),
      }),
      channel: () => broadcastOf(names.hostChannel),
      pair() {
        const { port1, port2 } = new MessageChannel()
        return [portOf(port1), portOf(port2)]
      },
    },
    bootDatabase(application, compiling, tell),
  )
  return (message, port) => follow(message, port && portOf(port))
}
