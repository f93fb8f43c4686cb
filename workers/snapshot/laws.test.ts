import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KnownEvent } from '../../schema/events/event.ts'
import { homeStream, streamKind } from '../../schema/events/streams.ts'
import { pendingEvents, queueUpload } from '../event-store/outbox.ts'
import { randomEvents } from '../event-store/random-events.ts'
import { recordEvent } from '../event-store/record-event.ts'
import { sealStep } from '../event-store/seal.ts'
import { inTransaction, type SealSizes } from '../event-store/store.ts'
import { checkSearchIndex, projectionDump, type MemoryStore } from '../event-store/testing.ts'
import { apply, snapshotOf, take, withStores } from './testing.ts'

/** PROPERTY_SEED=… replays a failure; PROPERTY_RUNS=… looks longer. */
const seed = Number(process.env['PROPERTY_SEED'] ?? 1)
const parameters = { seed, numRuns: Number(process.env['PROPERTY_RUNS'] ?? 25), interruptAfterTimeLimit: 25_000 }

/** so that random histories, which are short, are sealed too */
const seal: SealSizes = { atOnce: 4, open: 1, smallest: 2, largest: 3 }

describe(`laws of snapshots (seed ${seed})`, () => {
  it('a snapshot and what came after it give what all events give, whatever the device had before', async () => {
    const seen = { carried: 0, 'made anew': 0, held: 0, unsent: 0, late: 0 }
    const property = fc.asyncProperty(
      randomEvents(),
      fc.nat(40),
      fc.infiniteStream(fc.nat(99)),
      async (events, cut, numbers) => {
        const next = () => numbers.next().value as number
        await withStores({ seal }, async (server, device, plain) => {
          const sent = inStreams(events.filter(({ stream }) => streamKind(stream) !== 'local'))
          for (const [stream, own] of sent) apply(plain, stream, own)
          const streams = [...sent.keys()].filter((stream) => streamKind(stream) !== 'person')
          // other streams were on the device first, and took keys of messages and integers of names
          for (const [stream, own] of sent) if (!streams.includes(stream)) apply(device, stream, own)
          // a space with all of its public rooms, or nothing of it
          const homes = [...new Set(streams.map(homeStream))].filter(() => next() < 70)
          const shared = streams.filter((stream) => homes.includes(homeStream(stream)))
          for (const stream of streams) if (!shared.includes(stream)) apply(device, stream, sent.get(stream)!)
          // public rooms that were made behind the snapshot
          const late = new Set(shared.filter((stream) => stream !== homeStream(stream) && next() < 30))
          seen.late += late.size
          for (const stream of shared) {
            const own = sent.get(stream)!
            if (!late.has(stream)) apply(server, stream, own.slice(0, cut))
            const newest = own.filter(() => next() < 20)
            apply(device, stream, newest, null)
            const unsent = own.filter((event) => !newest.includes(event) && next() < 10)
            write(
              device,
              unsent.map(({ event }) => event),
            )
            seen.held += newest.length
            seen.unsent += unsent.length
          }
          while (next() < 80 && sealStep(server));
          const there = shared.filter((stream) => !late.has(stream))
          const outcome = await take(device, await snapshotOf(server, there))
          if (there.length > 0) expect(outcome.type).toBe('Merged')
          checkSearchIndex(device)
          for (const stream of shared) apply(device, stream, sent.get(stream)!.slice(late.has(stream) ? 0 : cut))
          expect(projectionDump(device)).toEqual(projectionDump(plain))
          checkSearchIndex(device)
          expect(pendingEvents(device)).toEqual([])
          for (const { event, seq } of [...sent.values()].flat()) expect(device.log.has(event, seq)).toBe(true)
          if (outcome.type === 'Merged') seen[outcome.index]++
        })
      },
    )
    await fc.assert(property, parameters)
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0)
  })
})

interface Sequenced {
  readonly seq: string
  readonly receivedAt: number
  readonly event: KnownEvent
}

function inStreams(events: readonly KnownEvent[]): Map<string, Sequenced[]> {
  const streams = new Map<string, Sequenced[]>()
  for (const event of events) {
    const own = streams.get(event.stream) ?? []
    streams.set(event.stream, own)
    // clocks of the future are taken, since the server took them
    const receivedAt = Math.max(event.at, Number(BigInt(event.clock) >> 16n))
    own.push({ seq: String(own.length + 1).padStart(16, '0'), receivedAt, event })
  }
  return streams
}

/** as a person does, offline */
function write(store: MemoryStore, events: readonly KnownEvent[]): void {
  const record = recordEvent(store)
  inTransaction(store, () => {
    for (const event of events) {
      if (record(event, event, null, store.now()) === 'applied') queueUpload(store, event)
    }
  })
}
