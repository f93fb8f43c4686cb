import type { Broadcast } from './broadcast-port.ts'
import type { Context, FakeWorld } from './fake-world.ts'

interface End {
  readonly context: Context
  listener: ((data: unknown) => void) | null
}

/** One BroadcastChannel of the fake world: clones, in order from each sender, to every other end that lives. */
export class FakeBroadcast {
  readonly #world: FakeWorld
  readonly #ends = new Set<End>()
  #lastArrival = 0

  constructor(world: FakeWorld) {
    this.#world = world
  }

  openedBy(context: Context): Broadcast {
    const world = this.#world
    const mine: End = { context, listener: null }
    this.#ends.add(mine)
    context.onDeath.push(() => this.#ends.delete(mine))
    return {
      post: (data) => {
        if (!context.alive || !this.#ends.has(mine)) return
        const copy = structuredClone(data)
        const arrival = (this.#lastArrival = Math.max(this.#lastArrival, world.now + world.between(0.05, 2)))
        world.at(world.outside, arrival - world.now, () => {
          for (const end of this.#ends) {
            if (end !== mine) world.at(end.context, 0, () => this.#ends.has(end) && end.listener?.(copy))
          }
        })
      },
      listen: (listener) => void (mine.listener = listener),
      close: () => void this.#ends.delete(mine),
    }
  }
}
