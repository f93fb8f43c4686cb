import type { FromTab, ToTab } from '../../../schema/messages/runtime/tab.ts'
import { linesToTabs, type Broadcast } from '../platform/broadcast-port.ts'
import type { Coordinator } from './start-coordinator.ts'

/**
 * The SharedWorker's coordinator tells the tabs that look for a host that it serves: one that started slowly is found at once,
 * instead of when they try it again. Whoever gets no answer at all knows that what serves hangs.
 */
export function pointHere(coordinator: Coordinator, openChannel: () => Broadcast): void {
  const here = { type: 'COORDINATOR_READY', coordinator: 'shared' } satisfies ToTab
  void coordinator.ready.then((serves) => {
    if (!serves) return
    const knocked = (tab: Parameters<Parameters<typeof linesToTabs>[1]>[0]) =>
      tab.listen((message) => {
        if ((message as FromTab).type === 'REGISTER_TAB') tab.post(here)
      })
    linesToTabs(openChannel(), knocked, () => []).announce(here)
  })
}
