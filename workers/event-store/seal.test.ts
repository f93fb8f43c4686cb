import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { erasedBy, withoutWords, wordsOf } from '../../schema/events/erasure.ts'
import type { KnownEvent } from '../../schema/events/event.ts'
import { keyIn } from '../../schema/events/key.ts'
import { applyBatch } from './apply-batch.ts'
import { decodeBlock, encodeBlock, type StoredEvent } from './block-codec.ts'
import { eventColumns, toStored } from './event-log-table.ts'
import { applyUploadResults, discardEvents, queueUpload } from './outbox.ts'
import { eventId, randomEvents } from './random-events.ts'
import { recordEvent } from './record-event.ts'
import { needsReplay, replayStep } from './replay.ts'
import { sealStep } from './seal.ts'
import type { RawSql } from '../runtime/serving/raw-sql.ts'
import { inTransaction, openStore, type Store } from './store.ts'
import { checkSearchIndex, openMemoryStore, projectionDump, type MemoryStore } from './testing.ts'

/** PROPERTY_SEED=… replays a failure; PROPERTY_RUNS=… looks longer. */
const seed = Number(process.env['PROPERTY_SEED'] ?? 1)
const parameters = { seed, numRuns: Number(process.env['PROPERTY_RUNS'] ?? 30), interruptAfterTimeLimit: 25_000 }
const tiny = { atOnce: 3, open: 1, smallest: 2, largest: 5 }

describe(`sealing (seed ${seed})`, () => {
  it('what is read from a block is what was written into it', () => {
    const seq = fc.option(
      fc.oneof(
        fc.nat().map((n) => String(n).padStart(16, '0')),
        fc.string(),
      ),
    )
    const place = fc.record({ seq, receivedAt: fc.option(fc.nat()), same: fc.boolean() })
    const exotic = fc.record({ text: fc.jsonValue(), author: fc.jsonValue(), more: fc.jsonValue() })
    const property = fc.property(
      randomEvents(),
      fc.infiniteStream(place),
      fc.infiniteStream(exotic),
      (events, places, others) => {
        const stored = events.map((event, n): StoredEvent => {
          const { seq, receivedAt, same } = places.next().value as {
            seq: string | null
            receivedAt: number | null
            same: boolean
          }
          const payload = n % 5 === 0 ? others.next().value : event.payload
          const at = n % 3 === 0 ? event.at + n * 977 : event.at
          return { event: { ...event, stream: 's', at, payload }, seq, receivedAt: same ? at : receivedAt }
        })
        expect(decodeBlock('s', encodeBlock(stored))).toEqual(JSON.parse(JSON.stringify(stored)))
      },
    )
    fc.assert(property, parameters)
  })

  it('changes no table: with batches, blocks, repeats and a replay in any order, the tables and the log are the same', async () => {
    let sealed = 0
    const property = fc.asyncProperty(randomEvents(), fc.infiniteStream(fc.nat()), async (events, numbers) => {
      await withStores((plain, sealing) => {
        const next = (below: number) => (numbers.next().value as number) % below
        for (const event of events) receive(plain, [event])
        for (let at = 0; at < events.length;) {
          const batch = events.slice(at, (at += 1 + next(9)))
          receive(sealing, batch)
          if (next(2) === 0) receive(sealing, batch)
          for (let steps = next(4); steps > 0; steps--) sealStep(sealing)
        }
        expectEqual(sealing, plain)
        const before = logOf(sealing)
        expect(before).toEqual(logOf(plain))
        expect(receive(sealing, events), 'all of it again').toBe(events.length)
        expect(logOf(sealing)).toEqual(before)
        sealed += sealing.log.blocks.count()
        sealing.sql.exec("UPDATE meta SET value = 'older' WHERE key = 'projection_version'; DELETE FROM timeline_items")
        while (needsReplay(sealing)) {
          replayStep(sealing, 1 + next(7))
          sealStep(sealing)
        }
        expectEqual(sealing, plain)
      })
    })
    await fc.assert(property, parameters)
    expect(sealed).toBeGreaterThan(50)
  })

  it('takes nothing that can be taken back: what waits to be sent can be discarded', async () => {
    const property = fc.asyncProperty(randomEvents(), fc.infiniteStream(fc.nat()), async (events, numbers) => {
      await withStores((never, sealing) => {
        const local = events.filter(
          (event) => !event.stream.startsWith('local:') && (numbers.next().value as number) % 3 === 0,
        )
        const others = events.filter((event) => !local.includes(event))
        const record = recordEvent(sealing)
        inTransaction(sealing, () => {
          for (const event of local) {
            record(event, event, null, 1)
            queueUpload(sealing, event)
          }
        })
        receive(sealing, others)
        while (sealStep(sealing));
        expect(discardEvents(sealing, local)).toHaveLength(local.length)
        receive(never, others)
        expectEqual(sealing, never)
      })
    })
    await fc.assert(property, parameters)
  })

  it('may die at any statement: the step that died is as if it had not begun', async () => {
    const events = fc.sample(randomEvents(60), { numRuns: 3, seed })
    let deaths = 0
    for (const some of events) {
      await withStores((_, store) => {
        for (const event of some) receive(store, [event])
        for (let more = true; more;) {
          const before = [logOf(store), projectionDump(store)]
          for (let statements = 0; ; statements++) {
            const mortal = dyingAfter(store, statements)
            try {
              more = sealStep(mortal)
              break
            } catch (error) {
              expect(error).toMatchObject({ message: 'the worker is dead' })
              deaths++
              expect([logOf(store), projectionDump(store)]).toEqual(before)
            }
          }
          expect(projectionDump(store)).toEqual(before[1])
        }
      })
    }
    expect(deaths).toBeGreaterThan(100)
  })
})

describe(`erasing (seed ${seed})`, () => {
  it('whatever came first, in whatever batches and blocks: the log keeps the same of each event, and no erased words', async () => {
    let withWords = 0
    let ofPages = 0
    const property = fc.asyncProperty(randomEvents(), fc.infiniteStream(fc.nat()), async (random, numbers) => {
      const events = withErasures(random)
      await withStores((plain, sealing) => {
        const next = (below: number) => (numbers.next().value as number) % below
        for (const event of events) receive(plain, [event])
        const shuffled = events.map((event) => ({ event, place: next(1e6) })).sort((a, b) => a.place - b.place)
        for (let at = 0; at < events.length;) {
          receive(
            sealing,
            shuffled.slice(at, (at += 1 + next(9))).map(({ event }) => event),
          )
          for (let steps = next(4); steps > 0; steps--) sealStep(sealing)
        }
        expectEqual(sealing, plain)
        expect(logOf(sealing)).toEqual(logOf(plain))
        const kept = storedIn(sealing).map(({ event }) => event as KnownEvent)
        const keyOf = (event: KnownEvent, message: string) => keyIn(event.stream, message)
        const erased = new Set(kept.flatMap((event) => keyOf(event, erasedBy(event) ?? '')))
        const spoken = kept.filter((event) => wordsOf(event) !== null && erased.has(keyOf(event, wordsOf(event)!)))
        expect(spoken.map(withoutWords)).toEqual(spoken)
        withWords += spoken.length
        ofPages += spoken.filter(({ type }) => type.startsWith('page.')).length
      })
    })
    await fc.assert(property, parameters)
    expect(withWords).toBeGreaterThan(20)
    expect(ofPages).toBeGreaterThan(20)
  })

  it('may die at any statement: the batch that died is as if it had not begun', async () => {
    const events = fc.sample(randomEvents(60), { numRuns: 20, seed })
    let deaths = 0
    const isErasure = ({ type, stream }: KnownEvent) => type === 'message.erase' && stream === 'room:public.s1.r1'
    const erasing = events.map(withErasures).filter((some) => some.some(isErasure))
    for (const some of erasing.slice(0, 2)) {
      await withStores((_, store) => {
        for (const event of some.filter(({ type }) => type !== 'message.erase')) receive(store, [event])
        while (sealStep(store));
        const erasures = some.filter(isErasure).slice(0, 3)
        const before = [logOf(store), projectionDump(store)]
        for (let statements = 0; ; statements++) {
          const mortal = dyingAfter(store, statements)
          try {
            receive(mortal, erasures)
            break
          } catch (error) {
            expect(error).toMatchObject({ message: 'the worker is dead' })
            deaths++
            expect([logOf(store), projectionDump(store)]).toEqual(before)
          }
        }
        while (sealStep(store));
        expect(store.sql.prepare("SELECT count(*) FROM meta WHERE key = 'scrub'").rows()).toEqual([[0]])
        checkSearchIndex(store)
      })
    }
    expect(deaths).toBeGreaterThan(20)
  })

  it('before the server has taken it, it hides the message alone, and can be discarded', async () => {
    await withStores((_, store) => {
      const draft = (index: number, fields: Partial<KnownEvent>) =>
        ({
          id: eventId(index),
          stream: 'space:s1',
          actor: 'ann',
          clock: `${index}`,
          at: index,
          deps: [],
          ...fields,
        }) as KnownEvent
      const about = { entity: eventId(1), room: 'r1' }
      const message = draft(1, { type: 'message.create', room: 'r1', payload: { text: 'first' } })
      const edit = draft(2, { type: 'message.edit', ...about, payload: { text: 'unsent' } })
      const erase = draft(3, { type: 'message.erase', ...about, payload: {} })
      const write = (event: KnownEvent) =>
        inTransaction(store, () => {
          recordEvent(store)(event, event, null, 1)
          queueUpload(store, event)
        })
      const shown = () => store.sql.prepare('SELECT snippet, deleted FROM timeline_items').rows()[0]
      const texts = () => storedIn(store).flatMap(({ event }) => (event.payload as { text?: string }).text ?? [])
      receive(store, [message])
      write(edit)
      write(erase)
      expect(shown()).toEqual(['', 2])
      expect(texts()).toEqual(['first', 'unsent'])
      discardEvents(store, [erase])
      expect(shown()).toEqual(['unsent', 0])
      write(erase)
      receive(store, [erase]) // the server's copy
      expect(shown()).toEqual(['', 2])
      expect(texts(), 'what was not sent may still be discarded').toEqual(['', 'unsent'])
      applyUploadResults(store, 'space:s1', [{ id: edit.id, seq: edit.id, receivedAt: 2e12 }])
      expect(texts()).toEqual(['', ''])
      expect(JSON.stringify(projectionDump(store))).not.toContain('unsent')
    })
  })
})

/** Random events erase little: of what is done to messages, much erases them. */
const withErasures = (events: readonly KnownEvent[]): KnownEvent[] =>
  events.map((event) => {
    const type = /^(?:pin|reaction|message\.(?:delete|restore))/.test(event.type)
      ? 'message.erase'
      : event.type.startsWith('page.archive')
        ? 'page.erase'
        : null
    return type === null ? event : ({ ...event, type, payload: {} } as KnownEvent)
  })

/** how many of them were there already */
function receive(store: Store, events: readonly KnownEvent[]): number {
  let duplicates = 0
  for (const stream of new Set(events.map((event) => event.stream))) {
    const own = events.filter((event) => event.stream === stream)
    const items = own.map((event) => ({ seq: event.id, receivedAt: 2e12, event }))
    const outcome = applyBatch(store, { batchId: 'b', stream, items, after: null, cursor: null })
    expect(outcome).toMatchObject({ type: 'Applied', rejected: [] })
    if (outcome.type === 'Applied') duplicates += outcome.duplicates
  }
  return duplicates
}

/** Every event of the log, sealed or not. */
function storedIn(store: Store): StoredEvent[] {
  const open = store.sql.prepare(`SELECT ${eventColumns} FROM events e`).rows().map(toStored)
  const sealed = (['structure', 'timeline'] as const).flatMap((part) => {
    const found: StoredEvent[] = []
    for (let read = store.log.blocks.read(part, null); read; read = store.log.blocks.read(part, read.place)) {
      found.push(...read.events)
    }
    return found
  })
  return [...open, ...sealed]
}
const logOf = (store: Store): string[] =>
  storedIn(store)
    .map((stored) => canonical(stored))
    .sort()

/** whatever order its fields are in */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  )

/** The same database through statements that die. */
function dyingAfter(store: MemoryStore, statements: number): Store {
  let left = Number.POSITIVE_INFINITY
  const count = () => {
    if (--left < 0) throw new Error('the worker is dead')
  }
  const { exec, define, close } = store.sql
  const sql: RawSql = {
    exec,
    define,
    close,
    get autocommit() {
      return store.sql.autocommit
    },
    prepare(text) {
      const statement = store.sql.prepare(text)
      return {
        run: (...values) => (count(), statement.run(...values)),
        rows: (...values) => (count(), statement.rows(...values)),
      }
    },
  }
  const mortal = openStore({ sql, now: store.now, seal: tiny })
  left = statements
  return mortal
}

function expectEqual(actual: MemoryStore, expected: MemoryStore): void {
  expect(projectionDump(actual)).toEqual(projectionDump(expected))
  checkSearchIndex(actual)
}

async function withStores(work: (plain: MemoryStore, sealing: MemoryStore) => void): Promise<void> {
  const never = { ...tiny, atOnce: 1e9, smallest: 1e9 }
  const stores = [await openMemoryStore({ seal: never }), await openMemoryStore({ seal: tiny })] as const
  for (const store of stores) needsReplay(store) // a new database
  try {
    work(...stores)
  } finally {
    for (const store of stores) store.close()
  }
}
