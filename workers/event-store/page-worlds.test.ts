import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import type { KnownEvent } from '../../schema/events/event.ts'
import { fromBase64 } from '../../schema/pages/base64.ts'
import { textOf } from '../../schema/pages/page-doc.ts'
import { applyBatch } from './apply-batch.ts'
import { randomWorld, type Draw } from './page-worlds.ts'
import { openMemoryStore, projectionDump, type MemoryStore } from './testing.ts'

/** WORLDS=1000 looks longer; PROPERTY_SEED=… replays a world. */
const worlds = Number(process.env['WORLDS'] ?? 40)
/** of one pair of devices */
const together = 40
const firstSeed = Number(process.env['PROPERTY_SEED'] ?? 1)

describe(`pages that three people write offline (${worlds} worlds from seed ${firstSeed})`, () => {
  const groups = Array.from({ length: Math.ceil(worlds / together) }, (_, group) => firstSeed + group * together)
  test.each(groups)(
    'from seed %i on: equal on every device, whatever way the updates came, and nothing is lost',
    async (from) => {
      const inOrder = await openMemoryStore()
      const otherwise = await openMemoryStore()
      for (let seed = from; seed < Math.min(from + together, firstSeed + worlds); seed++) {
        const draw = seededDraw(seed)
        const { events, docs } = randomWorld(draw, 24)
        const stream = `space:${seed}`
        const ofWorld = events.map((event) => ({ ...event, stream }))
        for (const event of ofWorld) apply(inOrder, [event])
        for (const batch of rebatched(ofWorld, draw)) apply(otherwise, batch)
        const state = one(inOrder, 'SELECT state FROM component_doc WHERE stream = ?', stream) as Uint8Array | null
        const text = docs.map(textOf)
        expect(new Set(text).size, `seed ${seed}: the people see different pages`).toBe(1)
        const doc = new Y.Doc()
        if (state) Y.applyUpdate(doc, state)
        expect(textOf(doc), `seed ${seed}`).toBe(text[0])
        const spans = rows(inOrder, 'SELECT author_id, text FROM page_spans WHERE stream = ? ORDER BY position', stream)
        expect(spans, `seed ${seed}: letters that nobody took out, by who wrote them`).toSatisfy((found) =>
          isSame(lettersBy(found as [string, string][]), lettersOf(ofWorld)),
        )
      }
      expect(projectionDump(otherwise)).toEqual(projectionDump(inOrder))
      inOrder.close()
      otherwise.close()
    },
  )
})

/**
 * What was written and taken out by nobody, by its author: read from the updates alone, without merging them. Who takes out a
 * block takes out all that is in it, also what another one wrote into it meanwhile.
 */
function lettersOf(events: readonly KnownEvent[]): Map<string, string[]> {
  const written = new Map<string, { author: string; letter: string | null; above: string | null }>()
  const gone = new Set<string>()
  for (const event of events) {
    if (event.type !== 'page.update') continue
    const { structs, ds } = Y.decodeUpdate(fromBase64(event.payload.update))
    for (const struct of structs as Y.Item[]) {
      const { id, content, length, parent, origin, rightOrigin } = struct
      for (let at = 0; at < length; at++) {
        const letter = content instanceof Y.ContentString ? content.str[at]! : null
        // beside another one it is where that is
        const beside = at > 0 ? { client: id.client, clock: id.clock + at - 1 } : (origin ?? rightOrigin)
        const above = parent instanceof Y.ID ? `in ${nameOf(parent)}` : beside ? `by ${nameOf(beside)}` : null
        written.set(`${id.client} ${id.clock + at}`, { author: event.actor, letter, above })
      }
    }
    for (const [client, deleted] of ds.clients as Map<number, { clock: number; len: number }[]>) {
      for (const { clock, len } of deleted) for (let at = 0; at < len; at++) gone.add(`${client} ${clock + at}`)
    }
  }
  const isInGone = (key: string): boolean => {
    const above = written.get(key)?.above ?? null
    if (above === null) return false
    const other = above.slice(3)
    return above.startsWith('in ') ? gone.has(other) || isInGone(other) : isInGone(other)
  }
  const letters = new Map<string, string[]>()
  for (const [key, { author, letter }] of written) {
    if (letter === null || gone.has(key) || isInGone(key)) continue
    letters.set(author, [...(letters.get(author) ?? []), letter])
  }
  return letters
}
const nameOf = ({ client, clock }: { client: number; clock: number }): string => `${client} ${clock}`

function lettersBy(spans: readonly [author: string, text: string][]): Map<string, string[]> {
  const letters = new Map<string, string[]>()
  for (const [author, text] of spans) letters.set(author, [...(letters.get(author) ?? []), ...text.split('')])
  return letters
}

function isSame(one: Map<string, string[]>, other: Map<string, string[]>): boolean {
  const sorted = (letters: Map<string, string[]>) =>
    JSON.stringify([...letters].map(([author, each]) => [author, each.toSorted()]).sort())
  return sorted(one) === sorted(other)
}

function apply(store: MemoryStore, events: readonly KnownEvent[]): void {
  const items = events.map((event) => ({ seq: event.id, receivedAt: 2e12, event }))
  const outcome = applyBatch(store, { batchId: 'b', stream: events[0]!.stream, items, after: null, cursor: null })
  expect(outcome).toMatchObject({ type: 'Applied', rejected: [] })
}

/** shuffled, some twice, in batches of any size */
function rebatched(events: readonly KnownEvent[], draw: Draw): KnownEvent[][] {
  const shuffled = [...events, ...events.filter(() => draw(4) === 0)]
  for (let at = shuffled.length - 1; at > 0; at--) {
    const other = draw(at + 1)
    ;[shuffled[at], shuffled[other]] = [shuffled[other]!, shuffled[at]!]
  }
  const batches: KnownEvent[][] = []
  while (shuffled.length > 0) batches.push(shuffled.splice(0, 1 + draw(5)))
  return batches
}

function rows(store: MemoryStore, sql: string, ...values: string[]): unknown[] {
  return store.sql.prepare(sql).rows(...values)
}
const one = (store: MemoryStore, sql: string, ...values: string[]): unknown =>
  (rows(store, sql, ...values)[0] as unknown[])[0]

/** mulberry32 */
function seededDraw(seed: number): Draw {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
