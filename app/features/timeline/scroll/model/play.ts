import { seededRandom } from '../../../../../schema/demo/random.ts'
import { CoreEngine, type Engine, type PlacedRow } from './engine.ts'
import type { Start } from '../scroll-core.ts'
import { page, World } from './world.ts'

/** A broken law, with what was done until then. */
export class BrokenLaw extends Error {}

export interface Played {
  readonly drawingsMax: number
  readonly rowsMax: number
  readonly scrolls: number
}

const laws = { drawings: 10, loads: 60 }

export type MakeEngine = (world: World, start: Start) => Engine

/** One random history of a timeline under a reader's hands; throws at the first law that breaks. */
export function play(seed: number, make: MakeEngine = (world, start) => new CoreEngine(world, start)): Played {
  return new Game(seed, make).play()
}

class Game {
  readonly #random
  readonly #world: World
  readonly #make: MakeEngine
  #engine!: Engine
  readonly #done: string[] = []
  #rowsMax = 0
  #scrolls = 0
  #drawingsMax = 0
  /** what was jumped to stays where it is, until the reader scrolls */
  #target: string | null = null
  #zoomed = false

  constructor(seed: number, make: MakeEngine) {
    this.#random = seededRandom(seed)
    this.#world = new World(this.#random)
    this.#make = make
  }

  play(): Played {
    const random = this.#random
    this.#open()
    const steps = random.between(5, 25)
    for (let step = 0; step < steps; step++) this.#step()
    if (random.chance(0.15)) this.#reachAll()
    return {
      drawingsMax: Math.max(this.#drawingsMax, this.#engine.drawingsMax),
      rowsMax: this.#rowsMax,
      scrolls: this.#scrolls,
    }
  }

  /** a visit: at the end, at a message, or where the reader was */
  #open(): void {
    const { rows } = this.#world
    const random = this.#random
    if (this.#engine) this.#drawingsMax = Math.max(this.#drawingsMax, this.#engine.drawingsMax)
    this.#target = null
    if (rows.length === 0 || random.chance(0.4)) {
      this.#world.openAtEnd()
      this.#do('open at the end', () => (this.#engine = this.#make(this.#world, null)))
    } else {
      const at = random.between(0, rows.length - 1)
      this.#world.openAround(at)
      const { key, height } = rows[at]!
      this.#target = key
      const top = random.between(16 - Math.min(200, height), this.#world.viewport - 20)
      const start = random.chance(0.5) ? { key, top } : { key, spot: random.pick(['middle', 'upper'] as const) }
      this.#do(`open at ${key} ${JSON.stringify(start)}`, () => (this.#engine = this.#make(this.#world, start)))
      this.#load()
      if (!this.#engine.rows().some((row) => row.key === key && this.#isInView(row)))
        this.#fail(`${key} is not in view`)
    }
    this.#load()
  }

  #step(): void {
    const random = this.#random
    const world = this.#world
    const some = (): number => random.between(0, Math.max(0, world.rows.length - 1))
    switch (random.pick(actions)) {
      case 'wheel':
        return this.#wheel(random.pick([-40, 40, -120, 120, -700, 900, -3000, 3000, 1, -1]))
      case 'storm':
        for (let left = random.between(3, 30); left > 0; left--)
          this.#wheel((random.chance(0.6) ? -1 : 1) * random.pick([7, 40, 120, 400, 1500, 9000]))
        return
      case 'arrive': {
        const count = random.pick([1, 1, 1, 2, 10, 200])
        return this.#change(`${count} arrive`, () => world.arrive(count))
      }
      case 'insert': {
        const at = some()
        const count = random.pick([1, 3, 80])
        return this.#change(`${count} come in at ${at}`, () => world.insert(at, count))
      }
      case 'remove': {
        const at = some()
        const count = random.pick([1, 1, 3, 20, 100])
        return this.#change(`${count} go at ${at}`, () => world.remove(at, count))
      }
      case 'removeInView': {
        const seen = this.#inView()
        if (seen.length === 0) return
        const chosen = random.pick(seen).key
        const at = world.rows.findIndex((row) => row.key === chosen)
        const count = random.pick([1, 1, 2, seen.length])
        return this.#change(`${count} in view go at ${at}`, () => world.remove(at, count))
      }
      case 'late': {
        const drawn = this.#engine.rows().map((row) => row.key)
        const late = random.sample(
          world.rows.filter((row) => drawn.includes(row.key)),
          random.between(1, 4),
        )
        return this.#change(`${late.map((row) => row.key).join(' ')} change height`, () => {
          for (const row of late) world.resizeRow(row)
        })
      }
      case 'window': {
        const height = random.between(300, 4000)
        return this.#change(`the window is ${height} px`, () => void (world.viewport = height))
      }
      case 'zoom': {
        const zoom = random.pick([0.5, 0.8, 1, 1.1, 1.25, 1.5, 2])
        this.#zoomed = true
        return this.#change(`zoom ${zoom}`, () => void (world.zoom = zoom))
      }
      case 'jump': {
        if (world.rows.length === 0) return
        const { key } = world.rows[some()]!
        const spot = random.pick(['middle', 'upper'] as const)
        return this.#jump(key, spot)
      }
      case 'end':
        return this.#toEnd()
      case 'reopen':
        return this.#open()
    }
  }

  #wheel(by: number): void {
    const before = this.#inView()
    const from = this.#engine.scrollTop
    this.#do(`wheel ${by}`, () => this.#engine.wheel(by))
    if (this.#engine.scrollTop !== from) this.#target = null
    this.#scrolls++
    // a row that is in view before and after has moved as one does under a wheel
    const after = new Map(this.#inView().map((row) => [row.key, row.top]))
    for (const row of before) {
      const top = after.get(row.key)
      if (top === undefined) continue
      const moved = row.top - top
      const wrongWay = by > 0 ? moved < -1 : moved > 1
      // the scrollbar says only about where the end is, as long as what is before it was never drawn
      const tooFar = Math.abs(moved) > Math.abs(by) + 1 && !this.#engine.following
      if (wrongWay || tooFar) this.#fail(`${row.key} moved by ${-moved}`)
      break
    }
    this.#load()
  }

  #change(what: string, change: () => void): void {
    if (!this.#engine.following && this.#random.chance(0.2)) return this.#changeUnderWheel(what, change)
    const before = this.#inView()
    const { following } = this.#engine
    this.#apply(what, change)
    this.#held(before, following)
    this.#load()
    // out of view it is not minded any more
    if (!this.#inView().some((row) => row.key === this.#target)) this.#target = null
  }

  /** The reader scrolls in the frame of the change, which comes first. */
  #changeUnderWheel(what: string, change: () => void): void {
    const before = this.#inView()
    const by = this.#random.pick([-400, -40, 40, 400])
    this.#done.push(`wheel ${by}, and at once:`)
    const from = this.#engine.scrollTop
    this.#engine.nudge(by)
    const shown = this.#inView()
    const toEnd = this.#engine.scrollTop >= this.#engine.scrollMax - 3
    const target = this.#target
    if (this.#engine.scrollTop !== from) this.#target = null
    const cut = this.#apply(what, change, from)
    const { scrollTop, scrollMax } = this.#engine
    if (cut) {
      // and where nothing is left to scroll, it leaves no trace: the reader is where the jump led
      if (scrollMax === 0) this.#target = target
      // what the browser has cut short does not look like scrolling: the reader goes on, to be seen
      this.#wheel(-1)
      if (this.#engine.scrollTop === scrollTop) this.#wheel(1)
    } else if (!toEnd && scrollTop > 0.5 && scrollTop < scrollMax - 2 && this.#broken(shown, false, 2)) {
      // the first row that is in view is held, or the first that was before
      const kept = before.flatMap(({ key }) => shown.filter((row) => row.key === key))
      this.#held(kept, false, 2)
    }
    this.#load()
    if (!this.#inView().some((row) => row.key === this.#target)) this.#target = null
  }

  /** Answers whether there is less to scroll now than was scrolled, or than `from`. */
  #apply(what: string, change: () => void, from = 0): boolean {
    let cut = false
    this.#do(what, () => {
      change()
      this.#world.version++
      cut = Math.max(from, this.#engine.scrollTop) > this.#engine.scrollMax
      this.#engine.changed()
    })
    return cut
  }

  #jump(key: string, spot: 'middle' | 'upper'): void {
    const world = this.#world
    this.#target = key
    this.#do(`jump to ${key}`, () => {
      this.#engine.jump(key, spot)
      const at = world.rows.findIndex((row) => row.key === key)
      if (at < world.low || at >= world.high) {
        world.openAround(at)
        this.#engine.changed()
      }
    })
    this.#load()
    if (!this.#inView().some((row) => row.key === key)) this.#fail(`${key} is not in view`)
  }

  /** What is near is loaded, and the rows in view stay meanwhile. */
  #load(): void {
    for (let loads = 0; ; loads++) {
      const { older, newer } = this.#engine.wants()
      if (!older && !newer) return
      if (loads > laws.loads) this.#fail('it loads without an end')
      const before = this.#inView()
      const following = this.#engine.following
      const settled = this.#physical()
      this.#do(older ? 'older come' : 'newer come', () => {
        if (older) this.#world.growOlder()
        else this.#world.growNewer()
        this.#engine.changed()
      })
      // what had to stand elsewhere for want of rows goes to its place
      if (settled) this.#held(before, following)
    }
  }

  /** the viewport is not held up by an end of what is loaded */
  #physical(): boolean {
    const { scrollTop, scrollMax } = this.#engine
    return !(scrollTop <= 1 && this.#world.hasOlder) && !(scrollTop >= scrollMax - 1 && this.#world.hasNewer)
  }

  #held(before: readonly PlacedRow[], following: boolean, roundings = 1): void {
    const broken = this.#broken(before, following, roundings)
    if (broken) this.#fail(broken)
  }

  /** The first row that was in view and is still there has not moved; at the end, the end has not. Says what is not so. */
  #broken(before: readonly PlacedRow[], following: boolean, roundings = 1): string | null {
    if (following && !this.#world.hasNewer) {
      return this.#atEnd() ? null : `it left the end: ${this.#engine.scrollTop} of ${this.#engine.scrollMax}`
    }
    const { loaded } = this.#world
    const isLoaded = (key: string): boolean => loaded.some((row) => row.key === key)
    const inView = before.filter((row) => row.top < this.#world.viewport - 1)
    const kept =
      inView.find((row) => row.key === this.#target && isLoaded(row.key)) ?? inView.find((row) => isLoaded(row.key))
    if (!kept) return null
    const now = this.#engine.rows().find((row) => row.key === kept.key)
    const { scrollTop, scrollMax } = this.#engine
    if (!now) return `${kept.key} was in view and is not drawn`
    // one that was folded up stays in view
    const bottom = kept.top + now.bottom - now.top
    if (Math.abs(bottom - 1) < 2) return null
    const moved = now.top - (bottom > 1 ? kept.top : 0)
    // the browser scrolls no further than the content
    if ((moved < 0 && scrollTop <= 0.5) || (moved > 0 && scrollTop >= scrollMax - 1)) return null
    // exact where rows and device pixels are whole; else the browser rounds what it scrolls, and how far it can
    const { devicePixels } = this.#world
    const exact = !this.#zoomed && Number.isInteger(devicePixels)
    return Math.abs(moved) > (exact ? 0.001 : roundings) ? `${kept.key} moved by ${moved}` : null
  }

  /** every row, by scrolling alone */
  #reachAll(): void {
    const world = this.#world
    const seen = new Set<string>()
    const look = (): void => {
      for (const row of this.#inView()) seen.add(row.key)
    }
    const step = Math.max(40, Math.floor(world.viewport * 0.8))
    const total = world.rows.reduce((sum, row) => sum + world.heightOf(row), 0)
    const stepsMax = Math.ceil(total / step) * 1.2 + 20
    this.#toEnd()
    look()
    let steps = 0
    for (; !(this.#engine.scrollTop <= 0.5 && !world.hasOlder); steps++) {
      if (steps > stepsMax) this.#fail(`not at the beginning after ${steps} steps`)
      this.#wheel(-step)
      look()
    }
    const missed = world.rows.filter((row) => !seen.has(row.key))
    if (missed.length > 0)
      this.#fail(
        `never seen: ${missed
          .slice(0, 5)
          .map((row) => row.key)
          .join(' ')}`,
      )
    for (steps = 0; !this.#atEnd(); steps++) {
      if (steps > stepsMax) this.#fail(`not at the end after ${steps} steps`)
      this.#wheel(step)
    }
  }

  #toEnd(): void {
    const world = this.#world
    this.#target = null
    this.#do('to the end', () => {
      this.#engine.toEnd()
      if (!world.hasNewer) return
      world.openAtEnd()
      this.#engine.changed()
    })
    this.#load()
    if (!this.#atEnd()) this.#fail('not at the end')
  }

  #do(what: string, act: () => unknown): void {
    this.#done.push(what)
    act()
    this.#checkDrawn()
  }

  /** What is drawn fills the viewport, is little, and came to rest. */
  #checkDrawn(): void {
    const engine = this.#engine
    const { viewport, loaded } = this.#world
    const rows = engine.rows()
    this.#rowsMax = Math.max(this.#rowsMax, rows.length)
    if (engine.drawingsMax > laws.drawings) this.#fail(`${engine.drawingsMax} drawings`)
    if (loaded.length === 0) return
    if (rows.length === 0) return this.#fail('nothing is drawn')
    const first = rows[0]!
    const last = rows.at(-1)!
    const margin = Math.min(100, viewport * 0.2)
    if (first.key !== loaded[0]!.key && first.top > -margin) this.#fail(`the first drawn row is at ${first.top}`)
    if (last.key !== loaded.at(-1)!.key && last.bottom < viewport + margin)
      this.#fail(`the last drawn row ends at ${last.bottom} of ${viewport}`)
    // whole rows beyond a generous margin
    const far = rows.filter((row) => row.bottom < -viewport - 400 || row.top > viewport * 2 + 400)
    if (far.length > 1) this.#fail(`${far.length} rows are drawn far away`)
    if (viewport <= 800 && loaded.every((row) => this.#world.heightOf(row) >= 26) && rows.length > 70)
      this.#fail(`${rows.length} rows`)
  }

  #inView(): PlacedRow[] {
    return this.#engine.rows().filter((row) => this.#isInView(row))
  }
  #isInView(row: PlacedRow): boolean {
    return row.bottom > 1 && row.top < this.#world.viewport - 1
  }
  #atEnd(): boolean {
    return !this.#world.hasNewer && this.#engine.scrollTop >= this.#engine.scrollMax - 2
  }

  #fail(law: string): never {
    const { viewport, low, high, rows, devicePixels, zoom } = this.#world
    const place = `viewport ${viewport}, device pixels ${devicePixels}, zoom ${zoom}, rows ${low}–${high} of ${rows.length}, page ${page}`
    throw new BrokenLaw(`${law}\n${place}\n${this.#done.slice(-25).join('\n')}`)
  }
}

const actions = [
  'wheel',
  'wheel',
  'wheel',
  'wheel',
  'storm',
  'arrive',
  'arrive',
  'insert',
  'remove',
  'removeInView',
  'late',
  'late',
  'late',
  'window',
  'zoom',
  'jump',
  'end',
  'reopen',
] as const
