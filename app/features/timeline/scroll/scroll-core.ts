import { planSlice, type Slice } from './plan-slice.ts'
import { RowSizes } from './row-sizes.ts'

/** What there is to show. */
export interface Content {
  /** top to bottom */
  readonly keys: readonly string[]
  readonly index: ReadonlyMap<string, number>
  readonly hasOlder: boolean
  readonly hasNewer: boolean
}

/** What is in the DOM: the items [from, to) in normal flow, between two spacers in place of the others. */
export interface Plan extends Slice {
  readonly above: number
  readonly below: number
  /** the reader is at the very end, and stays there */
  readonly following: boolean
}

/** The DOM, or a model of it. */
export interface Surface {
  measure(): Measured
  /** answers where it really went: a browser clamps and rounds */
  scrollTo(top: number): number
}
export interface Measured {
  readonly viewport: number
  readonly scrollTop: number
  readonly scrollMax: number
  /** of each item in the DOM, and of the spacer behind them: its top, in px below the viewport's top */
  readonly tops: readonly number[]
}

/** An item, and how far its top is below the top of the viewport (px). */
export interface Anchor {
  readonly key: string
  readonly top: number
}

/** An item in view; tops and bottoms in px below the top of the viewport. */
export interface Seen extends Anchor {
  readonly bottom: number
}

/** Where an item is wanted: in the middle, or near the top with some of what is before it. */
export type Spot = 'middle' | 'upper'

type Hold = { readonly kind: 'end' } | Item | Wanted
/** `aimed`: the reader was brought here; else it is the first item in view */
type Item = Anchor & { readonly kind: 'item'; readonly aimed: boolean }
interface Wanted {
  readonly kind: 'wanted'
  readonly key: string
  readonly spot: Spot
}

export type Start = Anchor | { readonly key: string; readonly spot: Spot } | null

const atEnd = { kind: 'end' } as const
const noContent: Content = { keys: [], index: new Map(), hasOlder: false, hasNewer: false }

/**
 * Where the reader is in a timeline, and what is drawn for it: all that decides, without React and without a DOM.
 *
 * Laws (scroll-model.test.ts):
 * - whatever is added, dropped, loaded or resized, the item at the top of the viewport stays where it is, to the pixel; when
 *   it goes away, the next one that was in view does; only a reader at the very end stays at the end instead;
 * - it comes to rest within a few drawings, with the viewport and a margin filled; every item can be reached;
 * - the drawn items are few: those of the viewport and a margin (plan-slice.ts).
 *
 * The hold is the one truth: it changes by the reader's scrolling, by a jump, and where the browser can go no further, never by
 * what is drawn. `scrollTop` follows from it after each drawing, before the browser paints.
 *
 * Chosen by this model (30 November 2026) against @tanstack/virtual-core 3.19.11, which react-virtual 3.14.26 wraps, as a chat
 * (`anchorTo: 'end'`, `followOnAppend`), with exact sizes and the same margins in px: `npm run timeline-model -- --engine
 * tanstack-following --cases 1000 --seed 1`. It kept the laws in 526 of 1,000 histories, and in 468 without the end followed by
 * hand after every change; this core in all. Of the 474 that failed, 164 kept rows drawn far away, 126 moved what was
 * read, 90 did not show the message that was jumped to, 84 left the end (as a smaller window makes it do). Here drawn rows stand
 * in normal flow, so the DOM itself says where they are, and no error of a kept size can move what is read.
 */
export class ScrollCore {
  readonly #sizes: RowSizes
  #content = noContent
  #drawn: Plan = { from: 0, to: 0, above: 0, below: 0, following: true }
  #hold: Hold
  /** a jump to what is not loaded yet */
  #awaited: Wanted | typeof atEnd | null = null
  #brought = true
  /** doubles with every drawing that was too little */
  #haste = 1
  #viewport: number
  #inView: readonly Seen[] = []
  #measured: Measured | null = null
  /** where the viewport was left: elsewhere it is only by the reader's doing */
  #leftAt: number | null = null

  /** `sizes`: what an earlier visit measured */
  constructor(viewport: number, start: Start, sizes = new RowSizes()) {
    this.#viewport = viewport
    this.#sizes = sizes
    this.#hold = !start
      ? atEnd
      : 'spot' in start
        ? { kind: 'wanted', ...start }
        : { kind: 'item', ...start, aimed: true }
  }

  /** What to draw for this content. Changes nothing: a drawing may be thrown away. */
  plan(content: Content): Plan {
    const { keys } = content
    const { hold, at, top } = this.#locate(content)
    const sizeAt = (index: number): number => this.#sizes.of(keys[index]!)
    const drawn = this.#drawnIn(content)
    const { from, to } = planSlice({
      count: keys.length,
      sizeAt,
      viewport: this.#viewport,
      at,
      top,
      drawn,
      haste: this.#haste,
    })
    let above = 0
    let below = 0
    for (let index = 0; index < from; index++) above += sizeAt(index)
    for (let index = to; index < keys.length; index++) below += sizeAt(index)
    return { from, to, above, below, following: hold.kind === 'end' }
  }

  /** This plan for this content is in the DOM now. */
  committed(content: Content, plan: Plan): void {
    this.#hold = this.#locate(content).hold
    if (this.#hold === this.#awaited) this.#awaited = null
    this.#content = content
    this.#drawn = plan
    this.#sizes.keepOnly(content.index)
  }

  /** Measures what is drawn and puts the viewport where the hold wants it. Answers whether another drawing is due. */
  settle(surface: Surface): boolean {
    let measured = surface.measure()
    this.#learn(measured)
    const wanted = this.#wantedScroll(measured)
    if (wanted !== null && Math.abs(wanted - measured.scrollTop) > 0.01) {
      const scrollTop = surface.scrollTo(wanted)
      const moved = scrollTop - measured.scrollTop
      measured = { ...measured, scrollTop, tops: measured.tops.map((top) => top - moved) }
    }
    this.#leftAt = measured.scrollTop
    this.#rest(measured)
    this.#look(measured)
    const due = !samePlan(this.plan(this.#content), this.#drawn)
    this.#haste = due ? this.#haste * 2 : 1
    return due
  }

  /** To be called when the viewport may have been scrolled; answers whether the reader did it. */
  scrolled(surface: Surface): boolean {
    const measured = surface.measure()
    const { scrollTop, scrollMax } = measured
    if (this.#leftAt === null || Math.abs(scrollTop - this.#leftAt) < 0.5) return false
    // not the reader but the browser, because there is less to scroll
    if (this.#leftAt > scrollMax && scrollTop > scrollMax - 1) return false
    // rows may have changed their heights since: what was in view has moved by as much as was scrolled
    const moved = scrollTop - this.#leftAt
    const kept = this.#inView.find(({ top, bottom }) => bottom - moved > 1 && top - moved < measured.viewport - 1)
    const read = this.#read(measured)
    if (read.kind === 'item' && kept) this.#hold = { ...read, key: kept.key, top: kept.top - moved }
    else this.#hold = read
    this.#brought = false
    this.#leftAt = scrollTop
    this.#look(measured)
    return true
  }

  /** Brings an item there, at once or as soon as it is loaded. */
  jump(key: string, spot: Spot): void {
    this.#awaited = { kind: 'wanted', key, spot }
    this.#brought = true
  }

  toEnd(): void {
    this.#awaited = atEnd
    this.#brought = true
  }

  /** What was jumped to, and waited for, does not come. */
  stay(): void {
    this.#awaited = null
  }

  /** More is wanted beyond what is loaded. */
  get wants(): { readonly older: boolean; readonly newer: boolean } {
    if (!this.#measured || this.#awaited) return { older: false, newer: false }
    const { hasOlder, hasNewer } = this.#content
    const { viewport, scrollTop, scrollMax } = this.#measured
    const ahead = viewport * 1.5
    return { older: hasOlder && scrollTop < ahead, newer: hasNewer && scrollMax - scrollTop < ahead }
  }

  /** What must stay loaded: far more than `wants` asks for, so that nothing is dropped only to be asked for again. */
  needed(): { readonly first: string; readonly last: string } | null {
    const { keys } = this.#content
    if (keys.length === 0) return null
    const reach = this.#viewport * 3
    let { from, to } = this.#drawn
    for (let y = 0; from > 0 && y < reach; from--) y += this.#sizes.of(keys[from - 1]!)
    for (let y = 0; to < keys.length && y < reach; to++) y += this.#sizes.of(keys[to]!)
    return { first: keys[from]!, last: keys[Math.max(from, to - 1)]! }
  }

  get following(): boolean {
    return this.#hold.kind === 'end'
  }

  /** The items in view, top to bottom. */
  get inView(): readonly Seen[] {
    return this.#inView
  }

  /** The reader was brought to where the viewport is, and has not scrolled since. */
  get brought(): boolean {
    return this.#brought
  }

  /** Where the reader is; null at the very end. */
  get anchor(): Anchor | null {
    if (this.#hold.kind === 'end') return null
    const { key } = this.#hold
    const top = this.#hold.kind === 'item' ? this.#hold.top : this.#inView.find((each) => each.key === key)?.top
    return top === undefined ? null : { key, top }
  }

  /** The hold in this content, the index of its item (one past the last for the end), and where that item will stand. */
  #locate(content: Content): { hold: Hold; at: number; top: number } {
    const hold = this.#resolved(content)
    const { keys, index } = content
    if (hold.kind === 'end') return { hold, at: keys.length, top: this.#viewport }
    const at = index.get(hold.key)!
    const wanted = wantedTop(hold, this.#viewport, this.#sizes.of(hold.key))
    return { hold, at, top: this.#clamped(keys, at, wanted) }
  }

  /** The hold, in the terms of this content: a jump that can be made now, or the next item where the held one is gone. */
  #resolved(content: Content): Hold {
    const { keys, index, hasNewer } = content
    if (keys.length === 0) return this.#hold
    const awaited = this.#awaited
    if (awaited && (awaited.kind === 'end' ? !hasNewer : index.has(awaited.key))) return awaited
    const hold = this.#hold
    if (hold.kind === 'end') return hasNewer ? (this.#survivor(content) ?? atEndOf(content, this.#viewport)) : hold
    if (index.has(hold.key)) return hold
    return this.#survivor(content) ?? atEndOf(content, this.#viewport)
  }

  /** Of the items that were in view the first that is still there, or the nearest one of before. */
  #survivor(content: Content): Hold | null {
    const { index } = content
    const seen = this.#inView.find((each) => index.has(each.key))
    if (seen) return { kind: 'item', key: seen.key, top: seen.top, aimed: false }
    const before = this.#content.keys
    const first = this.#inView[0]
    const start = this.#content.index.get(first?.key ?? '') ?? -1
    if (start < 0 || !first) return null
    for (let at = start; at < before.length; at++)
      if (index.has(before[at]!)) return { kind: 'item', key: before[at]!, top: Math.max(0, first.top), aimed: false }
    for (let at = start; at >= 0; at--)
      if (index.has(before[at]!)) return { kind: 'item', key: before[at]!, top: Math.max(0, first.top), aimed: false }
    return null
  }

  /** Where an item can stand at most and at least, as the browser scrolls no further than the content. */
  #clamped(keys: readonly string[], at: number, wanted: number): number {
    let top = wanted
    let bottom = top
    for (let index = at; index < keys.length && bottom < this.#viewport; index++) bottom += this.#sizes.of(keys[index]!)
    if (bottom < this.#viewport) top += this.#viewport - bottom
    let first = top
    for (let index = at; index > 0 && first > 0; index--) first -= this.#sizes.of(keys[index - 1]!)
    return first > 0 ? top - first : top
  }

  #drawnIn({ keys, index }: Content): Slice | null {
    const before = this.#content.keys
    const { from, to } = this.#drawn
    const first = index.get(before[from] ?? '')
    const last = index.get(before[to - 1] ?? '')
    if (first === undefined || last === undefined || first > last) return null
    // of a list that ends as it ended, what comes in at the end is not drawn unseen
    return { from: first, to: Math.min(keys.length, last + 1) }
  }

  #learn({ viewport, tops }: Measured): void {
    this.#viewport = viewport
    const { from, to } = this.#drawn
    for (let at = from; at < to; at++) {
      this.#sizes.learn(this.#content.keys[at]!, tops[at - from + 1]! - tops[at - from]!)
    }
    this.#sizes.estimate()
  }

  #wantedScroll({ scrollTop, scrollMax, tops, viewport }: Measured): number | null {
    const hold = this.#hold
    // who came to be at the end by what went is not moved by the part of a pixel that is left
    if (hold.kind === 'end') return scrollMax - scrollTop <= 0.5 ? scrollTop : scrollMax
    const at = this.#content.index.get(hold.key)
    if (at === undefined || at < this.#drawn.from || at >= this.#drawn.to) return null
    const place = at - this.#drawn.from
    const wanted = wantedTop(hold, viewport, tops[place + 1]! - tops[place]!)
    return Math.max(0, Math.min(scrollMax, scrollTop + tops[place]! - wanted))
  }

  /** Takes over where the viewport has come to rest: where it is wanted, or where it can go no further for good. */
  #rest(measured: Measured): void {
    const hold = this.#hold
    const { keys, index, hasOlder, hasNewer } = this.#content
    if (hold.kind === 'end' || keys.length === 0) return
    const { from, to } = this.#drawn
    const { scrollTop, scrollMax, tops, viewport } = measured
    const atTop = from === 0 && !hasOlder && scrollTop <= 0.5
    const atBottom = to === keys.length && !hasNewer && scrollMax - scrollTop <= 0.5
    const place = (index.get(hold.key) ?? -1) - from
    if (place < 0 || place >= to - from) return
    const wanted = wantedTop(hold, viewport, tops[place + 1]! - tops[place]!)
    const reached = Math.abs(tops[place]! - wanted) <= 1
    // what the browser rounds is not taken over, so that it cannot add up; where it stops is, to the pixel
    const stopped = atTop && scrollTop + tops[place]! < wanted
    if (atBottom && (reached || tops[place]! > wanted)) this.#hold = atEnd
    else if (reached || stopped) {
      const inView = tops[place + 1]! > 1 && tops[place]! < viewport - 1
      const first = place === 0 || tops[place]! <= 1
      if (!inView || (!first && !aimed(hold))) this.#hold = this.#firstInView(measured)
      else if (hold.kind === 'wanted' || stopped || Math.abs(tops[place]! - hold.top) > 1)
        this.#hold = { kind: 'item', key: hold.key, top: tops[place]!, aimed: aimed(hold) }
    }
  }

  /** Where the reader has scrolled to, as a hold. */
  #read(measured: Measured): Hold {
    const { scrollTop, scrollMax } = measured
    const { keys, hasNewer } = this.#content
    // browsers round; but of a pixel or two there is a beginning to scroll to as well
    const atBottom = scrollMax - scrollTop <= Math.min(2, scrollMax / 2)
    return keys.length === 0 || (!hasNewer && atBottom) ? atEnd : this.#firstInView(measured)
  }

  /** The first item in view, or one that is not drawn yet. */
  #firstInView({ viewport, tops }: Measured): Hold {
    const { keys } = this.#content
    const { from, to } = this.#drawn
    const item = (at: number, top: number): Hold => ({ kind: 'item', key: keys[at]!, top, aimed: false })
    if (tops[0]! >= viewport && from > 0) {
      let at = from
      let top = tops[0]!
      while (at > 0 && top > 0) top -= this.#sizes.of(keys[--at]!)
      return item(at, top)
    }
    for (let at = from; at < to; at++) if (tops[at - from + 1]! > 1) return item(at, tops[at - from]!)
    let at = to
    let top = tops.at(-1)!
    while (at < keys.length - 1 && top + this.#sizes.of(keys[at]!) <= 1) top += this.#sizes.of(keys[at++]!)
    return at < keys.length ? item(at, top) : item(keys.length - 1, tops.at(-2) ?? 0)
  }

  #look(measured: Measured): void {
    const { tops, viewport } = measured
    const { from, to } = this.#drawn
    const inView: Seen[] = []
    for (let at = from; at < to; at++) {
      const top = tops[at - from]!
      const bottom = tops[at - from + 1]!
      if (bottom > 1 && top < viewport - 1) inView.push({ key: this.#content.keys[at]!, top, bottom })
    }
    this.#inView = inView
    this.#measured = measured
  }
}

function wantedTop(hold: Item | Wanted, viewport: number, size: number): number {
  switch (hold.kind) {
    case 'item':
      // a long message that was folded up stays in view
      return hold.top + size > 1 ? hold.top : 0
    case 'wanted':
      return hold.spot === 'middle' ? Math.max(0, (viewport - size) / 2) : viewport * 0.2
  }
}

function atEndOf({ keys, hasNewer }: Content, viewport: number): Hold {
  return hasNewer ? { kind: 'item', key: keys.at(-1)!, top: viewport * 0.8, aimed: false } : atEnd
}

function aimed(hold: Item | Wanted): boolean {
  return hold.kind === 'wanted' || hold.aimed
}

function samePlan(left: Plan, right: Plan): boolean {
  return (
    left.from === right.from &&
    left.to === right.to &&
    left.following === right.following &&
    Math.abs(left.above - right.above) < 0.5 &&
    Math.abs(left.below - right.below) < 0.5
  )
}
