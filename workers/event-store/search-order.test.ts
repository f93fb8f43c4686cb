import { expect, test } from 'vitest'
import type { AnyEvent } from '../../schema/events/event.ts'
import { maxHits } from '../../schema/search/search-sql.ts'
import { hitsOf, planSearch } from '../../schema/search/search.ts'
import type { SearchRow } from '../../schema/search/search-sql.ts'
import { applyBatch } from './apply-batch.ts'
import { eventId } from './random-events.ts'
import { replayStep } from './replay.ts'
import { checkSearchIndex, openMemoryStore } from './testing.ts'

const stream = 'space:s1'
const minute = 60_000
const start = Date.UTC(2024, 0, 1)

/** The times of messages, in the order in which they come. */
const orders: Readonly<Record<string, readonly number[]>> = {
  'one after another': times(150, (at) => start + at * 7 * minute),
  'all in one minute': times(150, (at) => start + at),
  'the newest page first, then the history': [
    ...times(60, (at) => start + (200 + at) * 5 * minute),
    ...times(200, (at) => start + at * 5 * minute),
  ],
  backwards: times(150, (at) => start + (150 - at) * 2 * minute),
  'a quiet day between two loud minutes': [
    ...times(100, (at) => start + at),
    ...times(100, (at) => start + 1440 * minute + at),
  ],
}

function times(count: number, timeOf: (at: number) => number): readonly number[] {
  return Array.from({ length: count }, (_, at) => timeOf(at))
}

test.each(Object.entries(orders))(
  'of many matches the newest are found, if they come %s, and after a replay',
  async (_, sent) => {
    const store = await openMemoryStore({ now: () => start + 1e9 })
    const common = { stream, actor: 'ann', deps: [] }
    const event = (
      id: string,
      type: string,
      at: number,
      fields: Partial<AnyEvent> & { payload: unknown },
    ): AnyEvent => {
      return { ...common, id, type, clock: String(BigInt(at) << 16n), at, ...fields }
    }
    const events = [
      event(eventId(1), 'space.create', start, { entity: 's1', payload: { name: 'S', visibility: 'public' } }),
      event(eventId(2), 'room.create', start, { entity: 'r1', payload: { name: 'general', kind: 'room' } }),
      ...sent.map((at, place) => {
        return event(eventId(10 + place), 'message.create', at, { room: 'r1', payload: { text: 'a quince' } })
      }),
    ]
    for (let from = 0; from < events.length; from += 40) {
      const items = events.slice(from, from + 40).map((each, place) => {
        return { seq: String(from + place).padStart(16, '0'), receivedAt: each.at, event: each }
      })
      applyBatch(store, { batchId: `b${from}`, stream, items, after: null, cursor: null })
    }
    const newest = [...sent].sort((one, other) => other - one).slice(0, maxHits)
    const found = async () => {
      const run = async (sql: string, values: readonly (string | number)[]) => store.sql.prepare(sql).rows(...values)
      const plan = await planSearch(run as never, stream, [], 'quince ')
      if (plan.type !== 'plan') throw new Error(plan.type)
      const rows = store.sql.prepare(plan.ask.query.sql).rows(...plan.ask.query.parameters)
      const { hits, more } = hitsOf(
        plan.ask,
        rows.map(([, hit]) => ({ hit }) as SearchRow),
      )
      expect(more).toBe(true)
      return hits.map(({ at }) => at)
    }
    expect(await found()).toEqual(newest)
    for (let { done, total } = replayStep(store); done < total;) ({ done, total } = replayStep(store))
    expect(await found()).toEqual(newest)
    checkSearchIndex(store)
    store.close()
  },
)
