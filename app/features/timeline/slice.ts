/**
 * Which of the loaded items are in the DOM. All of them are in normal flow, none has a guessed height: what is above and
 * below the slice is simply not there, and scrolling near an edge moves the slice on (use-anchored-scroll.ts keeps the
 * rows that a person sees where they are).
 * A slice names its ends by key, because indices shift when older items arrive. `last: null` follows the end.
 */
export interface Slice {
  readonly first: string | null
  readonly last: string | null
}

export const atEnd: Slice = { first: null, last: null }
/** Enough to fill a screen: the first frame draws no more, the slice grows right after it. */
export const initialItems = 24
const step = 12

/** [from, to) in the items now. An end whose item is gone falls back to a screen's worth beside the other. */
export function resolveSlice(slice: Slice, index: ReadonlyMap<string, number>, count: number): [number, number] {
  const first = slice.first === null ? undefined : index.get(slice.first)
  const last = slice.last === null ? count - 1 : index.get(slice.last)
  if (last === undefined) {
    const from = first ?? Math.max(0, count - initialItems)
    return [from, Math.min(count, from + initialItems)]
  }
  const to = last + 1
  const from = first ?? Math.max(0, to - initialItems)
  return from < to ? [from, to] : [Math.max(0, to - initialItems), to]
}

/** The slice around one item. */
export function sliceAround(keys: readonly string[], at: number): Slice {
  const from = Math.max(0, at - initialItems / 2)
  const to = Math.min(keys.length, at + initialItems / 2)
  return { first: keys[from]!, last: keys[to - 1]! }
}

/** What lies above and below the viewport, in px and in whole items that lie farther away than `keep`. */
export interface Margins {
  readonly above: number
  readonly below: number
  readonly spareAbove: number
  readonly spareBelow: number
}

/** Moves the slice: on where the margin is small, off where there is plenty. The same [from, to) when nothing is due. */
export function moveSlice(
  [from, to]: readonly [number, number],
  count: number,
  margins: Margins,
  limits: { readonly near: number; readonly far: number },
): [number, number] {
  let nextFrom = from
  let nextTo = to
  if (margins.above < limits.near && from > 0) nextFrom = Math.max(0, from - step)
  else if (margins.above > limits.far) nextFrom = from + margins.spareAbove
  if (margins.below < limits.near && to < count) nextTo = Math.min(count, to + step)
  else if (margins.below > limits.far) nextTo = to - margins.spareBelow
  return nextFrom < nextTo ? [nextFrom, nextTo] : [from, to]
}
