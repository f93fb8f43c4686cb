import type { Port } from './port.ts'
import type { Context, FakeWorld } from './fake-world.ts'

type Listener = Parameters<Port['listen']>[0]

/**
 * One end of a fake message line: structured clones, in order, each a little late, lost when the receiver is dead.
 * The last messages of a dying thread may be lost with it, never an earlier one before a later one.
 */
export class FakePort {
  readonly #world: FakeWorld
  #owner: Context
  #peer: FakePort | null = null
  #listener: Listener | null = null
  #closed = false
  /** came before anybody listened */
  readonly #early: { message: unknown; handedOver: readonly FakePort[] }[] = []
  #lastArrival = 0

  static pair(world: FakeWorld, one: Context, other: Context): [FakePort, FakePort] {
    const ends: [FakePort, FakePort] = [new FakePort(world, one), new FakePort(world, other)]
    ends[0].#peer = ends[1]
    ends[1].#peer = ends[0]
    return ends
  }

  private constructor(world: FakeWorld, owner: Context) {
    this.#world = world
    this.#owner = owner
  }

  /** The end as the thread that now owns it uses it. */
  ownedBy(owner: Context): Port {
    this.#owner = owner
    return {
      post: (message, handOver = []) => this.#post(message, handOver as readonly FakePort[]),
      listen: (listener) => {
        this.#listener = listener
        for (const { message, handedOver } of this.#early.splice(0)) this.#hear(message, handedOver)
      },
      close: () => void (this.#closed = true),
    }
  }

  #post(message: unknown, handedOver: readonly FakePort[]): void {
    const world = this.#world
    const sender = this.#owner
    if (!sender.alive || this.#closed) return
    const copy = structuredClone(message)
    const slow = world.random() < 0.02 ? world.between(5, 60) : world.between(0.05, 1)
    const arrival = Math.max(this.#lastArrival, world.now + slow)
    this.#lastArrival = arrival
    const receiver = this.#peer as FakePort
    const number = ++sender.posted
    world.at(world.outside, arrival - world.now, () => {
      if (number > sender.leaving) return
      world.at(receiver.#owner, 0, () => receiver.#hear(copy, handedOver))
    })
  }

  #hear(message: unknown, handedOver: readonly FakePort[]): void {
    if (this.#closed || !this.#owner.alive) return
    if (!this.#listener) this.#early.push({ message, handedOver })
    else
      this.#listener(
        message,
        handedOver.map((end) => end.ownedBy(this.#owner)),
      )
  }
}
