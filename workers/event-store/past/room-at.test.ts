import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KnownEvent } from '../../../schema/events/event.ts'
import type { PastQuestion } from '../../../schema/messages/past.ts'
import { eventId, randomEvents } from '../random-events.ts'
import { recordEvent } from '../record-event.ts'
import { needsReplay } from '../replay.ts'
import { sealStep } from '../seal.ts'
import { inTransaction, type SealSizes } from '../store.ts'
import { openMemoryStore, projectionDump, type MemoryStore } from '../testing.ts'
import { roomAt } from './room-at.ts'

/** PROPERTY_SEED=… replays a failure; PROPERTY_RUNS=… looks longer. */
const seed = Number(process.env['PROPERTY_SEED'] ?? 1)
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 40)

/** where most of the random messages are */
const places = [
  ['room:public.s1.r1', 'r1'],
  ['room:public.s1.r1', 't1'],
  ['room:private.s1.r1', 'r1'],
] as const

describe(`a room as it was (seed ${seed})`, () => {
  it('is what a device shows that was given the events up to then, and no other', async () => {
    let compared = 0
    let changed = 0
    const moments = fc.oneof(fc.bigInt({ min: 0n, max: 13n }), fc.constant(2n ** 57n))
    const property = fc.asyncProperty(randomEvents(), moments, fc.nat(2), async (all, moment, limit) => {
      // words that were erased later are gone from the past too
      const events = all.filter(({ type, clock }) => type !== 'message.erase' || BigInt(clock) <= moment)
      await withStores(3, (now, then, scratch) => {
        apply(now!, events)
        apply(
          then!,
          events.filter(({ clock }) => BigInt(clock) <= moment),
        )
        const dump = JSON.stringify(projectionDump(now!))
        for (const [stream, room] of places) {
          const question = { stream, room, clock: String(moment), messages: 1 + limit * 4 }
          const { messages } = roomAt(now!, scratch!.sql, question)
          expect(messages).toEqual(shownIn(then!, question))
          compared += messages.length
          if (JSON.stringify(messages) !== JSON.stringify(shownIn(now!, question))) changed += 1
        }
        expect(JSON.stringify(projectionDump(now!)), 'the live database is only read').toBe(dump)
        expect(JSON.stringify(projectionDump(scratch!)), 'nothing is left of it').toBe(emptyDump(scratch!))
      })
    })
    await fc.assert(property, { seed, numRuns, interruptAfterTimeLimit: 25_000 })
    expect(compared, 'messages were compared').toBeGreaterThan(numRuns / 2)
    expect(changed, 'the past differed from the present').toBeGreaterThan(numRuns / 8)
  })

  it('is the same when its events are sealed', async () => {
    await withStores(
      2,
      (store, scratch) => {
        expect(needsReplay(store!)).toBe(false)
        const events = Array.from({ length: 40 }, (_, at) => written(at))
        inTransaction(store!, () => {
          const record = recordEvent(store!)
          for (const [at, event] of events.entries()) {
            record(event, event, { seq: String(at).padStart(12, '0'), receivedAt: event.at }, 1)
          }
        })
        const question = { stream: 'space:s1', room: 'r1', clock: String(25 << 16), messages: 10 }
        const { took: _, ...open } = roomAt(store!, scratch!.sql, question)
        while (sealStep(store!));
        expect(store!.log.blocks.count(), 'some are sealed').toBeGreaterThan(20)
        const { took: __, ...sealed } = roomAt(store!, scratch!.sql, question)
        expect(sealed).toEqual(open)
        expect(sealed.messages.map(({ text }) => text)).toEqual(
          Array.from({ length: 10 }, (_, at) => `text ${16 + at}`),
        )
      },
      { atOnce: 1000, open: 4, smallest: 4, largest: 8 },
    )
  })

  it('steps from change to change, there and back', async () => {
    await withStores(2, (store, scratch) => {
      const [first, second] = [written(1), written(3)]
      const edit = {
        ...written(2),
        id: eventId(90),
        type: 'message.edit',
        entity: first.id,
        payload: { text: 'better' },
      }
      const like = { ...written(4), id: eventId(91), type: 'reaction.add', entity: first.id, payload: { emoji: '👍' } }
      apply(store!, [first, second, edit as KnownEvent, like as KnownEvent])
      const at = (clock: string) =>
        roomAt(store!, scratch!.sql, { stream: 'space:s1', room: 'r1', clock, messages: 50 })
      const steps: string[] = []
      let last: string | null = null
      for (let clock: string | null = first.clock; clock !== null;) {
        const past = at(clock)
        expect(past.earlier, 'back leads where it came from').toBe(last)
        steps.push(past.messages.map(({ text, reactions }) => text + (reactions === '{}' ? '' : ' 👍')).join(', '))
        ;[last, clock] = [clock, past.later]
      }
      expect(steps).toEqual(['text 1', 'better', 'better, text 3', 'better 👍, text 3'])
      expect(at(String(99 << 16)), 'long after the last change').toMatchObject({ earlier: second.clock, later: null })
      expect(at(String(99 << 16)).changes.map(({ what }) => what)).toEqual(['reacted', 'wrote', 'edited', 'wrote'])
    })
  })
})

function written(index: number): Extract<KnownEvent, { type: 'message.create' }> {
  return {
    id: eventId(index),
    type: 'message.create',
    stream: 'space:s1',
    room: 'r1',
    actor: 'ann',
    clock: String(index << 16),
    at: index,
    deps: [],
    payload: { text: `text ${index}` },
  }
}

function apply(store: MemoryStore, events: readonly KnownEvent[]): void {
  inTransaction(store, () => {
    const record = recordEvent(store)
    for (const event of events) record(event, event, null, 1)
  })
}

function shownIn({ sql }: MemoryStore, { stream, room, messages }: PastQuestion) {
  return sql
    .prepare(
      `SELECT t.id, t.author_name AS author, t.snippet || ifnull(c.body, '') AS text, t.created_at AS createdAt, t.edited_at AS editedAt,
         t.deleted, t.reactions, t.pinned, t.thread_id AS threadId
       FROM timeline_items t JOIN entities e ON e.id = t.timeline_id JOIN streams s ON s.id = e.stream
       LEFT JOIN component_text c ON c.id = t.key
       WHERE s.name = ? AND e.name = ? ORDER BY t.order_key DESC, t.id DESC LIMIT ?`,
    )
    .rows(stream, room, messages)
    .toReversed()
    .map(([id, author, text, createdAt, editedAt, deleted, reactions, pinned, threadId]) => ({
      id,
      author,
      text,
      createdAt,
      editedAt,
      deleted,
      reactions,
      pinned,
      threadId,
    }))
}

const emptyDump = (store: MemoryStore): string =>
  JSON.stringify(Object.fromEntries(Object.keys(projectionDump(store)).map((table) => [table, []])))

async function withStores(count: number, work: (...stores: MemoryStore[]) => void, seal?: SealSizes): Promise<void> {
  const stores = await Promise.all(Array.from({ length: count }, () => openMemoryStore(seal ? { seal } : {})))
  try {
    work(...stores)
  } finally {
    for (const store of stores) store.close()
  }
}
