import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { margins, planSlice, type Slice } from './plan-slice.ts'

const plan = (sizes: readonly number[], viewport: number, at: number, top: number, drawn: Slice | null = null) =>
  planSlice({ count: sizes.length, sizeAt: (index) => sizes[index]!, viewport, at, top, drawn, haste: 1 })

/** Example: 100 px each, 300 px of viewport: need 150, fill 240, keep 360. */
const even = Array.from({ length: 40 }, () => 100)

describe('planSlice', () => {
  test('draws the viewport and a margin', () => {
    expect(plan(even, 300, 10, 0)).toEqual({ from: 7, to: 16 })
  })
  test('a slice that covers enough stays, also when it covers more than it would anew', () => {
    expect(plan(even, 300, 9, 0, { from: 7, to: 16 })).toEqual({ from: 7, to: 16 })
  })
  test('what lies too far away goes, what is near comes', () => {
    expect(plan(even, 300, 14, 0, { from: 7, to: 16 })).toEqual({ from: 11, to: 20 })
  })
  test('at the end it fills the viewport whatever its height', () => {
    for (const viewport of [300, 2000, 3900]) {
      const { from, to } = plan(even, viewport, 40, viewport)
      expect(to).toBe(40)
      expect((to - from) * 100).toBeGreaterThanOrEqual(Math.min(4000, viewport + margins(viewport).need))
    }
  })
  test('an item that is taller than everything is drawn once and not dropped for being far away', () => {
    const sizes = [30, 30, 5000, 30, 30, 30]
    const first = plan(sizes, 300, 3, 0)
    expect(first.from).toBe(2)
    expect(plan(sizes, 300, 3, 0, first)).toEqual(first)
  })
  test('no items', () => {
    expect(plan([], 300, 0, 300)).toEqual({ from: 0, to: 0 })
  })

  const world = fc.record({
    sizes: fc.array(fc.oneof(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 6000 })), {
      minLength: 1,
      maxLength: 120,
    }),
    viewport: fc.integer({ min: 100, max: 4000 }),
    at: fc.nat(),
    top: fc.integer({ min: -5000, max: 4000 }),
    drawn: fc.option(fc.tuple(fc.nat(), fc.nat())),
  })
  const given = ({ sizes, at, drawn }: { sizes: number[]; at: number; drawn: [number, number] | null }) => {
    const from = drawn && drawn[0] % sizes.length
    const to = drawn && Math.min(sizes.length, from! + 1 + (drawn[1] % 40))
    return { index: at % (sizes.length + 1), slice: drawn && { from: from!, to: to! } }
  }
  test('planning again changes nothing, wherever it began', () => {
    fc.assert(
      fc.property(world, ({ sizes, viewport, at, top, drawn }) => {
        const { index, slice } = given({ sizes, at, drawn })
        const once = plan(sizes, viewport, index, top, slice)
        expect(plan(sizes, viewport, index, top, once)).toEqual(once)
      }),
      { seed: 4711, numRuns: 2000 },
    )
  })
  test('it lies within the items, is not empty, and holds the item that the reader is at', () => {
    fc.assert(
      fc.property(world, ({ sizes, viewport, at, top, drawn }) => {
        const { index, slice } = given({ sizes, at, drawn })
        const { from, to } = plan(sizes, viewport, index, top, slice)
        expect(from).toBeGreaterThanOrEqual(0)
        expect(to).toBeLessThanOrEqual(sizes.length)
        expect(from).toBeLessThan(to)
        if (index < sizes.length) expect(from <= index && index < to).toBe(true)
      }),
      { seed: 4711, numRuns: 2000 },
    )
  })
})
