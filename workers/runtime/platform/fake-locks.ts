import type { Locks } from './locks.ts'
import type { Context, FakeWorld } from './fake-world.ts'

interface Request {
  readonly context: Context
  readonly taken: (() => void) | undefined
  grant(): void
}
interface Holder {
  readonly context: Context
  readonly taken: (() => void) | undefined
}

/** Web Locks of the fake world: queues in order of request; a dead holder's lock goes on after a moment. */
export class FakeLockManager {
  readonly #world: FakeWorld
  readonly #held = new Map<string, Holder>()
  readonly #queues = new Map<string, Request[]>()

  constructor(world: FakeWorld) {
    this.#world = world
  }

  holder(name: string): Context | null {
    return this.#held.get(name)?.context ?? null
  }

  for(context: Context): Locks {
    return {
      hold: (name, signal, taken) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(aborted())
          const queue = this.#queues.get(name) ?? []
          this.#queues.set(name, queue)
          const request: Request = {
            context,
            taken,
            grant: () => {
              signal?.removeEventListener('abort', abort)
              resolve(() => this.#release(name, request))
            },
          }
          const abort = () => {
            const at = queue.indexOf(request)
            if (at < 0) return
            queue.splice(at, 1)
            reject(aborted())
          }
          signal?.addEventListener('abort', abort, { once: true })
          queue.push(request)
          this.#grantNext(name)
        }),
      take: (name) =>
        new Promise((resolve) => {
          const { taken, context: before } = this.#held.get(name) ?? { taken: undefined, context }
          const holder: Holder = { context, taken: undefined }
          this.#hold(name, holder)
          if (taken) this.#world.at(before, 0, taken)
          resolve(() => this.#release(name, holder))
        }),
    }
  }

  #hold(name: string, holder: Holder): void {
    this.#held.set(name, holder)
    holder.context.onDeath.push(() => this.#freeAfterDeath(name, holder))
  }

  #release(name: string, holder: Holder): void {
    if (this.#held.get(name) !== holder) return
    this.#held.delete(name)
    this.#grantNext(name)
  }

  /** The browser takes a moment to notice a death. */
  #freeAfterDeath(name: string, holder: Holder): void {
    this.#world.at(this.#world.outside, this.#world.between(1, 40), () => this.#release(name, holder))
  }

  #grantNext(name: string): void {
    this.#world.at(this.#world.outside, this.#world.between(0.1, 1), () => {
      if (this.#held.has(name)) return
      const queue = this.#queues.get(name) ?? []
      for (let next = queue.shift(); next; next = queue.shift()) {
        if (!next.context.alive) continue
        // Held from here on; the context hears of it when it can run.
        this.#hold(name, next)
        this.#world.at(next.context, 0, next.grant)
        return
      }
    })
  }
}

function aborted(): Error {
  return new DOMException('the request was aborted', 'AbortError')
}
