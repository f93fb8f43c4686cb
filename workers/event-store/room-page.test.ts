import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KnownEvent } from '../../schema/events/event.ts'
import { rowsOfRoomPage, type PageRow } from '../../schema/projections/room-page.ts'
import { applyBatch } from './apply-batch.ts'
import { randomEvents } from './random-events.ts'
import { openMemoryStore } from './testing.ts'

/** PROPERTY_SEED=… replays a failure; PROPERTY_RUNS=… looks longer. */
const seed = Number(process.env['PROPERTY_SEED'] ?? 1)
const parameters = { seed, numRuns: Number(process.env['PROPERTY_RUNS'] ?? 50), interruptAfterTimeLimit: 25_000 }

const columns = [
  'id',
  'order_key',
  'author_id',
  'author_name',
  'snippet',
  'full_content_cached',
  'created_at',
  'edited_at',
  'deleted',
  'reactions',
  'pinned',
  'reply_to',
] as const satisfies readonly (keyof PageRow)[]

describe(`a room from one page of its events (seed ${seed})`, () => {
  it('has the rows that the projections give', async () => {
    let compared = 0
    const property = fc.asyncProperty(randomEvents(), async (events) => {
      const store = await openMemoryStore()
      const of = (stream: string) => sequenced(events.filter((event) => event.stream === stream))
      const [space, stream] = ['space:s1', 'room:public.s1.r1']
      applyBatch(store, { batchId: 'a', stream: space, items: of(space), after: null, cursor: null })
      applyBatch(store, { batchId: 'b', stream, items: of(stream), after: null, cursor: null })
      const inSpace = store.sql.prepare('SELECT person_id, name FROM memberships WHERE stream = ?').rows(space)
      const names = Object.fromEntries(inSpace as [string, string][])
      for (const room of ['r1', 'r2', 't1', 't2']) {
        const rows = rowsOfRoomPage(
          { items: of(stream), names, upToDate: true, head: null, total: 0, behind: 0 },
          stream,
          room,
        )
        const stored = store.sql
          .prepare(
            `SELECT t.${columns.join(', t.').replace('t.author_id', 'a.author_id')} FROM timeline_items t JOIN entities e ON e.id = t.timeline_id
             JOIN component_author a ON a.id = t.author_id JOIN streams s ON s.id = t.stream
             WHERE s.name = ? AND e.name = ? ORDER BY t.order_key, t.id`,
          )
          .rows(stream, room)
        expect(rows.map((row) => columns.map((name) => row[name]))).toEqual(stored.map(withBigKey))
        compared += rows.length
      }
      store.close()
    })
    await fc.assert(property, parameters)
    expect(compared).toBeGreaterThan(50)
  })
})

function sequenced(events: readonly KnownEvent[]) {
  return events.map((event, at) => ({ seq: String(at), receivedAt: 2e12, event }))
}

const withBigKey = (row: readonly unknown[]) =>
  row.map((value, at) => (columns[at] === 'order_key' ? BigInt(value as number) : value))
