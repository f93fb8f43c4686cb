import type { InspectedTurn, QueryCost } from '../../../schema/messages/runtime/inspection.ts'
import type { InspectedLive } from './leader-database.ts'

/** Of so many turns the percentiles are told, and over so long the rate. */
const turnsKept = 256
const rateMs = 10_000

interface MeasuredTurn extends InspectedTurn {
  readonly at: number
}
type Sent = Map<string, { added: number; removed: number }>

/**
 * What one live query costs while somebody looks. It takes itself off the query at the first turn behind `until`: who stops
 * asking need not say so, and a leader whose inspector's tab died measures no more.
 */
export class QueryMeter {
  readonly #live: InspectedLive
  readonly #now: () => number
  readonly #isOver: () => boolean
  readonly #since: number
  readonly #stopMeter: () => void
  #stopTrace: (() => void) | null = null
  #turns: MeasuredTurn[] = []
  #sent: Sent = new Map()
  #n = 0
  #deltas = 0
  #rowsChanged = 0
  #milliseconds = 0
  stopped = false

  constructor(live: InspectedLive, now: () => number, isOver: () => boolean) {
    this.#live = live
    this.#now = now
    this.#isOver = isOver
    this.#since = now()
    this.#stopMeter = live.meter((cost) => this.#take(cost.milliseconds, cost.changes))
  }

  get live(): InspectedLive {
    return this.#live
  }

  /** From now on what its operators send, too. */
  trace(): void {
    this.#stopTrace ??= this.#live.trace(({ operator, entries }) => {
      let sent = this.#sent.get(operator)
      if (!sent) this.#sent.set(operator, (sent = { added: 0, removed: 0 }))
      for (const [, weight] of entries) {
        if (weight > 0) sent.added += weight
        else sent.removed -= weight
      }
    })
  }

  untrace(): void {
    this.#stopTrace?.()
    this.#stopTrace = null
    this.#sent.clear()
  }

  stop(): void {
    if (this.stopped) return
    this.stopped = true
    this.#stopMeter()
    this.untrace()
  }

  cost(): QueryCost {
    const times = this.#turns.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)
    return {
      turns: this.#n,
      deltas: this.#deltas,
      rowsChanged: this.#rowsChanged,
      deltasPerSecond: this.#rate(),
      milliseconds: this.#milliseconds,
      p50: times[Math.floor((times.length - 1) * 0.5)] ?? null,
      p95: times[Math.ceil((times.length - 1) * 0.95)] ?? null,
    }
  }

  /** The last turns behind number `after`. */
  turnsAfter(after: number, most: number): InspectedTurn[] {
    return this.#turns
      .filter(({ n }) => n > after)
      .slice(-most)
      .map(({ n, milliseconds, rowsChanged, sent }) => ({ n, milliseconds, rowsChanged, sent }))
  }

  #take(milliseconds: number, rowsChanged: number): void {
    if (this.#isOver()) return this.stop()
    this.#milliseconds += milliseconds
    this.#rowsChanged += rowsChanged
    if (rowsChanged > 0) this.#deltas++
    const sent = [...this.#sent].map(([operator, counted]) => ({ operator, ...counted }))
    this.#sent.clear()
    this.#turns.push({ n: ++this.#n, at: this.#now(), milliseconds, rowsChanged, sent })
    if (this.#turns.length > 2 * turnsKept) this.#turns = this.#turns.slice(-turnsKept)
  }

  /** Over the last seconds, or since somebody looks; over fewer where there were more turns than are kept. */
  #rate(): number {
    const now = this.#now()
    const forgotten = this.#n > this.#turns.length ? this.#turns[0]!.at : this.#since
    const begin = Math.max(now - rateMs, this.#since, forgotten)
    const deltas = this.#turns.filter(({ at, rowsChanged }) => at >= begin && rowsChanged > 0).length
    // not a rate of thousands from the first moment
    return deltas / Math.max(1, (now - begin) / 1000)
  }
}
