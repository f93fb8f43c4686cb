import { assertNever } from '../../../schema/assert.ts'
import type { FromTab, ToTab } from '../../../schema/messages/runtime/tab.ts'
import type { ToWorker } from '../../../schema/messages/runtime/worker.ts'
import { startCoordinator, type CoordinatorPlatform } from '../coordinator/start-coordinator.ts'
import type { DatabaseWorker } from './database-worker.ts'
import { linesToTabs, type Broadcast, type TabLines } from '../platform/broadcast-port.ts'
import type { Port } from '../platform/port.ts'

export interface HostPlatform {
  coordinator(): CoordinatorPlatform
  /** the channel on which tabs reach a host */
  channel(): Broadcast
  /** the ends of a line within this worker */
  pair(): readonly [Port, Port]
}

/** What a page says to its worker: to talk to a coordinator, or to be one. */
export function followPage(
  platform: HostPlatform,
  database: DatabaseWorker,
): (message: ToWorker, port: Port | undefined) => void {
  let hosting: (() => void) | null = null
  return (message, port) => {
    switch (message.type) {
      case 'HOST_COORDINATOR':
        hosting ??= hostCoordinator(platform, database, message.tabId)
        return
      case 'STAND_BACK':
        return database.standBack()
      case 'CONNECT':
        hosting?.()
        hosting = null
        if (port) database.connect(port, message.tabId)
        return
      default:
        assertNever(message)
    }
  }
}

/**
 * Without SharedWorker: the one Dedicated Worker whose coordinator may serve runs it for every tab, until it dies or is
 * told to stop. Law: only the host's own tab can lead, since nothing but its database is within reach of a port.
 */
function hostCoordinator(platform: HostPlatform, database: DatabaseWorker, ownTabId: string): () => void {
  const coordinator = startCoordinator(platform.coordinator())
  let lines: TabLines | null = null
  void coordinator.ready.then((serves) => {
    if (!serves) return
    lines = linesToTabs(platform.channel(), coordinator.connect, (tabId, message) => {
      if (tabId !== ownTabId || (message as FromTab).type !== 'REGISTER_TAB') return []
      const [near, far] = platform.pair()
      database.connect(near, ownTabId)
      return [far]
    })
    lines.announce({ type: 'COORDINATOR_READY', coordinator: 'leader' } satisfies ToTab)
  })
  return () => {
    coordinator.stop()
    lines?.close()
  }
}
