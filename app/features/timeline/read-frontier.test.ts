import { describe, expect, test } from 'vitest'
import { ReadFrontier } from './read-frontier.ts'
import type { OrderKey, TimelineRow } from './timeline-query.ts'

const row = (place: number, author = 'ann', deleted = 0) =>
  ({ id: `m${place}`, order_key: BigInt(place), author_id: author, deleted }) as TimelineRow
const rows = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => row(from + at))

/** A room of messages `from`…`to`, read up to `upTo`; `see` says what is on screen by place, and answers how far it is read. */
function reader(upTo: number, loaded = rows(1, 20), hasOlder = false) {
  const frontier = new ReadFrontier(BigInt(upTo))
  const at = (place: number) => loaded.findIndex((each) => each.order_key === BigInt(place))
  return {
    frontier,
    unread: () => frontier.count(loaded, 'me', 0, loaded.length),
    see(first: number, last: number, brought = false): OrderKey {
      frontier.see(loaded, 'me', hasOlder, { first: at(first), last: at(last) }, brought)
      return frontier.upTo
    },
  }
}

describe('what was on screen is read', () => {
  test('opening a room reads no more than its screen shows', () => {
    expect(reader(3).see(3, 7, true)).toBe(7n)
  })
  test('a jump to the end leaves what lies between unread', () => {
    const { see, unread } = reader(3)
    expect(see(16, 20, true)).toBe(3n)
    expect(unread()).toBe(12)
  })
  test('what was seen beyond is read too, once the gap is closed', () => {
    const { see } = reader(3)
    see(16, 20, true)
    expect(see(4, 9, true)).toBe(9n)
    expect(see(8, 15)).toBe(20n)
  })
  test('scrolling past, a screenful at a time, leaves no holes, down and up', () => {
    const down = reader(0)
    down.see(1, 4, true)
    expect(down.see(8, 11)).toBe(11n)
    expect(down.see(15, 18)).toBe(18n)
    const up = reader(3)
    up.see(17, 20, true)
    up.see(11, 14)
    up.see(6, 9)
    expect(up.see(2, 5)).toBe(20n)
  })
  test('dragging the scrollbar past a hundred messages is no reading', () => {
    const { see } = reader(0, rows(1, 200))
    see(1, 5, true)
    expect(see(150, 155)).toBe(5n)
  })
  test('of a message that is taller than the screen, its end counts', () => {
    const { see, frontier } = reader(3)
    expect(frontier.upTo).toBe(3n)
    expect(see(4, 4)).toBe(4n)
  })
})

describe('what is not loaded', () => {
  test('unread messages above the loaded ones keep it where it is', () => {
    const { see } = reader(3, rows(100, 160), true)
    expect(see(150, 160, true)).toBe(3n)
  })
  test('… unless it is known that there are none', () => {
    const loaded = rows(100, 160)
    const frontier = new ReadFrontier(3n, 120n)
    frontier.see(loaded, 'me', true, { first: 20, last: 30 }, true)
    expect(frontier.upTo).toBe(130n)
  })
})

describe('others', () => {
  test('a mark from another tab counts, and never goes back', () => {
    const { see, frontier } = reader(3)
    frontier.raise(12n)
    expect(see(13, 15)).toBe(15n)
    frontier.raise(4n)
    expect(frontier.upTo).toBe(15n)
  })
  test('my own and deleted messages are no gap', () => {
    const loaded = [row(1), row(2, 'me'), row(3, 'ann', 1), row(4), row(5)]
    expect(reader(1, loaded).see(4, 5, true)).toBe(5n)
  })
  test('arrivals below the screen stay unread while it stays', () => {
    const frontier = new ReadFrontier(10n)
    frontier.see(rows(1, 10), 'me', false, { first: 2, last: 6 }, false)
    const more = rows(1, 14)
    frontier.see(more, 'me', false, { first: 2, last: 6 }, false)
    expect(frontier.upTo).toBe(10n)
    expect(frontier.count(more, 'me', 7, 14)).toBe(4)
    frontier.see(more, 'me', false, { first: 6, last: 13 }, false)
    expect(frontier.upTo).toBe(14n)
  })
  test('what came while nobody looked follows from nothing', () => {
    const loaded = rows(1, 20)
    const frontier = new ReadFrontier(4n)
    frontier.see(loaded, 'me', false, { first: 0, last: 3 }, false)
    frontier.lookAway()
    frontier.see(loaded, 'me', false, { first: 6, last: 9 }, false)
    expect(frontier.upTo).toBe(4n)
  })
})
