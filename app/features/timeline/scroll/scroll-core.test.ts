/* Histories that broke a law once, at their shortest. */

import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../../schema/demo/random.ts'
import { CoreEngine } from './model/engine.ts'
import { World } from './model/world.ts'

describe('a row that could not stand where it was wanted', () => {
  it('stays where the beginning stopped it, though that was off by a pixel only', () => {
    for (const off of [0.3, 1, 40]) {
      const world = worldOf(Array.from({ length: 60 }, () => 30))
      const engine = new CoreEngine(world, { key: 'm5', top: 158 + off })
      expect(topOf(engine, 'm5')).toBe(158)
      world.rows[0]!.height += 200
      changed(world, engine)
      expect(topOf(engine, 'm5')).toBe(158)
    }
  })
})

describe('a reader at the beginning of a room that overflows by two pixels', () => {
  it.each([16, 17, 300])('stays there when %i px come in above', (height) => {
    const world = worldOf([...Array.from({ length: 20 }, () => 20), 19])
    world.viewport = 441
    const engine = new CoreEngine(world, null)
    expect(engine.scrollMax).toBe(2)
    engine.wheel(-120)
    const top = topOf(engine, 'm0')
    world.rows.unshift({ key: 'new', height })
    world.high++
    changed(world, engine)
    expect(topOf(engine, 'm0')).toBe(top)
    expect(engine.following).toBe(false)
  })
})

describe('a scroll of which the browser left no trace', () => {
  it('does not end the aim at what was jumped to', () => {
    const world = worldOf(Array.from({ length: 180 }, () => 30))
    world.viewport = 400
    world.low = 60
    world.high = 120
    const engine = new CoreEngine(world, null)
    engine.jump('m90', 'upper')
    const top = topOf(engine, 'm90')
    engine.nudge(40)
    world.viewport = 2700
    changed(world, engine)
    expect(engine.scrollMax).toBe(0)
    world.growOlder()
    world.growNewer()
    changed(world, engine)
    expect(topOf(engine, 'm90')).toBe(top)
    world.zoom = 2
    changed(world, engine)
    expect(topOf(engine, 'm90')).toBe(top)
  })
})

describe('a jump to what cannot be loaded', () => {
  it.each(['End', 'a message'])('is given up, and the reader goes on from where they were: %s', (what) => {
    const world = worldOf(Array.from({ length: 180 }, () => 30))
    world.low = 60
    world.high = 120
    const engine = new CoreEngine(world, { key: 'm90', top: 0 })
    if (what === 'End') engine.toEnd()
    else engine.jump('m170', 'middle')
    engine.wheel(900)
    expect(engine.wants(), 'what is jumped to replaces what is loaded').toEqual({ older: false, newer: false })
    engine.core.stay()
    expect(engine.wants()).toEqual({ older: false, newer: true })
    const [first] = engine.rows().filter(({ top }) => top >= 0)
    world.growNewer()
    changed(world, engine)
    expect(topOf(engine, first!.key)).toBe(first!.top)
  })
})

describe('a reader whom the end meets, as rows behind go', () => {
  it.each([1, 2, 3])('is not moved by what is left of a pixel, with %i of the screen’s to one', (devicePixels) => {
    const world = Object.assign(worldOf(Array.from({ length: 60 }, () => 30)), { viewport: 466, devicePixels })
    const engine = new CoreEngine(world, { key: 'm5', top: 1 / devicePixels })
    const top = topOf(engine, 'm5')
    world.remove(20, 40)
    changed(world, engine)
    expect(engine.scrollMax - engine.scrollTop).toBeLessThanOrEqual(1)
    expect(topOf(engine, 'm5')).toBe(top)
    world.arrive(3)
    changed(world, engine)
    expect(engine.scrollMax - engine.scrollTop <= 0.5).toBe(engine.following)
  })
})

function worldOf(heights: readonly number[]): World {
  const world = new World(seededRandom(1))
  world.viewport = 600
  world.rows.splice(0, Infinity, ...heights.map((height, at) => ({ key: `m${at}`, height })))
  world.high = heights.length
  return world
}

function changed(world: World, engine: CoreEngine): void {
  world.version++
  engine.changed()
}

function topOf(engine: CoreEngine, key: string): number | undefined {
  return engine.rows().find((row) => row.key === key)?.top
}
