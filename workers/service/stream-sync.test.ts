import { expect, test } from 'vitest'
import type { ReceivedPage } from '../../schema/messages/received.ts'
import { unreadable } from '../../schema/messages/received.ts'
import { seqOf } from './fake-world.ts'
import { StreamSync } from './stream-sync.ts'

const item = (place: number) => ({ seq: seqOf(place), receivedAt: 1, event: place })
function page(places: readonly number[], behind: number): ReceivedPage {
  return { items: places.map(item), head: seqOf(9), total: 9, behind, upToDate: behind === 0 }
}
function begin(): StreamSync {
  const sync = new StreamSync('space:a', seqOf(1), undefined, 'me')
  sync.queued(null, [])
  return sync
}
const cursors = (sync: StreamSync): (string | null)[] => {
  const found: (string | null)[] = []
  for (let batch = sync.nextBatch('history', 1); batch; batch = sync.nextBatch('history', 1)) found.push(batch.cursor)
  return found
}

test('a page that nobody can read is asked for in ever smaller ones, down to the one event, which is passed over', () => {
  const sync = begin()
  const limits: (number | undefined)[] = []
  for (let request = sync.nextRequest(); request; request = sync.nextRequest()) {
    if (request.kind !== 'after') throw new Error(request.kind)
    limits.push(request.limit)
    const from = Number(request.after)
    const to = Math.min(9, from + (request.limit ?? 2000))
    const places = Array.from({ length: to - from }, (_, n) => from + n + 1)
    if (!places.includes(5)) sync.answered(request, page(places, 9 - to))
    else sync.unreadable(request, unreadable(`{"items":[{"seq":"${seqOf(places[0]!)}",`, request.after))
  }
  expect(limits.slice(0, 5)).toEqual([undefined, 256, 32, 4, 1])
  expect(cursors(sync).at(-1)).toBe(seqOf(9))
  expect(sync.nextRequest(), 'nothing is left to ask').toBeNull()
})

test('where the text names no place the same is asked again later, and nothing is passed over', () => {
  const sync = begin()
  let tries = 0
  for (let request = sync.nextRequest(); request; request = sync.nextRequest()) {
    tries++
    if (!sync.unreadable(request, null)) break
  }
  expect(tries).toBe(5)
  expect(cursors(sync)).toEqual([])
})

test('a page that brings nothing and is not the end is no progress', () => {
  const sync = begin()
  expect(sync.answered(sync.nextRequest()!, page([], 8))).toBe(false)
  expect(sync.answered(sync.nextRequest()!, page([2, 3], 6))).toBe(true)
})

test('an outline or newest page that nobody can read is done without: the history brings what it holds', () => {
  const sync = new StreamSync('space:a', null, 'r', 'me')
  sync.queued(null, [])
  const outline = sync.nextRequest()!
  expect(outline.kind).toBe('outline')
  expect(sync.unreadable(outline, null)).toBe(true)
  const newest = sync.nextRequest()!
  expect(newest.kind).toBe('newest')
  expect(sync.unreadable(newest, null)).toBe(true)
  expect(sync.nextRequest()).toMatchObject({ kind: 'after', after: null })
})

test('what is queued, and was received live as well, leaves the queue when the database has it, not before', () => {
  const sync = begin()
  const request = sync.nextRequest()!
  sync.answered(request, page([2, 3], 0))
  expect(sync.queued(seqOf(1), [2, 3].map(item)), 'received, handed to nobody').toBe(null)
  const done: (string | null)[] = []
  for (let batch = sync.nextBatch('history', 1); batch; batch = sync.nextBatch('history', 1)) {
    done.push(sync.wasApplied(batch))
  }
  expect(done).toEqual([seqOf(3)])
  expect(sync.queued(seqOf(1), [2, 3].map(item)), 'the database has it').toBe(seqOf(3))
})
