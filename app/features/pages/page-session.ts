import * as Y from 'yjs'
import type { EventDraft } from '../../../schema/events/event.ts'
import type { LeftPlace } from './left-updates.ts'

/**
 * A page that is open for writing. What is written is gathered for a moment, merged, and becomes one event; what others
 * write is merged in. Law: nothing that was written is lost. It is in `left` before the next task, and leaves it when it is
 * in the database; a dispatch that fails is repeated with the same events.
 */
export interface SessionPlatform {
  readonly left: LeftPlace
  /** the events of an update */
  write(update: Uint8Array): readonly EventDraft[]
  dispatch(events: readonly EventDraft[]): Promise<void>
  after(ms: number, work: () => void): () => void
}

/** How what was written here stands. */
export type Saving = 'saved' | 'saving' | { readonly failed: unknown }

export const gatherMs = 1000
const retryMs = 3000
/** of updates that did not come from here */
const received = Symbol('received')

export class PageSession {
  readonly doc = new Y.Doc()
  readonly #platform: SessionPlatform
  readonly #listeners = new Set<() => void>()
  #gathered: Uint8Array | null = null
  #sending: readonly EventDraft[] = []
  #dispatching: Promise<void> | null = null
  #cancel: (() => void) | null = null
  #saving: Saving = 'saved'
  #writable = false
  /** what the editor did to the page by itself; it goes with what is written next, if anything is */
  #held: Uint8Array | null = null

  constructor(platform: SessionPlatform) {
    this.#platform = platform
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === received) return
      if (!this.#writable) return void (this.#held = merged(this.#held, update))
      // what is written rests on what the editor did before
      this.#gathered = merged(merged(this.#gathered, this.#held), update)
      this.#held = null
      this.#keep()
      this.#set(typeof this.#saving === 'object' ? this.#saving : 'saving')
      this.#flushAfter(gatherMs)
    })
  }

  get saving(): Saving {
    return this.#saving
  }
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** At first nobody writes: what the editor tidies up as it opens, or for who only reads, is no change of the page. */
  setWritable(writable: boolean): void {
    this.#writable = writable
  }

  /** What the database has of the page, or got of it since. */
  receive(update: Uint8Array): void {
    Y.applyUpdate(this.doc, update, received)
  }

  /** Dispatches what was gathered. Never rejects: what fails is tried again. */
  async flush(): Promise<void> {
    this.#cancel?.()
    this.#cancel = null
    while (this.#gathered || this.#sending.length > 0) {
      this.#dispatching ??= this.#dispatchNext()
      await this.#dispatching
      if (typeof this.#saving === 'object') return
    }
  }

  /** The page is left. */
  async close(): Promise<void> {
    await this.flush()
    this.#cancel?.()
    this.#platform.left.close()
    this.#listeners.clear()
  }

  async #dispatchNext(): Promise<void> {
    if (this.#sending.length === 0 && this.#gathered) {
      this.#sending = this.#platform.write(this.#gathered)
      this.#gathered = null
      this.#keep()
    }
    try {
      await this.#platform.dispatch(this.#sending)
      this.#sending = []
      this.#keep()
      this.#set(this.#gathered ? 'saving' : 'saved')
    } catch (error) {
      this.#set({ failed: error })
      this.#flushAfter(retryMs)
    } finally {
      this.#dispatching = null
    }
  }

  #flushAfter(ms: number): void {
    this.#cancel ??= this.#platform.after(ms, () => {
      this.#cancel = null
      void this.flush()
    })
  }
  #keep(): void {
    if (this.#sending.length > 0 || this.#gathered)
      this.#platform.left.keep({ events: this.#sending, update: this.#gathered })
    else this.#platform.left.forget()
  }
  #set(saving: Saving): void {
    if (saving === this.#saving) return
    this.#saving = saving
    for (const listener of this.#listeners) listener()
  }
}

function merged(one: Uint8Array | null, other: Uint8Array | null): Uint8Array | null {
  return one && other ? Y.mergeUpdates([one, other]) : (one ?? other)
}
