import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../../schema/demo/random.ts'
import { CoreEngine } from './model/engine.ts'
import { World } from './model/world.ts'
import { nextBelow } from './next-below.ts'

interface Item {
  readonly key: string
  readonly height: number
  readonly separates?: boolean
}
interface Message extends Item {
  readonly separates?: false
}
const isMessage = (item: Item): item is Message => item.separates !== true

const items: readonly Item[] = [
  { key: 'beginning', height: 90, separates: true },
  { key: 'date', height: 40, separates: true },
  { key: 'a', height: 26 },
  { key: 'b', height: 300 },
  { key: 'date 2', height: 40, separates: true },
  { key: 'new', height: 28, separates: true },
  { key: 'c', height: 26 },
  { key: 'date 3', height: 40, separates: true },
]
const heightOf = (key: string) => items.find((item) => item.key === key)!.height
const below = (key: string, top: number) => {
  const found = nextBelow(items, { key, top }, isMessage, heightOf)
  return found && [found.item.key, found.top]
}

describe('the message that a place is kept by', () => {
  it('is the item itself where that is a message, wherever it stands', () => {
    expect(below('a', 0)).toEqual(['a', 0])
    expect(below('b', -250)).toEqual(['b', -250])
  })
  it('is the one below a separator, by as much further down as the separator is tall', () => {
    expect(below('date', -15)).toEqual(['a', 25])
    expect(below('new', 0)).toEqual(['c', 28])
  })
  it('is the one below several separators, by as much as all of them are tall', () => {
    expect(below('beginning', -80)).toEqual(['a', 50])
    expect(below('date 2', -39)).toEqual(['c', 29])
  })
  it('is none below the last message, and none for what is not there', () => {
    expect(below('date 3', 0)).toBeNull()
    expect(below('gone', 0)).toBeNull()
  })
})

it.each([1, 2, 3, 4, 5, 6, 7, 8])('a room that is opened at a kept place stands as it was left, seed %i', (seed) => {
  const random = seededRandom(seed)
  const drawn: Item[] = Array.from({ length: 80 }, (_, at) =>
    random.chance(0.3) && at < 79
      ? { key: `line ${at}`, height: random.between(20, 80), separates: true }
      : { key: `m${at}`, height: random.between(20, 320) },
  )
  const world = new World(seededRandom(seed))
  world.viewport = 600
  world.rows.splice(0, Infinity, ...drawn.map(({ key, height }) => ({ key, height })))
  world.high = drawn.length
  const at = random.between(20, 40)
  const left = new CoreEngine(world, { key: drawn[at]!.key, top: -random.between(0, drawn[at]!.height - 2) })
  const stood = left.rows().find(({ key }) => key === drawn[at]!.key)!
  const sizes = new Map(drawn.map(({ key, height }) => [key, height]))
  const place = nextBelow(drawn, stood, isMessage, (key) => sizes.get(key)!)!
  expect(isMessage(place.item)).toBe(true)
  const opened = new CoreEngine(world, { key: place.item.key, top: place.top })
  // a browser rounds where it scrolls to
  expect(Math.abs(opened.rows().find(({ key }) => key === stood.key)!.top - stood.top)).toBeLessThan(1)
})
