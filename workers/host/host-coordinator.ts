import { hostChannel, hostLock } from '../../schema/messages/protocol.ts'
import type { FromTab, ToTab } from '../../schema/messages/tab.ts'
import { startCoordinator, type CoordinatorPlatform } from '../coordinator/start-coordinator.ts'
import type { DatabaseWorker } from '../database/start-database.ts'
import { linesToTabs } from '../platform/broadcast-port.ts'
import { holdPatiently } from '../platform/locks.ts'
import { portOf } from '../platform/port.ts'

/**
 * Without SharedWorker: the one Dedicated Worker that gets the host lock runs the coordinator, for every tab, until it
 * dies. Law: only the host's own tab can lead, since nothing but its database is within reach of a port.
 */
export async function hostCoordinator(
  platform: Omit<CoordinatorPlatform, 'coordinatorId'>,
  database: DatabaseWorker,
  ownTabId: string,
): Promise<void> {
  await holdPatiently(platform.locks, platform.clock, hostLock, new AbortController().signal)
  const coordinator = startCoordinator({ ...platform, coordinatorId: crypto.randomUUID() })
  const lines = linesToTabs(hostChannel, coordinator.connect, (tabId, message) => {
    if (tabId !== ownTabId || (message as FromTab).type !== 'REGISTER_TAB') return []
    const { port1, port2 } = new MessageChannel()
    database.connect(portOf(port1), ownTabId)
    return [portOf(port2)]
  })
  await coordinator.ready
  lines.announce({ type: 'COORDINATOR_READY' } satisfies ToTab)
}
