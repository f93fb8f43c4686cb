import { expect, test } from 'vitest'
import type { ChatStatus } from '../../../schema/messages/chat-status.ts'
import { describeStatus, pendingWords } from './describe-status.ts'

const live: ChatStatus = {
  tabId: 'a',
  activeTab: 'a',
  role: 'leader',
  epoch: 1,
  storage: 'opfs',
  coordinator: 'shared',
  sync: { state: 'live', progress: [], error: null },
  outbox: { pending: 0, failed: 0 },
  cut: false,
  openingFile: null,
  space: null,
  problem: null,
  application: {},
}
const sync = (state: ChatStatus['sync']['state'], progress: ChatStatus['sync']['progress'] = []) => ({
  ...live,
  sync: { state, progress, error: null },
})

test.each<[string, ChatStatus, string, string]>([
  ['all is well', live, 'ok', 'Up to date'],
  ['offline with a queue', { ...sync('offline'), outbox: { pending: 3, failed: 0 } }, 'off', 'Offline · 3 to send'],
  ['history coming in', sync('syncing', [{ stream: 'space:a', applied: 30, total: 120 }]), 'busy', 'Syncing 25 %'],
  ['a refused event', { ...live, outbox: { pending: 0, failed: 1 } }, 'bad', '1 not sent'],
  ['no leader yet', { ...live, role: 'starting', activeTab: null }, 'busy', 'Starting'],
  ['a problem', { ...live, problem: { code: 'STORAGE_MEMORY', message: 'x' } }, 'bad', 'Needs attention'],
  [
    'data that was lost and is back',
    { ...live, problem: { code: 'STORAGE_LOST', message: '', at: 1 } },
    'ok',
    'Up to date',
  ],
  ['signed out', sync('signed-out'), 'ok', 'On this device'],
])('%s', (_case, status, tone, short) => expect(describeStatus(status, false)).toMatchObject({ tone, short }))

test.each<[ChatStatus['sync']['state'], string]>([
  ['live', 'sending…'],
  ['syncing', 'sending…'],
  ['connecting', 'waiting for the network'],
  ['offline', 'waiting for the network'],
  ['signed-out', 'waiting: you are signed out'],
  ['off', 'waiting: you are signed out'],
])('a message that is not sent yet says why: %s', (state, words) => expect(pendingWords(state)).toBe(words))
