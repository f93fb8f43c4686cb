import type { Live } from '../../live/index.ts'
import { newestMessages, readNewest } from './newest-messages.ts'
import { SearchWatch } from './search-watch.ts'

/** Tells those who keep count of a search that the newest messages may have changed its answer. One live query serves them all. */
class WatchedSearches {
  readonly #live: Live
  readonly #watch = new SearchWatch<() => void>()
  #release: (() => void) | null = null

  constructor(live: Live) {
    this.#live = live
  }

  add(typed: string, tell: () => void): () => void {
    const release = this.#watch.add(typed, tell)
    this.#release ??= this.#observe()
    return () => {
      release()
      if (this.#watch.size > 0) return
      this.#release?.()
      this.#release = null
    }
  }

  #observe(): () => void {
    let begun = false
    return this.#live.store.observe(newestMessages, (changes) => {
      // a new leader may know more than the one before it
      if (changes === null && begun) this.#watch.all().forEach((tell) => tell())
      begun = true
      for (const change of changes ?? []) {
        // what falls out of the newest has not changed
        if (change.op === 'delete') continue
        const { text, isWhole } = readNewest(change.row)
        const meant = change.op === 'insert' && isWhole ? this.#watch.meantBy(text) : this.#watch.all()
        meant.forEach((tell) => tell())
      }
    })
  }
}

const byLive = new WeakMap<Live, WatchedSearches>()

export function watchSearch(live: Live, typed: string, tell: () => void): () => void {
  const known = byLive.get(live) ?? new WatchedSearches(live)
  byLive.set(live, known)
  return known.add(typed, tell)
}
