import {
  ScrollCore,
  type Content,
  type Measured,
  type Plan,
  type Spot,
  type Start,
  type Surface,
} from '../scroll-core.ts'
import type { Row, World } from './world.ts'

export interface PlacedRow {
  readonly key: string
  readonly top: number
  readonly bottom: number
}

/** What keeps a place in a list, as the model drives it. Each call ends when the browser would paint. */
export interface Engine {
  /** rows came, went, or changed their heights, or the window did */
  changed(): void
  /** the reader moves the viewport by so many px */
  wheel(by: number): void
  /** the reader has scrolled, and nobody was told yet: another change comes first */
  nudge(by: number): void
  jump(key: string, spot: Spot): void
  toEnd(): void
  rows(): readonly PlacedRow[]
  readonly scrollTop: number
  readonly scrollMax: number
  readonly following: boolean
  /** what to load */
  wants(): { readonly older: boolean; readonly newer: boolean }
  /** the most drawings that one change took */
  readonly drawingsMax: number
}

/** The scroll core in a model of a browser: rows in normal flow, one below the other, between two spacers. */
export class CoreEngine implements Engine, Surface {
  readonly core: ScrollCore
  readonly #world: World
  #content: Content = { keys: [], index: new Map(), hasOlder: false, hasNewer: false }
  /** in the DOM */
  #rows: readonly Row[] = []
  #plan: Plan = { from: 0, to: 0, above: 0, below: 0, following: true }
  #scrollTop = 0
  drawingsMax = 0

  constructor(world: World, start: Start) {
    this.#world = world
    this.core = new ScrollCore(world.viewport, start, world.random.chance(0.5) ? world.sizes : undefined)
    this.changed()
  }

  changed(): void {
    const { loaded, hasOlder, hasNewer } = this.#world
    const keys = loaded.map((row) => row.key)
    this.#content = { keys, index: new Map(keys.map((key, at) => [key, at])), hasOlder, hasNewer }
    this.#scrollTop = Math.min(this.#scrollTop, this.scrollMax)
    // a scroll that was not told of yet is not undone by what comes in
    this.core.scrolled(this)
    this.#draw()
  }

  wheel(by: number): void {
    this.scrollTo(this.#scrollTop + by)
    if (this.core.scrolled(this) && this.core.settle(this)) this.#draw()
  }

  nudge(by: number): void {
    this.scrollTo(this.#scrollTop + by)
  }

  jump(key: string, spot: Spot): void {
    this.core.jump(key, spot)
    this.#draw()
  }

  toEnd(): void {
    this.core.toEnd()
    this.#draw()
  }

  #draw(): void {
    let drawings = 0
    do {
      this.#plan = this.core.plan(this.#content)
      this.#rows = this.#world.loaded.slice(this.#plan.from, this.#plan.to)
      this.#scrollTop = Math.min(this.#scrollTop, this.scrollMax)
      this.core.committed(this.#content, this.#plan)
      drawings++
    } while (this.core.settle(this) && drawings < 50)
    this.drawingsMax = Math.max(this.drawingsMax, drawings)
  }

  #layout = { plan: this.#plan, version: -1, tops: [0], height: 0 }
  /** of each row in the DOM and of the spacer behind them, from the top of the content; and how tall that is */
  get #laidOut(): { readonly tops: readonly number[]; readonly height: number } {
    const { version } = this.#world
    if (this.#layout.plan === this.#plan && this.#layout.version === version) return this.#layout
    const { above, below } = this.#plan
    const { top, bottom } = this.#world.padding
    let y = top + above
    const tops = [y]
    for (const row of this.#rows) tops.push((y += this.#world.heightOf(row)))
    let height = y + below + bottom
    // a short room sits at the bottom
    const spare = this.#world.viewport - height
    if (spare > 0) {
      for (let at = 0; at < tops.length; at++) tops[at]! += spare
      height += spare
    }
    this.#layout = { plan: this.#plan, version, tops, height }
    return this.#layout
  }
  get scrollMax(): number {
    return Math.max(0, Math.round(this.#laidOut.height - this.#world.viewport))
  }
  get scrollTop(): number {
    return this.#scrollTop
  }
  scrollTo(top: number): number {
    const { devicePixels } = this.#world
    this.#scrollTop = Math.max(0, Math.min(this.scrollMax, Math.round(top * devicePixels) / devicePixels))
    return this.#scrollTop
  }
  measure(): Measured {
    const tops = this.#laidOut.tops.map((top) => top - this.#scrollTop)
    return { viewport: this.#world.viewport, scrollTop: this.#scrollTop, scrollMax: this.scrollMax, tops }
  }
  rows(): PlacedRow[] {
    const { tops } = this.#laidOut
    return this.#rows.map(({ key }, at) => ({
      key,
      top: tops[at]! - this.#scrollTop,
      bottom: tops[at + 1]! - this.#scrollTop,
    }))
  }
  get following(): boolean {
    return this.core.following
  }
  wants(): { readonly older: boolean; readonly newer: boolean } {
    return this.core.wants
  }
}
