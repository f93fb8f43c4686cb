import { Fault } from '../fault.ts'

/** Live reads that are open: they end with the session that they belong to, and a person has so many of them. */
export class LiveConnections {
  readonly #open = new Set<Live>()
  readonly #perPerson: number
  #closed = false

  constructor(perPerson: number) {
    this.#perPerson = perPerson
  }

  /** One more; a person's oldest makes room for it. */
  begin({ actor, session }: { readonly actor: string; readonly session: string }): Live {
    if (this.#closed) {
      throw new Fault('SHUTTING_DOWN', 'the server is being restarted: come back', { retryAfterSeconds: 1 })
    }
    const theirs = [...this.#open].filter((live) => live.actor === actor)
    if (theirs.length >= this.#perPerson) theirs[0]!.end()
    const ended = new AbortController()
    const live: Live = {
      actor,
      session,
      signal: ended.signal,
      end: () => {
        this.#open.delete(live)
        ended.abort()
      },
    }
    this.#open.add(live)
    return live
  }

  endSession(session: string): void {
    for (const live of this.#open) if (live.session === session) live.end()
  }

  close(): void {
    this.#closed = true
    for (const live of this.#open) live.end()
  }
}
export interface Live {
  readonly actor: string
  readonly session: string
  /** aborts when it must end */
  readonly signal: AbortSignal
  end(): void
}
