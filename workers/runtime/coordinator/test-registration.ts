import { protocolVersion } from '../../../schema/messages/runtime/protocol.ts'
import type { FromTab } from '../../../schema/messages/runtime/tab.ts'

/** The first word of a tab that asks for nothing yet. For tests. */
export const registration = (
  tabId: string,
  protocol = protocolVersion,
): Extract<FromTab, { type: 'REGISTER_TAB' }> => ({
  type: 'REGISTER_TAB',
  tabId,
  life: 1,
  attempt: 1,
  protocol,
  lock: `lock-${tabId}`,
  visible: true,
  epoch: 0,
  context: {},
  subscriptions: [],
  requests: [],
})
