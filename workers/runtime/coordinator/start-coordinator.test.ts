import { expect, test } from 'vitest'
import { syncLock } from '../../../schema/messages/runtime/protocol.ts'
import type { FromSync } from '../../../schema/messages/sync.ts'
import type { Locks } from '../platform/locks.ts'
import type { Port } from '../platform/port.ts'
import { startCoordinator } from './start-coordinator.ts'
import { registration } from './test-registration.ts'

/** Its own locks are free; those of tabs and sync clients are held by them. */
function busyLocks() {
  const waitedFor = new Set<string>()
  const locks: Locks = {
    hold: (name, signal) =>
      name.startsWith('rsql-coordinator')
        ? Promise.resolve(() => {})
        : new Promise((_, reject) => {
            waitedFor.add(name)
            const giveUp = () => {
              waitedFor.delete(name)
              reject(new DOMException('', 'AbortError'))
            }
            signal!.addEventListener('abort', giveUp, { once: true })
          }),
    take: () => Promise.reject(new Error('nobody takes')),
  }
  return { locks, waitedFor }
}

test('of sync clients the last one is waited for; a coordinator that was stopped waits for nobody', async () => {
  const { locks, waitedFor } = busyLocks()
  let fromTab: (message: unknown, handedOver: readonly Port[]) => void = () => {}
  let fromSync: (message: FromSync) => void = () => {}
  const coordinator = startCoordinator({
    locks,
    clock: { now: () => 0, after: () => () => {} },
    coordinatorId: 'c',
    sync: { post: () => {}, listen: (listener) => (fromSync = listener) },
  })
  await coordinator.ready
  coordinator.connect({ post: () => {}, listen: (listener) => (fromTab = listener), close: () => {} })
  fromTab(registration('a'), [])
  fromSync({ type: 'SYNC_HELLO', syncId: 'one' })
  fromSync({ type: 'SYNC_HELLO', syncId: 'two' })
  expect([...waitedFor]).toEqual(['lock-a', syncLock('two')])
  coordinator.stop()
  await Promise.resolve()
  expect([...waitedFor]).toEqual([])
})
