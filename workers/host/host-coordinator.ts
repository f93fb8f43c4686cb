import { hostChannel } from '../../schema/messages/protocol.ts'
import type { FromTab, ToTab } from '../../schema/messages/tab.ts'
import { startCoordinator, type CoordinatorPlatform } from '../coordinator/start-coordinator.ts'
import type { DatabaseWorker } from '../database/start-database.ts'
import { linesToTabs, type TabLines } from '../platform/broadcast-port.ts'
import { portOf } from '../platform/port.ts'

/**
 * Without SharedWorker: the one Dedicated Worker whose coordinator may serve runs it for every tab, until it dies or is
 * told to stop. Law: only the host's own tab can lead, since nothing but its database is within reach of a port.
 */
export function hostCoordinator(platform: CoordinatorPlatform, database: DatabaseWorker, ownTabId: string): () => void {
  const coordinator = startCoordinator(platform)
  let lines: TabLines | null = null
  void coordinator.ready.then((serves) => {
    if (!serves) return
    lines = linesToTabs(hostChannel, coordinator.connect, (tabId, message) => {
      if (tabId !== ownTabId || (message as FromTab).type !== 'REGISTER_TAB') return []
      const { port1, port2 } = new MessageChannel()
      database.connect(portOf(port1), ownTabId)
      return [portOf(port2)]
    })
    lines.announce({ type: 'COORDINATOR_READY' } satisfies ToTab)
  })
  return () => {
    coordinator.stop()
    lines?.close()
  }
}
