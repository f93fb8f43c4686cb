import type { Clock } from './clock.ts'

/** Seeded: the same seed gives the same world. */
export function randomFrom(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** A thread of the fake world: a page, a worker. It can be blocked, frozen, killed; what it does waits or is lost with it. */
export interface Context {
  readonly name: string
  alive: boolean
  frozen: boolean
  blockedUntil: number
  /** messages posted by it, and how many of them leave it: a death may cut off the last */
  posted: number
  leaving: number
  /** what came due while frozen */
  readonly deferred: Happening[]
  readonly onDeath: (() => void)[]
}
interface Happening {
  time: number
  readonly order: number
  readonly context: Context
  readonly work: () => void
  cancelled: boolean
}

/**
 * Virtual time, one thread of happenings. Law: happenings run in the order of their time; after each, all promises that
 * it settled have run, before the next begins.
 */
export class FakeWorld {
  readonly random: () => number
  now = 0
  /** the browser itself, which never dies */
  readonly outside = this.context('browser')
  #order = 0
  readonly #heap: Happening[] = []

  constructor(seed: number) {
    this.random = randomFrom(seed)
  }

  context(name: string): Context {
    return {
      name,
      alive: true,
      frozen: false,
      blockedUntil: 0,
      posted: 0,
      leaving: Infinity,
      deferred: [],
      onDeath: [],
    }
  }

  at(context: Context, delayMs: number, work: () => void): () => void {
    const happening = { time: this.now + delayMs, order: this.#order++, context, work, cancelled: false }
    this.#push(happening)
    return () => void (happening.cancelled = true)
  }

  clock(context: Context): Clock {
    return { now: () => this.now, after: (ms, work) => this.at(context, ms, work) }
  }

  between(low: number, high: number): number {
    return low + this.random() * (high - low)
  }

  kill(context: Context): void {
    if (!context.alive) return
    context.alive = false
    context.leaving = context.posted - Math.floor(this.random() * 4)
    for (const work of context.onDeath.splice(0)) work()
  }

  block(context: Context, ms: number): void {
    context.blockedUntil = Math.max(context.blockedUntil, this.now + ms)
  }

  freeze(context: Context): void {
    context.frozen = true
  }

  thaw(context: Context): void {
    context.frozen = false
    for (const happening of context.deferred.splice(0)) {
      happening.time = this.now
      this.#push(happening)
    }
  }

  async runUntil(time: number): Promise<void> {
    for (;;) {
      const next = this.#heap[0]
      if (!next || next.time > time) break
      this.#pop()
      const { context } = next
      if (next.cancelled || !context.alive) continue
      this.now = Math.max(this.now, next.time)
      if (context.frozen) {
        context.deferred.push(next)
      } else if (context.blockedUntil > this.now) {
        next.time = context.blockedUntil
        this.#push(next)
      } else {
        next.work()
        await settled()
      }
    }
    this.now = Math.max(this.now, time)
  }

  #push(happening: Happening): void {
    const heap = this.#heap
    let i = heap.push(happening) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!before(happening, heap[parent] as Happening)) break
      heap[i] = heap[parent] as Happening
      i = parent
    }
    heap[i] = happening
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop() as Happening
    if (heap.length === 0) return
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1] as Happening, heap[child] as Happening)) child++
      if (!before(heap[child] as Happening, last)) break
      heap[i] = heap[child] as Happening
      i = child
    }
    heap[i] = last
  }
}

function before(a: Happening, b: Happening): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order)
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
