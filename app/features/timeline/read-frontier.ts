import type { OrderKey, TimelineRow } from './timeline-query.ts'

/** The rows that are on screen to their end, by their index in the loaded ones. */
export interface SeenRows {
  readonly first: number
  readonly last: number
}

/**
 * How far a reader has read a timeline, by what was on screen. Law: it passes over a message of somebody else only when
 * that was on screen, or scrolled past. A jump to the end reads nothing in between.
 *
 * Example: messages 1…9, read up to 3, on screen 4–6: read up to 6. A jump to 8–9: still 6, because 7 was not seen.
 * Then back to 7: read up to 9, because 8 and 9 were seen before.
 */
export class ReadFrontier {
  #upTo: OrderKey
  /** nothing is unread between `upTo` and here: mine, or deleted */
  #clear: OrderKey
  /** what was seen beyond the frontier: neighbouring stretches of order keys, apart from one another */
  #seen: { from: OrderKey; to: OrderKey }[] = []
  #before: SeenKeys | null = null

  constructor(upTo: OrderKey, clear: OrderKey = upTo) {
    this.#upTo = upTo
    this.#clear = clear
  }

  get upTo(): OrderKey {
    return this.#upTo
  }

  /** Read in another tab, or on another device. */
  raise(upTo: OrderKey): void {
    if (upTo > this.#upTo) this.#upTo = upTo
  }

  /** Nobody looked: what comes next on screen does not follow from what was there. */
  lookAway(): void {
    this.#before = null
  }

  /** These rows are on screen. `brought`: the reader jumped here, and has not passed what lies between. */
  see(rows: readonly TimelineRow[], me: string | null, hasOlder: boolean, seen: SeenRows, brought: boolean): void {
    let { first } = seen
    const { last } = seen
    const before = this.#before
    this.#before = { first: rows[first]!.order_key, last: rows[last]!.order_key }
    if (before && !brought) {
      // a turn of the wheel may pass a screenful: that was scrolled past
      const span = last - first + 1
      const nextAfter = indexAfter(rows, before.last)
      if (nextAfter < first && first - nextAfter <= span) first = nextAfter
      const lastBefore = indexAfter(rows, before.first) - 2
      if (lastBefore > last && lastBefore - last <= span) return this.#add(rows, me, hasOlder, first, lastBefore)
    }
    this.#add(rows, me, hasOlder, first, last)
  }

  /** The first loaded message that is unread, -1 when there is none. */
  firstUnread(rows: readonly TimelineRow[], me: string | null): number {
    for (let at = this.#start(rows); at < rows.length; at++) if (counts(rows[at]!, me)) return at
    return -1
  }

  /** Unread among the loaded rows of [from, to) that were never on screen. */
  count(rows: readonly TimelineRow[], me: string | null, from: number, to: number): number {
    let count = 0
    for (let at = Math.max(from, this.#start(rows)); at < to; at++) {
      const key = rows[at]!.order_key
      if (counts(rows[at]!, me) && !this.#seen.some((each) => key >= each.from && key <= each.to)) count++
    }
    return count
  }

  /** The first row that may be unread. */
  #start(rows: readonly TimelineRow[]): number {
    const known = rows.length === 0 || rows[0]!.order_key <= this.#upTo || this.#clear < this.#upTo
    return indexAfter(rows, known ? this.#upTo : this.#clear)
  }

  #add(rows: readonly TimelineRow[], me: string | null, hasOlder: boolean, first: number, last: number): void {
    const added = { from: rows[first]!.order_key, to: rows[last]!.order_key }
    if (added.to > this.#upTo) this.#seen.push(added)
    // what is unread before the loaded rows was not seen
    if (hasOlder && rows[0]!.order_key > this.#upTo && rows[0]!.order_key > this.#clear) return
    for (let moved = true; moved;) {
      moved = false
      const next = this.firstUnread(rows, me)
      if (next < 0) break
      const key = rows[next]!.order_key
      for (const each of this.#seen) {
        if (key < each.from || key > each.to) continue
        this.#upTo = each.to
        moved = true
      }
    }
    this.#seen = this.#seen.filter((each) => each.to > this.#upTo)
    const next = this.firstUnread(rows, me)
    this.#clear = rows[next < 0 ? rows.length - 1 : Math.max(0, next - 1)]!.order_key
  }
}

interface SeenKeys {
  readonly first: OrderKey
  readonly last: OrderKey
}

function counts(row: TimelineRow, me: string | null): boolean {
  return row.author_id !== me && row.deleted === 0
}

/** The index of the first row after this place. */
function indexAfter(rows: readonly TimelineRow[], place: OrderKey): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (rows[middle]!.order_key > place) high = middle
    else low = middle + 1
  }
  return low
}
