import type { QueryResult, SqlValue } from '../../../schema/live.ts'
import type { Live } from '../../live/index.ts'
import { RowSizes } from './scroll/row-sizes.ts'
import {
  beginning,
  end,
  newerBoundary,
  olderBoundary,
  timelinePlace,
  timelineStretch,
  type OrderKey,
  type TimelinePlace,
  type TimelineRow,
} from './timeline-query.ts'

/**
 * The part of a timeline that is loaded: neighbouring stretches [from, to) of order_key, each a live query of its own,
 * so that scrolling adds and drops whole stretches and never asks again for a row that it has.
 * Laws: stretches touch and are in order; the rows are those of the stretches, in order; beyond `maxRows` a window that grows
 * drops what is farthest, but nothing that the reader's screen needs, however many rows that takes; a window that reaches
 * `end` sees everything that arrives.
 *
 * Example: open at the end of a room with messages 1…200: [151, end). growOlder(): [101, 151) [151, end).
 */
export class TimelineWindow {
  /** how tall its rows were on screen */
  readonly sizes = new RowSizes()
  readonly stream: string
  readonly room: string
  readonly #live: WindowSource
  /** what the rows of this device call the room */
  readonly #place: ReturnType<typeof timelinePlace>
  #known: TimelinePlace | null = null
  #releasePlace = () => {}
  #stretches: Stretch[] = []
  #snapshot: TimelineSnapshot = loadingSnapshot
  #listeners = new Set<() => void>()
  #retained = 0
  /** what is loading now; a new opening makes older answers void */
  #opening = 0
  #growing: Promise<void> | null = null
  /** its stretches are being asked for by the room's new number */
  #renaming: {
    readonly before: readonly Stretch[]
    readonly place: TimelinePlace | null
    readonly opening: number
  } | null = null
  /** after a failure: it is asked again, and told of again, no sooner */
  #restsUntil = 0
  #opened: Promise<void> | null = null
  /** the place that it is being opened around */
  #around: { readonly place: OrderKey; readonly work: Promise<void> } | null = null

  constructor(live: WindowSource, stream: string, room: string) {
    this.#live = live
    this.stream = stream
    this.room = room
    this.#place = timelinePlace(stream, room)
  }

  readonly get = (): TimelineSnapshot => this.#snapshot

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    const release = this.retain()
    return () => {
      this.#listeners.delete(listener)
      release()
    }
  }

  /** Keeps the live queries although nobody looks: a room that is hovered, or was left a moment ago. */
  retain(): () => void {
    if (this.#retained++ === 0) {
      this.#releasePlace = this.#live.store.subscribe(this.#place, () => this.#renamed())
      for (const stretch of this.#stretches) this.#listen(stretch)
    }
    let held = true
    return () => {
      if (!held) return
      held = false
      if (--this.#retained > 0) return
      this.#releasePlace()
      for (const stretch of this.#stretches) stretch.release()
    }
  }

  /** Opens once, at the end, if nothing else was asked for. */
  ensureOpen(): Promise<void> {
    return this.#opened ?? this.openAtEnd()
  }

  openAtEnd(): Promise<void> {
    return this.#open(async () => {
      const from = await this.#older(end, pageSize)
      return [{ from, to: end }]
    })
  }

  /** Opens with the message at this place in the middle. */
  openAround(place: OrderKey): Promise<void> {
    if (this.#around?.place === place) return this.#around.work
    const work = this.#open(async () => {
      const [from, to] = await Promise.all([this.#older(place, pageSize / 2), this.#newer(place, pageSize / 2)])
      return [{ from, to }]
    }).finally(() => {
      if (this.#around?.work === work) this.#around = null
    })
    this.#around = { place, work }
    return work
  }

  holds(place: OrderKey): boolean {
    const first = this.#stretches[0]
    const last = this.#stretches.at(-1)
    return first !== undefined && place >= first.from && place < last!.to && this.#snapshot.status === 'ready'
  }

  growOlder(needed: Needed): Promise<void> {
    const first = this.#stretches[0]
    if (!first || first.from <= beginning) return Promise.resolve()
    return this.#grow(async () => ({ from: await this.#older(first.from, pageSize), to: first.from }), 'older', needed)
  }

  growNewer(needed: Needed): Promise<void> {
    const last = this.#stretches.at(-1)
    if (!last || last.to >= end) return Promise.resolve()
    return this.#grow(async () => ({ from: last.to, to: await this.#newer(last.to, pageSize) }), 'newer', needed)
  }

  /**
   * The reader is at the end and far more is loaded than the screen needs (a history that came in, a long scroll): keeps
   * what it needs, and a page at least.
   */
  settleAtEnd(needed: Needed): void {
    const { rows } = this.#snapshot
    const first = needed()?.first
    if (first === undefined || this.#growing || this.#stretches.at(-1)?.to !== end) return
    const kept = rows.length - rows.findIndex((row) => row.order_key >= first)
    if (rows.length < Math.max(kept, pageSize) + settleRows) return
    const from = rows[rows.length - Math.max(kept, pageSize)]!.order_key
    const stretch = this.#stretch({ from, to: end })
    const opening = this.#opening
    this.#growing = this.#ready(stretch).finally(() => {
      this.#growing = null
      if (opening !== this.#opening) return stretch.release()
      for (const each of this.#stretches) each.release()
      this.#stretches = [stretch]
      this.#publish()
    })
  }

  async #open(ranges: () => Promise<Range[]>): Promise<void> {
    const opening = ++this.#opening
    this.#around = null
    const work = (async () => {
      const [found] = await Promise.all([ranges(), this.#live.store.preload(this.#place)])
      if (opening !== this.#opening) return
      const stretches = found.map((range) => this.#stretch(range))
      await Promise.all(stretches.map((stretch) => this.#ready(stretch)))
      if (opening !== this.#opening) return stretches.forEach((stretch) => stretch.release())
      for (const each of this.#stretches) each.release()
      this.#stretches = stretches
      this.#publish()
    })()
    this.#opened = work
    try {
      await work
    } catch (error) {
      if (opening !== this.#opening) return
      this.#opened = null
      this.#snapshot = { ...this.#snapshot, status: 'error', error: error as Error }
      this.#tell()
    }
  }

  #grow(range: () => Promise<Range>, side: 'older' | 'newer', needed: Needed): Promise<void> {
    // who scrolls asks at every turn of the wheel
    if (this.#growing || performance.now() < this.#restsUntil) return Promise.resolve()
    const opening = this.#opening
    const growing = (async () => {
      const stretch = this.#stretch(await range())
      await this.#ready(stretch)
      if (opening !== this.#opening) return stretch.release()
      if (side === 'older') this.#stretches.unshift(stretch)
      else this.#stretches.push(stretch)
      this.#trim(side, needed())
      this.#publish()
    })()
    this.#growing = growing.then(
      () => void (this.#growing = null),
      () => {
        this.#growing = null
        this.#restsUntil = performance.now() + restMs
      },
    )
    return growing
  }

  #trim(grown: 'older' | 'newer', needed: ReturnType<Needed>): void {
    let rows = this.#stretches.reduce((sum, stretch) => sum + this.#rowsOf(stretch).length, 0)
    if (!needed) return
    while (rows > maxRows && this.#stretches.length > 2) {
      const dropped = this.#stretches.at(grown === 'older' ? -1 : 0)!
      if (dropped.to > needed.first && dropped.from <= needed.last) return
      if (grown === 'older') this.#stretches.pop()
      else this.#stretches.shift()
      rows -= this.#rowsOf(dropped).length
      dropped.release()
    }
  }

  /** The first message has come, or the database is another one: the same stretches of the room as it is called now. */
  #renamed(): void {
    const place = this.#placeNow()
    const before = [...this.#stretches]
    if (before.every((stretch) => samePlace(stretch.place, place)) || this.#isRenaming(before, place)) return
    const renaming = { before, place, opening: this.#opening }
    this.#renaming = renaming
    const stretches = before.map(({ from, to }) => this.#stretch({ from, to }))
    void Promise.all(stretches.map((stretch) => this.#ready(stretch))).then(() => {
      // what it was begun for may be gone: whoever changed that looks again
      const current = this.#renaming === renaming && this.#isRenaming(this.#stretches, this.#placeNow())
      if (this.#renaming === renaming) this.#renaming = null
      for (const stretch of current ? before : stretches) stretch.release()
      if (!current) return
      this.#stretches = stretches
      this.#publish()
    })
  }

  #isRenaming(stretches: readonly Stretch[], place: TimelinePlace | null): boolean {
    const now = this.#renaming
    if (!now || now.opening !== this.#opening || !samePlace(now.place, place)) return false
    return now.before.length === stretches.length && now.before.every((each, at) => each === stretches[at])
  }

  #placeNow(): TimelinePlace | null {
    const { data, status } = this.#live.store.result(this.#place)
    if (status !== 'loading') this.#known = data[0] ?? null
    return this.#known
  }

  #stretch({ from, to }: Range): Stretch {
    const place = this.#placeNow()
    const stretch: Stretch = {
      from,
      to,
      place,
      query: timelineStretch(this.stream, place, from, to),
      release: () => {},
    }
    if (this.#retained > 0) this.#listen(stretch)
    return stretch
  }

  #listen(stretch: Stretch): void {
    const unsubscribe = this.#live.store.subscribe(stretch.query, () => this.#publish())
    stretch.release = () => {
      unsubscribe()
      stretch.release = () => {}
    }
  }

  async #ready(stretch: Stretch): Promise<void> {
    await this.#live.store.preload(stretch.query)
  }

  #rowsOf(stretch: Stretch): readonly TimelineRow[] {
    return this.#live.store.result(stretch.query).data
  }

  #publish(): void {
    this.#renamed() // it may have been renamed while they were loading
    const results = this.#stretches.map((stretch) => this.#live.store.result(stretch.query))
    if (results.length === 0 || results.some((result) => result.status === 'loading')) return
    const error = results.find((result) => result.error)?.error ?? null
    const lists = results.map((result) => result.data)
    const rows = lists.length === 1 ? lists[0]! : lists.flat()
    const hasOlder = this.#stretches[0]!.from > beginning
    const hasNewer = this.#stretches.at(-1)!.to < end
    this.#snapshot = { rows, hasOlder, hasNewer, status: error ? 'error' : 'ready', error }
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }

  async #older(before: OrderKey, count: number): Promise<OrderKey> {
    const { rows } = await this.#live.client.query(olderBoundary, [this.stream, this.room, before, count - 1])
    return rows.length === 2 ? (rows[0]![0] as OrderKey) : beginning
  }

  async #newer(from: OrderKey, count: number): Promise<OrderKey> {
    const { rows } = await this.#live.client.query(newerBoundary, [this.stream, this.room, from, count])
    return rows.length === 1 ? (rows[0]![0] as OrderKey) : end
  }
}

export interface TimelineSnapshot {
  readonly rows: readonly TimelineRow[]
  readonly hasOlder: boolean
  readonly hasNewer: boolean
  readonly status: 'loading' | 'ready' | 'error'
  readonly error: Error | null
}

/** What a window needs of the live store and the client. */
export interface WindowSource {
  readonly store: Pick<Live['store'], 'subscribe' | 'result' | 'preload'>
  readonly client: { query(sql: string, parameters?: readonly SqlValue[]): Promise<QueryResult> }
}

/** What the screen needs, by order key; null when it is not known. */
export type Needed = () => { readonly first: OrderKey; readonly last: OrderKey } | null

interface Range {
  readonly from: OrderKey
  readonly to: OrderKey
}
interface Stretch extends Range {
  readonly place: TimelinePlace | null
  readonly query: ReturnType<typeof timelineStretch>
  release: () => void
}

function samePlace(one: TimelinePlace | null, other: TimelinePlace | null): boolean {
  return one?.id === other?.id && one?.names === other?.names
}

export const pageSize = 60
const maxRows = 480
const restMs = 3000
const settleRows = 180

const loadingSnapshot: TimelineSnapshot = { rows: [], hasOlder: false, hasNewer: false, status: 'loading', error: null }
