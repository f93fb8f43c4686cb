/**
 * Which items are drawn, [from, to), from where one of them stands and how tall each is.
 *
 * Laws: the viewport and `need` px on both sides of it are covered, as far as there are items; no item is drawn that
 * lies wholly more than `keep` px outside (`need < fill < keep`); planning again with the same sizes gives the same slice.
 * So with the sizes of drawn items measured after each drawing it comes to rest: an end of the slice that lies between
 * `need` and `keep` stays, any other goes to `fill`, and `fill` lies between the two whatever the sizes are. No item can be
 * dropped because another was added.
 *
 * Example: items of 100 px, viewport 300, need 75, fill 120, keep 180; item 10 stands at the top: 8 and 9 are drawn above
 * it (120 px reach into 8), and 13 and 14 below. When the reader has scrolled by 100 px up, 9 stands at the top: 8 still
 * covers need, so nothing changes.
 */
export interface SliceInput {
  readonly count: number
  readonly sizeAt: (index: number) => number
  readonly viewport: number
  /** the item that stands at `top`, px below the viewport's top; `count` for the end of the list */
  readonly at: number
  readonly top: number
  /** what is drawn now, in the indices of now; null draws anew */
  readonly drawn: Slice | null
  /** items that are not drawn are taken for so many times smaller: they were, the last time */
  readonly haste: number
}
export interface Slice {
  readonly from: number
  readonly to: number
}

/** Chosen so that a window of 800 px keeps below 60 one-line messages, and a fast wheel does not outrun what is drawn. */
export function margins(viewport: number): { readonly need: number; readonly fill: number; readonly keep: number } {
  return {
    need: Math.max(150, viewport * 0.25),
    fill: Math.max(240, viewport * 0.4),
    keep: Math.max(360, viewport * 0.6),
  }
}

export function planSlice({ count, sizeAt, viewport, at, top, drawn, haste }: SliceInput): Slice {
  if (count === 0) return { from: 0, to: 0 }
  const { need, fill, keep } = margins(viewport)
  const sizeOf = (index: number): number =>
    drawn && index >= drawn.from && index < drawn.to ? sizeAt(index) : sizeAt(index) / haste
  const above = (margin: number): number => {
    let index = at
    for (let y = top; index > 0 && y > -margin; index--) y -= sizeOf(index - 1)
    return index
  }
  const below = (margin: number): number => {
    let index = at
    for (let y = top; index < count && y < viewport + margin; index++) y += sizeOf(index)
    return index
  }
  const from = drawn && drawn.from <= above(need) && drawn.from >= above(keep) ? drawn.from : above(fill)
  const to = drawn && drawn.to >= below(need) && drawn.to <= below(keep) ? drawn.to : below(fill)
  // the item that the reader is at is always drawn
  return { from: Math.min(from, at, count - 1), to: Math.max(to, Math.min(count, at + 1)) }
}
