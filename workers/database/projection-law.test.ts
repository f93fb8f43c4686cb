import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KnownEvent } from '../../schema/events/event.ts'
import { applyBatch } from './apply-batch.ts'
import { randomEvents } from './random-events.ts'
import { checkSearchIndex, openMemoryStore, projectionDump, type MemoryStore } from './testing.ts'

/** PROPERTY_SEED=… replays a failure; PROPERTY_RUNS=… looks longer. */
const seed = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 2 ** 31)
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 120)
const parameters = { seed, numRuns }

describe(`projection law (seed ${seed})`, () => {
  let template: MemoryStore
  beforeAll(async () => {
    template = await openMemoryStore()
  })
  afterAll(() => template.close())

  it('any order, repetition and batching of a set of events gives equal tables', async () => {
    await fc.assert(
      fc.asyncProperty(randomEvents(), fc.infiniteStream(fc.nat()), async (events, numbers) => {
        const inOrder = await openMemoryStore()
        const otherwise = await openMemoryStore()
        try {
          for (const event of events) apply(inOrder, [event])
          for (const batch of rebatched(events, numbers)) apply(otherwise, batch)
          expect(projectionDump(otherwise)).toEqual(projectionDump(inOrder))
          checkSearchIndex(inOrder)
          checkSearchIndex(otherwise)
          for (const word of ['alpha', 'ann', 'ümlaut', 'hello', 'thought']) {
            expect(matches(otherwise, word)).toEqual(matches(inOrder, word))
          }
        } finally {
          inOrder.close()
          otherwise.close()
        }
      }),
      parameters,
    )
  })
})

function apply(store: MemoryStore, events: readonly KnownEvent[]): void {
  for (const stream of new Set(events.map((event) => event.stream))) {
    const own = events.filter((event) => event.stream === stream)
    const items = own.map((event) => ({ seq: event.id, receivedAt: 1, event }))
    const outcome = applyBatch(store, { batchId: 'b', stream, items, after: null, cursor: null })
    expect(outcome).toMatchObject({ type: 'Applied', rejected: [] })
  }
}

/** shuffled, some twice, in batches of any size */
function rebatched(events: readonly KnownEvent[], numbers: Iterator<number>): KnownEvent[][] {
  const next = (below: number) => (numbers.next().value as number) % below
  const shuffled = [...events, ...events.filter(() => next(4) === 0)]
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = next(i + 1)
    ;[shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!]
  }
  const batches: KnownEvent[][] = []
  while (shuffled.length > 0) batches.push(shuffled.splice(0, 1 + next(9)))
  return batches
}

function matches(store: MemoryStore, word: string): unknown[] {
  return store.sql
    .prepare(
      'SELECT t.entity_id FROM search_index s JOIN component_text t ON t.id = s.rowid WHERE search_index MATCH ? ORDER BY 1',
    )
    .rows(`"${word}"`)
}
