import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newestVersion } from '../../schema/events/define.ts'
import { definitionOf, eventTypes } from '../../schema/events/event-types.ts'
import type { KnownEvent } from '../../schema/events/event.ts'
import { keyIn, type EventKey } from '../../schema/events/key.ts'
import { homeStream } from '../../schema/events/streams.ts'
import { projectionTables } from '../../schema/tables/tables.ts'
import { applyBatch } from './apply-batch.ts'
import { dropStep } from './drop-stream.ts'
import { discardEvents, queueUpload } from './outbox.ts'
import { firstSpelling, randomEvents } from './random-events.ts'
import { recordEvent } from './record-event.ts'
import { replayStep } from './replay.ts'
import { inTransaction } from './store.ts'
import { checkSearchIndex, openMemoryStore, projectionDump, type MemoryStore } from './testing.ts'

/** PROPERTY_SEED=… replays a failure; PROPERTY_RUNS=… looks longer. */
const seed = Number(process.env['PROPERTY_SEED'] ?? 1)
const parameters = { seed, numRuns: Number(process.env['PROPERTY_RUNS'] ?? 50), interruptAfterTimeLimit: 25_000 }

describe(`laws of the store (seed ${seed})`, () => {
  it('random events fill every projection: a law says nothing of a table that stays empty', async () => {
    const filled = new Set<string>()
    for (const events of fc.sample(randomEvents(), { numRuns: 40, seed })) {
      await withStores(1, (store) => {
        apply(store!, events)
        for (const [table, rows] of Object.entries(projectionDump(store!))) if (rows.length > 0) filled.add(table)
      })
    }
    expect([...filled].sort()).toEqual([...projectionTables].sort())
  })

  it('projection: any order, repetition and batching of a set of events gives equal tables', async () => {
    const property = fc.asyncProperty(randomEvents(), fc.infiniteStream(fc.nat()), async (events, numbers) => {
      await withStores(2, (inOrder, otherwise) => {
        for (const event of events) apply(inOrder!, [event])
        for (const batch of rebatched(events, numbers)) apply(otherwise!, batch)
        expectEqual(otherwise!, inOrder!)
      })
    })
    await fc.assert(property, parameters)
  })

  it('identity: streams that use the same ids project, together and in any order, what each projects alone, with its space', async () => {
    const property = fc.asyncProperty(randomEvents(), fc.infiniteStream(fc.nat()), async (events, numbers) => {
      // public rooms are named in their space's stream, and their people are called as there
      const homes = [...new Set(events.map((event) => homeStream(event.stream)))]
      await withStores(homes.length + 1, (together, ...alone) => {
        for (const batch of rebatched(events, numbers)) apply(together!, batch)
        for (const [n, home] of homes.entries()) {
          const own = events.filter((event) => homeStream(event.stream) === home)
          apply(alone[n]!, own)
        }
        const union: Record<string, string[]> = {}
        for (const store of alone) {
          for (const [table, rows] of Object.entries(projectionDump(store))) {
            union[table] = [...(union[table] ?? []), ...rows].sort()
          }
        }
        if (homes.length > 0) expect(projectionDump(together!)).toEqual(union)
      })
    })
    await fc.assert(property, parameters)
  })

  it('replay: dropping the projections and replaying the log gives equal tables, events arriving meanwhile or not', async () => {
    const property = fc.asyncProperty(
      randomEvents(),
      fc.nat(40),
      fc.integer({ min: 1, max: 9 }),
      async (events, late, step) => {
        await withStores(2, (plain, replayed) => {
          for (const event of events) apply(plain!, [event])
          const arriving = events.slice(events.length - late)
          apply(replayed!, events.slice(0, events.length - late))
          // what was wrong in the tables does not survive
          replayed!.sql.exec("UPDATE timeline_items SET snippet = 'wrong'; DELETE FROM rooms")
          for (;;) {
            const { done, total } = replayStep(replayed!, step)
            if (done === total) break
            const next = arriving.shift()
            if (next) apply(replayed!, [next])
          }
          apply(replayed!, arriving)
          expectEqual(replayed!, plain!)
        })
      },
    )
    await fc.assert(property, parameters)
  })

  it('upcast: what older builds wrote gives the tables that it gives when it is written now', async () => {
    expect(Object.keys(firstSpelling)).toEqual(eventTypes.filter((type) => newestVersion(definitionOf(type)) > 1))
    let older = 0
    const property = fc.asyncProperty(randomEvents(), async (events) => {
      await withStores(2, (before, now) => {
        const spelled = events.map((event) => {
          const first = (firstSpelling[event.type] as ((event: KnownEvent) => KnownEvent | null) | undefined)?.(event)
          if (first) older++
          return first ?? event
        })
        apply(before!, spelled)
        apply(now!, events)
        expectEqual(before!, now!)
      })
    })
    await fc.assert(property, parameters)
    expect(older).toBeGreaterThan(0)
  })

  it('discard: taking local events back leaves tables as if they had never been', async () => {
    const property = fc.asyncProperty(randomEvents(), fc.infiniteStream(fc.nat()), async (events, numbers) => {
      await withStores(2, (discarded, never) => {
        const local = events.filter(() => (numbers.next().value as number) % 3 === 0)
        const taken = new Set(writeLocally(discarded!, local))
        apply(
          discarded!,
          events.filter((event) => !local.includes(event)),
        )
        const gone = discardEvents(discarded!, local)
        expect(new Set(gone.map(nameOf))).toEqual(taken)
        apply(
          never!,
          events.filter((event) => !taken.has(nameOf(event))),
        )
        expectEqual(discarded!, never!)
        expect(discarded!.sql.prepare('SELECT count(*) FROM outbox').rows()).toEqual([[0]])
      })
    })
    await fc.assert(property, parameters)
  })

  it('drop: what the person may no longer read leaves tables as if the server had never taken it', async () => {
    const gone = (stream: string) => homeStream(stream) === 'space:s1'
    const property = fc.asyncProperty(randomEvents(), fc.infiniteStream(fc.nat()), async (events, numbers) => {
      await withStores(2, (dropped, never) => {
        const unsent = events.filter(() => (numbers.next().value as number) % 4 === 0)
        const came = events.filter((event) => !unsent.includes(event))
        const [early, late] = [came.slice(0, came.length >> 1), came.slice(came.length >> 1)]
        writeLocally(dropped!, unsent)
        writeLocally(never!, unsent)
        apply(dropped!, early, '9')
        apply(dropped!, late, '9')
        const streams = new Set(['space:s1', ...came.map(({ stream }) => stream).filter(gone)])
        for (const stream of streams) while (dropStep(dropped!, stream, 'ann', 3) === 'more');
        apply(
          never!,
          came.filter((event) => !gone(event.stream)),
          '9',
        )
        expectEqual(dropped!, never!)
        for (const stream of streams) expect(dropped!.log.cursor(stream)).toBeNull()
        const outboxes = [dropped!, never!].map((store) =>
          store.sql.prepare('SELECT stream, event_id FROM outbox').rows(),
        )
        expect(new Set(outboxes[0]!.map(String))).toEqual(new Set(outboxes[1]!.map(String)))
        // and in it again
        apply(
          dropped!,
          came.filter((event) => gone(event.stream)),
          '9',
        )
        apply(
          never!,
          came.filter((event) => gone(event.stream)),
          '9',
        )
        expectEqual(dropped!, never!)
      })
    })
    await fc.assert(property, parameters)
  })

  it('atomicity: a batch that fails anywhere leaves every table as it was, and goes through when it comes again', async () => {
    let failures = 0
    const property = fc.asyncProperty(randomEvents(), fc.nat(30), async (events, room) => {
      await withStores(
        1,
        (store) => {
          const half = events.length >> 1
          apply(store!, events.slice(0, half))
          const rest = events.slice(half).filter((event) => event.stream === 'room:public.s1.r1')
          const before = everything(store!)
          const { sql } = store!
          const pages = sql.prepare('PRAGMA page_count').rows()[0]![0] as number
          sql.exec(`PRAGMA max_page_count = ${pages + room}`)
          let failed = false
          try {
            apply(store!, rest, '9')
          } catch (error) {
            failed = true
            expect(error).toMatchObject({ code: 13 }) // SQLITE_FULL
          }
          sql.exec('PRAGMA max_page_count = 1000000')
          if (failed) {
            failures++
            expect(everything(store!)).toEqual(before)
            apply(store!, rest, '9')
          }
          expect(sql.prepare('SELECT count(*) FROM events').rows()).toEqual([[half + rest.length]])
          checkSearchIndex(store!)
        },
        512,
      )
    })
    await fc.assert(property, parameters)
    expect(failures).toBeGreaterThan(0)
  })
})

const nameOf = ({ stream, id }: EventKey): string => keyIn(stream, id)

function apply(store: MemoryStore, events: readonly KnownEvent[], cursor: string | null = null): void {
  for (const stream of new Set(events.map((event) => event.stream))) {
    const own = events.filter((event) => event.stream === stream)
    const items = own.map((event) => ({ seq: event.id, receivedAt: 2e12, event }))
    const outcome = applyBatch(store, { batchId: 'b', stream, items, after: null, cursor })
    expect(outcome).toMatchObject({ type: 'Applied', rejected: [] })
  }
}

/** As a dispatch would, but with the clocks that the events have. Returns what went into the outbox. */
function writeLocally(store: MemoryStore, events: readonly KnownEvent[]): string[] {
  const record = recordEvent(store)
  return inTransaction(store, () =>
    events.flatMap((event) => {
      record(event, event, null, 1)
      queueUpload(store, event)
      return event.stream.startsWith('local:') ? [] : [nameOf(event)]
    }),
  )
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

function expectEqual(actual: MemoryStore, expected: MemoryStore): void {
  expect(projectionDump(actual)).toEqual(projectionDump(expected))
  checkSearchIndex(actual)
  checkSearchIndex(expected)
  for (const word of ['alpha', 'ann', 'ümlaut', 'hello', 'thought']) {
    expect(matches(actual, word)).toEqual(matches(expected, word))
  }
}

function matches(store: MemoryStore, word: string): unknown[] {
  return store.sql
    .prepare(
      `SELECT coalesce(t.id, e.name) FROM search_index s LEFT JOIN timeline_items t ON t.key = s.rowid
       LEFT JOIN entities e ON e.id = -s.rowid WHERE search_index MATCH ? ORDER BY 1`,
    )
    .rows(`"${word}"`)
}

function everything(store: MemoryStore): unknown {
  const others = ['events', 'applied_events', 'rejected_events', 'cursors', 'outbox', 'meta']
  const rows = others.map((table) => store.sql.prepare(`SELECT * FROM ${table} ORDER BY 1`).rows())
  return [projectionDump(store), rows, store.clock]
}

async function withStores(count: number, work: (...stores: MemoryStore[]) => void, pageSize = 4096): Promise<void> {
  const stores = await Promise.all(Array.from({ length: count }, () => openMemoryStore({ pageSize })))
  try {
    work(...stores)
  } finally {
    for (const store of stores) store.close()
  }
}
