import { describe, expect, test, vi } from 'vitest'
import { seededRandom } from '../../../schema/demo/random.ts'
import { newerBoundary, olderBoundary, type OrderKey, type TimelinePlace, type TimelineRow } from './timeline-query.ts'
import { pageSize, TimelineWindow, type WindowSource } from './timeline-window.ts'

const row = (place: number) => ({ id: `m${place}`, order_key: BigInt(place) }) as TimelineRow

/** A room of messages 1…count in a database, and how many live queries are open on it. */
function room(count: number) {
  const rows = Array.from({ length: count }, (_, at) => row(at + 1))
  const open = new Set<string>()
  let failing = false
  const between = (from: OrderKey, to: OrderKey) => rows.filter((each) => each.order_key >= from && each.order_key < to)
  const source = {
    client: {
      query(sql: string, parameters: readonly unknown[] = []) {
        if (failing) return Promise.reject(new Error('no leader'))
        const [, , place, offset] = parameters as [string, string, OrderKey, number]
        const found =
          sql === olderBoundary
            ? between(0n, place)
                .toReversed()
                .slice(offset, offset + 2)
            : sql === newerBoundary
              ? between(place, 2n ** 63n).slice(offset, offset + 1)
              : []
        return Promise.resolve({ columns: [], rows: found.map((each) => [each.order_key]) })
      },
    },
    store: {
      subscribe(query: { parameters: readonly unknown[] }) {
        const key = String(query.parameters)
        open.add(key)
        return () => void open.delete(key)
      },
      preload: () => Promise.resolve(),
      result(query: { parameters: readonly unknown[] }) {
        const [, , from, to] = query.parameters as [string, string, OrderKey, OrderKey]
        return { data: between(from, to), status: 'ready', error: null }
      },
    },
  } as unknown as WindowSource
  const window = new TimelineWindow(source, 'space:s', 'r')
  window.retain()
  const places = () => window.get().rows.map((each) => Number(each.order_key))
  return { window, places, open, fail: (yes: boolean) => void (failing = yes) }
}

test.each(['while it is opened', 'while it is followed', 'after it was opened'])(
  'the first message of a room comes %s: it is there',
  async (when) => {
    let place: TimelinePlace | null = null
    const listeners = new Set<() => void>()
    const ofStretches = new Set<() => void>()
    const asked: (() => void)[] = []
    const isPlace = ({ parameters }: { parameters: readonly unknown[] }) => parameters.length === 2
    const source = {
      client: { query: () => Promise.resolve({ columns: [], rows: [] }) },
      store: {
        subscribe(query: { parameters: readonly unknown[] }, listener: () => void) {
          const told = isPlace(query) ? listeners : ofStretches
          const own = () => listener()
          told.add(own)
          expect(told.size, 'one query is followed by few').toBeLessThan(10)
          return () => void told.delete(own)
        },
        preload: (query: { parameters: readonly unknown[] }) =>
          isPlace(query) ? Promise.resolve() : new Promise<void>((resolve) => asked.push(resolve)),
        result(query: { parameters: readonly unknown[] }) {
          const known = isPlace(query) ? [place].filter((each) => each !== null) : []
          return { data: query.parameters[1] === place?.id ? [row(1)] : known, status: 'ready', error: null }
        },
      },
    } as unknown as WindowSource
    const comes = (id: number) => {
      place = { id, names: 'n' }
      for (const listener of listeners) listener()
    }
    const window = new TimelineWindow(source, 'space:s', 'r')
    window.retain()
    const opening = window.openAtEnd()
    const answered = async (count: number) => {
      await vi.waitFor(() => expect(asked.length).toBeGreaterThanOrEqual(count))
      for (const listener of ofStretches) listener() // a Set that may grow meanwhile, as the store's
      asked.splice(0).forEach((answer) => answer())
    }
    if (when === 'while it is opened') {
      await vi.waitFor(() => expect(asked).toHaveLength(1))
      comes(7)
    }
    await answered(1)
    await opening
    if (when !== 'while it is opened') comes(7)
    if (when === 'while it is followed') {
      await vi.waitFor(() => expect(asked).toHaveLength(1))
      comes(8) // another database meanwhile
    }
    await answered(1)
    await vi.waitFor(() => expect(window.get().rows).toHaveLength(1))
  },
)

const nothing = () => null
const needs = (first: number, last: number) => () => ({ first: BigInt(first), last: BigInt(last) })

describe('a window on a room', () => {
  test('opens at the end, or with a message in the middle', async () => {
    const { window, places } = room(500)
    await window.openAtEnd()
    expect([places()[0], places().at(-1)]).toEqual([500 - pageSize + 1, 500])
    expect(window.get()).toMatchObject({ hasOlder: true, hasNewer: false })
    await window.openAround(200n)
    expect([places()[0], places().at(-1)]).toEqual([200 - pageSize / 2, 200 + pageSize / 2 - 1])
    expect(window.get()).toMatchObject({ hasOlder: true, hasNewer: true })
  })
  test('a failure is told once, however often the reader turns the wheel meanwhile', async () => {
    const { window, fail } = room(500)
    await window.openAtEnd()
    fail(true)
    await expect(window.growOlder(nothing)).rejects.toThrow('no leader')
    for (let turns = 0; turns < 50; turns++) await window.growOlder(nothing)
  })
  test('an opening that fails says so, and leaves what is there: the next one may work', async () => {
    const { window, places, fail } = room(500)
    await window.openAround(200n)
    const before = places()
    fail(true)
    await window.openAtEnd()
    expect(window.get()).toMatchObject({ status: 'error', error: { message: 'no leader' }, hasNewer: true })
    expect(places()).toEqual(before)
    fail(false)
    await window.growNewer(nothing)
    expect(window.get().status).toBe('ready')
    await window.openAtEnd()
    expect(places().at(-1)).toBe(500)
  })
  test('drops what is far when it grows, but nothing that a tall screen of small rows needs', async () => {
    const { window, places } = room(3000)
    await window.openAtEnd()
    for (let grown = 0; grown < 30; grown++) await window.growOlder(needs(3000 - 60 * (grown + 1), 3000))
    expect(places().at(-1), 'the screen shows the end').toBe(3000)
    expect(places()).toHaveLength(31 * pageSize)
    const first = places()[0]!
    await window.growOlder(needs(first, first + 200))
    expect(places().at(-1)).toBeLessThan(3000)
    expect(places().at(-1)).toBeGreaterThanOrEqual(first + 200)
  })
  test('at the end it lets go of a long history once, and not of what the screen needs', async () => {
    const { window, places } = room(3000)
    await window.openAtEnd()
    for (let grown = 0; grown < 6; grown++) await window.growOlder(nothing)
    const before = places().length
    const settle = async (first: number) => {
      window.settleAtEnd(needs(first, 3000))
      await new Promise((resolve) => setTimeout(resolve))
      return places()
    }
    expect(await settle(3000 - before + 1)).toHaveLength(before)
    const settled = await settle(2900)
    expect(settled[0]).toBe(2900)
    // and does not ask for it again and again
    expect(await settle(2900)).toEqual(settled)
  })
  test('whatever is asked of it, the rows are neighbours, what is needed stays, and no query is left open', async () => {
    for (let seed = 1; seed <= 15; seed++) {
      const random = seededRandom(seed)
      const count = random.between(1, 1500)
      const { window, places, open } = room(count)
      await window.openAtEnd()
      for (let step = 0; step < 40; step++) {
        const loaded = places()
        const at = random.between(0, loaded.length - 1)
        const last = Math.min(loaded.length - 1, at + random.between(0, 200))
        const needed = needs(loaded[at]!, loaded[last]!)
        const asked = random.pick(['older', 'older', 'newer', 'settle', 'around', 'end'] as const)
        if (asked === 'older') await window.growOlder(needed)
        else if (asked === 'newer') await window.growNewer(needed)
        else if (asked === 'settle') window.settleAtEnd(needed)
        else if (asked === 'end') await window.openAtEnd()
        else await window.openAround(BigInt(random.between(1, count)))
        await new Promise((resolve) => setTimeout(resolve))
        const now = places()
        const where = `seed ${seed}, step ${step}: ${asked}`
        expect(now, where).toEqual(Array.from({ length: now.length }, (_, index) => now[0]! + index))
        if (asked === 'older' || asked === 'newer')
          expect(now, where).toEqual(expect.arrayContaining(loaded.slice(at, last + 1)))
        expect(window.get().hasNewer || now.at(-1) === count, where).toBe(true)
        expect(window.get().hasOlder || now[0] === 1, where).toBe(true)
        expect(open.size, where).toBeLessThanOrEqual(Math.ceil(now.length / (pageSize / 2)) + 2)
      }
    }
  })
})
