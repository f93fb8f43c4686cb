import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type Range,
} from '@tanstack/virtual-core'
import { margins } from '../plan-slice.ts'
import type { Spot, Start } from '../scroll-core.ts'
import type { Engine, PlacedRow } from './engine.ts'
import type { Row, World } from './world.ts'

/**
 * @tanstack/virtual-core as a chat, in the same model: rows drawn as its React adapter draws them, on elements that are fakes. With
 * exact sizes and our margins in px; `followsByHand`: whoever is at the end is sent there again after every change, as an
 * app would do. For the comparison alone: npm run timeline-model -- --engine tanstack
 */
export class TanstackEngine implements Engine {
  drawingsMax = 0
  readonly #world: World
  readonly #followsByHand: boolean
  readonly #browser = new FakeBrowser()
  readonly #viewport: FakeViewport
  readonly #virtualizer: Virtualizer<Element, Element>
  readonly #elements = new Map<string, FakeRow>()
  #rows: readonly Row[]
  #drawn: readonly { readonly key: string; readonly top: number; readonly row: Row }[] = []
  #due = true
  #awaited: { readonly key: string; readonly spot: Spot } | null = null

  constructor(world: World, start: Start, followsByHand: boolean) {
    this.#world = world
    this.#followsByHand = followsByHand
    this.#rows = world.loaded
    this.#viewport = new FakeViewport(world, this.#browser)
    this.#virtualizer = new Virtualizer(this.#options())
    this.#virtualizer._didMount()
    this.#frame()
    if (!start) this.#virtualizer.scrollToEnd()
    else if ('spot' in start) this.jump(start.key, start.spot)
    else {
      this.jump(start.key, 'upper')
      const offset = this.#virtualizer.getOffsetForIndex(this.#indexOf(start.key), 'start')?.[0] ?? 0
      this.#virtualizer.scrollToOffset(offset - start.top)
    }
    this.#rest()
  }

  changed(): void {
    const atEnd = this.following
    this.#rows = this.#world.loaded
    this.#due = true
    this.#rest()
    const awaited = this.#awaited
    if (awaited && this.#indexOf(awaited.key) >= 0) return this.jump(awaited.key, awaited.spot)
    if (!this.#followsByHand || !atEnd || awaited || this.#world.hasNewer) return
    this.toEnd()
  }
  wheel(by: number): void {
    this.nudge(by)
    this.#rest()
  }
  nudge(by: number): void {
    this.#viewport.scrollTop += by
  }
  jump(key: string, spot: Spot): void {
    const index = this.#indexOf(key)
    this.#awaited = index < 0 ? { key, spot } : null
    if (index < 0) return
    this.#virtualizer.scrollToIndex(index, { align: spot === 'middle' ? 'center' : 'start' })
    this.#rest()
  }
  toEnd(): void {
    this.#virtualizer.scrollToEnd()
    this.#rest()
  }
  rows(): PlacedRow[] {
    return this.#drawn.map(({ key, top, row }) => ({
      key,
      top: top - this.scrollTop,
      bottom: top + this.#world.heightOf(row) - this.scrollTop,
    }))
  }
  get scrollTop(): number {
    return this.#viewport.scrollTop
  }
  get scrollMax(): number {
    return this.#viewport.scrollHeight - this.#world.viewport
  }
  get following(): boolean {
    return this.scrollTop >= this.scrollMax - 2
  }
  wants(): { readonly older: boolean; readonly newer: boolean } {
    const ahead = this.#world.viewport * 1.5
    const { hasOlder, hasNewer } = this.#world
    return { older: hasOlder && this.scrollTop < ahead, newer: hasNewer && this.scrollMax - this.scrollTop < ahead }
  }

  #indexOf(key: string): number {
    return this.#rows.findIndex((row) => row.key === key)
  }

  #options() {
    const rows = this.#rows
    const { top, bottom } = this.#world.padding
    return {
      count: rows.length,
      getItemKey: (index: number) => rows[index]?.key ?? index,
      getScrollElement: () => this.#viewport as unknown as Element,
      estimateSize: () => 56,
      measureElement: (element: Element) => (element as unknown as FakeRow).height,
      rangeExtractor: (range: Range) => this.#withMargins(range),
      anchorTo: 'end' as const,
      followOnAppend: true,
      scrollEndThreshold: 2,
      paddingStart: top,
      paddingEnd: bottom,
      initialRect: { width: 800, height: this.#world.viewport },
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      onChange: () => {
        this.#due = true
      },
    }
  }

  #withMargins({ startIndex, endIndex, count }: Range): number[] {
    const { fill } = margins(this.#world.viewport)
    const sizeAt = (index: number): number => this.#virtualizer?.measurementsCache[index]?.size ?? 56
    let first = startIndex
    let last = endIndex
    for (let y = 0; first > 0 && y < fill; first--) y += sizeAt(first - 1)
    for (let y = 0; last < count - 1 && y < fill; last++) y += sizeAt(last + 1)
    return Array.from({ length: last - first + 1 }, (_, at) => first + at)
  }

  /** What React does, until nothing is due. */
  #draw(): void {
    let drawings = 0
    for (; this.#due && drawings < 60; drawings++) {
      this.#due = false
      this.#virtualizer.setOptions(this.#options())
      const items = this.#virtualizer.getVirtualItems()
      this.#viewport.contentHeight = this.#virtualizer.getTotalSize()
      this.#drawn = items.map(({ key, start, index }) => ({ key: String(key), top: start, row: this.#rows[index]! }))
      const keys = new Set(this.#drawn.map(({ key }) => key))
      for (const [key, element] of this.#elements) {
        if (keys.has(key)) continue
        element.isConnected = false
        this.#elements.delete(key)
      }
      this.#virtualizer.measureElement(null)
      items.forEach(({ index }, at) => {
        const { key, row } = this.#drawn[at]!
        const known = this.#elements.get(key)
        if (known) return void (known.index = index)
        const element = new FakeRow(this.#world, row, index)
        this.#elements.set(key, element)
        this.#virtualizer.measureElement(element as unknown as Element)
      })
      this.#virtualizer._willUpdate()
    }
    this.drawingsMax = Math.max(this.drawingsMax, drawings)
  }

  #frame(): void {
    this.#browser.beginFrame(this.#viewport)
    this.#draw()
    for (let times = 0; times < 10 && this.#browser.observeSizes(); times++) this.#draw()
  }

  #rest(): void {
    for (let frames = 0; frames < 30; frames++) {
      this.#frame()
      if (!this.#due && this.#browser.isIdle(this.#viewport)) return
    }
  }
}

class FakeRow {
  isConnected = true
  seenHeight = -1
  index: number
  readonly #world: World
  readonly #row: Row
  constructor(world: World, row: Row, index: number) {
    this.#world = world
    this.#row = row
    this.index = index
  }
  get height(): number {
    return this.#world.heightOf(this.#row)
  }
  getAttribute(): string {
    return String(this.index)
  }
}

class FakeViewport {
  contentHeight = 0
  seenHeight = -1
  toldScrollTop = 0
  readonly isConnected = true
  readonly clientWidth = 800
  readonly ownerDocument: { readonly defaultView: FakeBrowser }
  readonly listeners = new Set<() => void>()
  readonly #world: World
  #scrollTop = 0
  constructor(world: World, browser: FakeBrowser) {
    this.#world = world
    this.ownerDocument = { defaultView: browser }
  }
  get height(): number {
    return this.#world.viewport
  }
  get clientHeight(): number {
    return this.#world.viewport
  }
  get scrollHeight(): number {
    return Math.max(this.#world.viewport, Math.round(this.contentHeight))
  }
  get scrollTop(): number {
    // clamped at each layout
    return Math.min(this.#scrollTop, this.scrollHeight - this.clientHeight)
  }
  set scrollTop(top: number) {
    const { devicePixels } = this.#world
    const max = this.scrollHeight - this.clientHeight
    this.#scrollTop = Math.max(0, Math.min(max, Math.round(top * devicePixels) / devicePixels))
  }
  scrollTo({ top }: { top: number }): void {
    this.scrollTop = top
  }
  addEventListener(type: string, listener: () => void): void {
    if (type === 'scroll') this.listeners.add(listener)
  }
  removeEventListener(_type: string, listener: () => void): void {
    this.listeners.delete(listener)
  }
}

type Observed = FakeRow | FakeViewport

/** Frames, timers and size observers, moved by the model. */
class FakeBrowser {
  #now = 0
  #frames: (() => void)[] = []
  #timers: { readonly at: number; readonly work: () => void }[] = []
  readonly #observers: { readonly targets: Set<Observed>; readonly tell: (entries: { target: Observed }[]) => void }[] =
    []
  readonly performance = { now: () => this.#now }
  readonly navigator = { userAgent: '', platform: 'Linux', maxTouchPoints: 0 }
  readonly ResizeObserver: new (tell: (entries: { target: Observed }[]) => void) => unknown

  constructor() {
    const observers = this.#observers
    this.ResizeObserver = function observer(tell: (entries: { target: Observed }[]) => void) {
      const targets = new Set<Observed>()
      observers.push({ targets, tell })
      return {
        observe(target: Observed) {
          target.seenHeight = -1
          targets.add(target)
        },
        unobserve: (target: Observed) => void targets.delete(target),
        disconnect: () => targets.clear(),
      }
    } as unknown as typeof this.ResizeObserver
  }

  requestAnimationFrame = (work: () => void): number => this.#frames.push(work)
  cancelAnimationFrame = (): void => {}
  setTimeout = (work: () => void, ms: number) => {
    const timer = { at: this.#now + ms, work }
    this.#timers.push(timer)
    return timer
  }
  clearTimeout = (timer: unknown): void => {
    this.#timers = this.#timers.filter((each) => each !== timer)
  }

  beginFrame(viewport: FakeViewport): void {
    this.#now += 16
    const due = this.#timers.filter((timer) => timer.at <= this.#now)
    this.#timers = this.#timers.filter((timer) => timer.at > this.#now)
    for (const { work } of due) work()
    if (viewport.scrollTop !== viewport.toldScrollTop) {
      viewport.toldScrollTop = viewport.scrollTop
      for (const listener of viewport.listeners) listener()
    }
    const frames = this.#frames
    this.#frames = []
    for (const work of frames) work()
  }
  observeSizes(): boolean {
    let changed = false
    for (const { targets, tell } of this.#observers) {
      const entries = [...targets].filter((target) => target.seenHeight !== target.height).map((target) => ({ target }))
      for (const { target } of entries) target.seenHeight = target.height
      if (entries.length > 0) tell(entries)
      changed ||= entries.length > 0
    }
    return changed
  }
  isIdle(viewport: FakeViewport): boolean {
    return this.#frames.length + this.#timers.length === 0 && viewport.scrollTop === viewport.toldScrollTop
  }
}
