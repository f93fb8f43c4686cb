import { expect, test } from 'vitest'
import { namesOf } from '../../../schema/messages/runtime/protocol.ts'
import type { FromPeer } from '../../../schema/messages/runtime/peer.ts'
import type { Locks } from '../platform/locks.ts'
import type { Port } from '../platform/port.ts'
import { startCoordinator } from './start-coordinator.ts'
import { registration } from './test-registration.ts'

const names = namesOf('app')

/** Its own locks are free; those of tabs and peers are held by them. */
function busyLocks() {
  const waitedFor = new Set<string>()
  const locks: Locks = {
    hold: (name, signal) =>
      name.startsWith('app-coordinator')
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

test('of peers the last one is waited for; a coordinator that was stopped waits for nobody', async () => {
  const { locks, waitedFor } = busyLocks()
  let fromTab: (message: unknown, handedOver: readonly Port[]) => void = () => {}
  let fromPeer: (message: FromPeer) => void = () => {}
  const coordinator = startCoordinator({
    names,
    locks,
    clock: { now: () => 0, after: () => () => {} },
    coordinatorId: 'c',
    peer: { post: () => {}, listen: (listener) => (fromPeer = listener) },
  })
  await coordinator.ready
  coordinator.connect({ post: () => {}, listen: (listener) => (fromTab = listener), close: () => {} })
  fromTab(registration('a'), [])
  fromPeer({ type: 'PEER_MESSAGE', peerId: 'one', message: null })
  fromPeer({ type: 'PEER_MESSAGE', peerId: 'two', message: null })
  expect([...waitedFor]).toEqual(['lock-a', names.peerLock('two')])
  coordinator.stop()
  await Promise.resolve()
  expect([...waitedFor]).toEqual([])
})
