import type { Locks } from './locks.ts'
import type { Context, FakeWorld } from './fake-world.ts'

interface Request {
  readonly context: Context
  grant(): void
}

/** Web Locks of the fake world: queues in order of request; a dead holder's lock goes on after a moment. */
export class FakeLockManager {
  readonly #world: FakeWorld
  readonly #held = new Map<string, Context>()
  readonly #queues = new Map<string, Request[]>()

  constructor(world: FakeWorld) {
    this.#world = world
  }

  holder(name: string): Context | null {
    return this.#held.get(name) ?? null
  }

  for(context: Context): Locks {
    return {
      hold: (name, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(aborted())
          const queue = this.#queues.get(name) ?? []
          this.#queues.set(name, queue)
          const request: Request = {
            context,
            grant: () => {
              signal?.removeEventListener('abort', abort)
              let held = true
              const release = () => {
                if (!held) return
                held = false
                this.#held.delete(name)
                this.#grantNext(name)
              }
              resolve(release)
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
    }
  }

  /** The browser takes a moment to notice a death. */
  #freeAfterDeath(name: string, context: Context): void {
    this.#world.at(this.#world.outside, this.#world.between(1, 40), () => {
      if (this.#held.get(name) !== context) return
      this.#held.delete(name)
      this.#grantNext(name)
    })
  }

  #grantNext(name: string): void {
    this.#world.at(this.#world.outside, this.#world.between(0.1, 1), () => {
      if (this.#held.has(name)) return
      const queue = this.#queues.get(name) ?? []
      for (let next = queue.shift(); next; next = queue.shift()) {
        if (!next.context.alive) continue
        const { context, grant } = next
        // Held from here on; the context hears of it when it can run.
        this.#held.set(name, context)
        this.#world.at(context, 0, grant)
        context.onDeath.push(() => this.#freeAfterDeath(name, context))
        return
      }
    })
  }
}

function aborted(): Error {
  return new DOMException('the request was aborted', 'AbortError')
}
