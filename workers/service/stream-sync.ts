import { publicRoomOf, streamKind } from '../../schema/events/streams.ts'
import type { Received, ReceivedPage } from '../../schema/messages/received.ts'
import type { ReadRequest } from './sync-api.ts'

/**
 * One stream on its way from the server to the database. Three positions, never out of order: the database's cursor
 * ≤ what is handed over or buffered (`position`) ≤ the server's head.
 *
 * A stream that the database does not know yet begins with its outline, and with the newest page of the open room, handed
 * over without a cursor (the projection law allows any order); then its history follows in order, batch by batch. A public
 * room has no outline: that of its space tells of it.
 * What a live tail brings is taken as it is when it continues `position`, and otherwise only says that there is more.
 */
export interface Batch {
  readonly stream: string
  readonly items: readonly Received[]
  readonly after: string | null
  /** null: these come out of turn and move no cursor */
  readonly cursor: string | null
  /** events of the stream up to `cursor` */
  readonly count: number
  /** the queue entries up to here are the database's once this is applied */
  readonly unqueue: string | null
}

export const maxBatch = 500
/** what comes in is cut this small, and put together again to what the database manages */
const pieceSize = 50
/** read ahead only while less than this waits to be handed over */
const bufferEvents = 1000
/** a page of 2,000 that cannot be read is tried as 256, 32, 4, 1 */
const firstSmallerPage = 256

export type BatchKind = 'page' | 'later-page' | 'history'

export class StreamSync {
  readonly stream: string
  readonly #me: string | null
  /** the outline or a newest page is wanted before the history */
  #outlineWanted: boolean
  #roomWanted: string | undefined
  #pages: Batch[] = []
  /** the outline's members: there may be thousands, and a message shows its author without them */
  #laterPages: Batch[] = []
  #history: Batch[] = []
  #buffered = 0
  /** received up to here … */
  #position: string | null
  /** … and in the database up to here */
  #appliedUpTo: string | null
  /** what is queued up to here was received otherwise, and is not in the database yet */
  #queuedUpTo: string | null = null
  #count = 0
  #pageRequested = false
  #historyRequested = false
  /** what was queued without a tab comes first: nothing is asked of the server before that is known */
  #queueKnown = false
  #more = true
  /** the database began with nothing of it */
  readonly #began: 'empty' | 'with events'
  /** events of the history that were handed over */
  #handed = 0
  /** the history comes as a snapshot, of which so much is here: only pages go on meanwhile */
  #snapshotPart: number | null = null
  /** the server does not know our cursor (its log was lost): everything is read again, without cursors */
  #lost = false
  /** events a page, while one in reach makes a page unreadable; null: as many as usual */
  #limit: number | null = null
  /** fewer bring nothing: the first of them names no place to go on from */
  #least = 1
  readonly #roomsAsked = new Set<string>()
  total = 0
  #applied = 0
  /** refusals in a row; one may pass (not a member yet), so after `unblock` the stream is asked for again */
  refusals = 0
  refusal: string | null = null
  #blocked = false

  constructor(stream: string, cursor: string | null, room: string | undefined, me: string | null) {
    this.stream = stream
    this.#me = me
    this.#position = cursor
    this.#appliedUpTo = cursor
    this.#began = cursor === null ? 'empty' : 'with events'
    const isNew = cursor === null && streamKind(stream) !== 'person'
    this.#outlineWanted = isNew && publicRoomOf(stream) === null
    this.#roomWanted = isNew ? room : undefined
  }

  /** Up to date but for what is just being applied. */
  get nearlyApplied(): boolean {
    const waiting = this.#more || this.#historyRequested || this.#history.length > 0 || this.#pages.length > 0
    return !waiting && this.total - this.applied <= maxBatch
  }

  get applied(): number {
    return Math.max(this.#applied, Math.floor(this.total * (this.#snapshotPart ?? 0)))
  }

  /** At most so many events of its history are in the database, or on their way there … */
  get here(): number {
    return this.#began === 'empty' && !this.#lost ? this.#handed : this.total
  }
  /** … and so many are still to come. */
  get toCome(): number {
    return Math.max(0, this.total - this.here)
  }

  /** Its history comes as a snapshot: until `goOn` only pages are asked for and handed over. */
  holdForSnapshot(): void {
    this.#snapshotPart ??= 0
  }

  snapshotAt(part: number): void {
    if (this.#snapshotPart !== null) this.#snapshotPart = part
  }

  /** No snapshot is to come any more. `cursor`: the database is that far now; null: as far as before. */
  goOn(cursor: string | null): void {
    this.#snapshotPart = null
    if (cursor === null || this.#lost || (this.#position !== null && cursor <= this.#position)) return
    this.#queuedUpTo = lastUnqueue(this.#history) ?? this.#queuedUpTo
    this.#history = []
    this.#buffered = 0
    this.#position = cursor
    this.#appliedUpTo = cursor
    this.#applied = 0
    this.#more = true
  }

  /** The room is on screen now: while much of the history is still on the way, its newest page comes first. */
  wantRoom(room: string): void {
    const farBehind = this.#position === null ? this.#more : this.total - this.#count > maxBatch
    if (farBehind && !this.#roomsAsked.has(room)) this.#roomWanted = room
  }

  /** What to ask the server next; null when nothing, or when enough waits to be handed over. */
  nextRequest(): ReadRequest | null {
    if (!this.#queueKnown || this.#blocked) return null
    if (!this.#pageRequested && (this.#outlineWanted || this.#roomWanted !== undefined)) {
      this.#pageRequested = true
      return this.#outlineWanted ? { kind: 'outline' } : { kind: 'newest', room: this.#roomWanted! }
    }
    if (this.#snapshotPart !== null || this.#historyRequested || !this.#more) return null
    if (this.#outlineWanted || this.#buffered >= bufferEvents) return null
    this.#historyRequested = true
    return { kind: 'after', after: this.#position, ...(this.#limit !== null && { limit: this.#limit }) }
  }

  /** The request failed in passing: ask again when told to. */
  requestFailed(request: ReadRequest): void {
    if (request.kind === 'after') this.#historyRequested = false
    else this.#pageRequested = false
  }

  /**
   * The answer was no page. Ever fewer events are asked for, down to a single one; `item` says what place it has, and it is
   * passed over. The outline and newest pages are only a short cut: the history brings what they hold. False: nothing is
   * left to try, and the same is to be asked again later.
   */
  unreadable(request: ReadRequest, item: Received | null): boolean {
    this.requestFailed(request)
    switch (request.kind) {
      case 'outline':
        this.#outlineWanted = false
        return true
      case 'newest':
        this.#roomRead(request.room)
        return true
      case 'after':
        if (request.after !== this.#position) return true
        if (this.#limit !== this.#least) {
          this.#limit = Math.max(this.#least, Math.floor((this.#limit ?? firstSmallerPage * 8) / 8))
          return true
        }
        if (item === null) return false
        this.#least = 1
        this.#limit = 1
        this.#pushHistory([item], null)
        return true
    }
  }

  block(refusal: string): void {
    this.refusal = refusal
    this.refusals += 1
    this.#blocked = true
  }

  unblock(): void {
    this.#blocked = false
  }

  cursorUnknown(): void {
    this.#lost = true
    this.#position = null
  }

  /** False: the page brings nothing, and does not say that this is all. The same is to be asked again later. */
  answered(request: ReadRequest, page: ReceivedPage): boolean {
    this.requestFailed(request) // it is no longer under way
    // a snapshot came meanwhile: what lies behind it is asked for
    if (request.kind === 'after' && request.after !== this.#position) return true
    const last = page.items.at(-1)?.seq
    if (request.kind === 'after' && !page.upToDate && (last === undefined || last === this.#position)) {
      if (this.#limit === null || page.items.length === 0) return false
      this.#limit = this.#least = page.items.length + 1
      return true
    }
    this.refusals = 0
    this.refusal = null
    this.total = page.total
    switch (request.kind) {
      case 'outline':
        this.#outlineWanted = false
        this.#pushPages(this.#pages, page.items.filter(this.#isUrgent), null)
        this.#pushPages(
          this.#laterPages,
          page.items.filter((item) => !this.#isUrgent(item)),
          null,
        )
        return true
      case 'newest':
        this.#roomRead(request.room)
        this.#pushPages(this.#pages, page.items, null)
        return true
      case 'after':
        this.#more = !page.upToDate
        this.#least = 1
        if (this.#limit !== null) this.#limit = this.#limit >= firstSmallerPage ? null : this.#limit * 8
        this.#count = Math.max(0, page.total - page.behind - page.items.length)
        if (this.#applied === 0) this.#applied = this.#count
        this.#pushHistory(page.items, null)
        return true
    }
  }

  /**
   * Events queued while no tab was open; they continue from `after`. Returns up to where the queue can be emptied at
   * once, because the database has those already.
   */
  queued(after: string | null, items: readonly Received[]): string | null {
    this.#queueKnown = true
    const last = items.at(-1)?.seq
    if (last === undefined) return null
    const position = this.#position
    const continues =
      (after === null || (position !== null && after <= position)) && !this.#lost && !this.#historyRequested
    const fresh = items.filter((item) => position === null || item.seq > position)
    if (fresh.length === 0) {
      if (this.#appliedUpTo !== null && last <= this.#appliedUpTo) return last
      this.#queuedUpTo = last
      return null
    }
    if (continues) this.#pushHistory(fresh, last)
    else this.#pushPages(this.#pages, fresh, last)
    return null
  }

  /** Something came that nobody could read: there may be more. */
  heardSomething(): void {
    this.#more = true
  }

  /** A live commit, or (items null) the mere news of one. */
  heard(after: string | null, head: string, items: readonly Received[] | null): void {
    if (this.#position !== null && head <= this.#position) return
    const continues = after === this.#position && !this.#more && !this.#historyRequested && !this.#outlineWanted
    if (items === null || !continues) {
      this.#more = true
      return
    }
    this.total = this.#count + items.length
    this.#pushHistory(items, null)
  }

  /** Where the server stands, at the start of a tail. */
  headIs(head: string | null, total: number): void {
    this.total = total
    this.#blocked = false
    if (head === null) this.#more = false
    else if (this.#position === null || head !== this.#position) this.#more = true
    else if (!this.#historyRequested) {
      this.#more = false
      this.#count = total
      if (this.#history.length === 0) this.#applied = total
    }
  }

  /** The next batch to hand over, of up to `size` events; a page is what comes out of turn. */
  nextBatch(kind: BatchKind, size: number): Batch | null {
    if (kind === 'page') return take(this.#pages, size)
    if (kind === 'later-page') return take(this.#laterPages, size)
    if (this.#snapshotPart !== null) return null
    const batch = take(this.#history, size)
    if (!batch) return null
    this.#buffered -= batch.items.length
    this.#handed = batch.count
    return batch
  }

  /** Returns up to where the queue can be emptied now; null: nowhere. */
  wasApplied(batch: Batch): string | null {
    if (batch.cursor !== null || this.#lost) this.#applied = Math.max(this.#applied, batch.count)
    if (batch.cursor === null) return null
    if (this.#appliedUpTo === null || batch.cursor > this.#appliedUpTo) this.#appliedUpTo = batch.cursor
    const queued = this.#queuedUpTo
    if (queued === null || queued > batch.cursor) return null
    this.#queuedUpTo = null
    return queued
  }

  #roomRead(room: string | null): void {
    if (this.#roomWanted === room) this.#roomWanted = undefined
    if (room !== null) this.#roomsAsked.add(room)
  }

  readonly #isUrgent = ({ event }: Received): boolean => {
    const { type, entity } = (event ?? {}) as { readonly type?: unknown; readonly entity?: unknown }
    return typeof type !== 'string' || !type.startsWith('member.') || entity === this.#me
  }

  #pushPages(pages: Batch[], items: readonly Received[], unqueue: string | null): void {
    for (const part of slices(items)) {
      const last = part.at(-1)!.seq
      pages.push({
        stream: this.stream,
        items: part,
        after: null,
        cursor: null,
        count: 0,
        unqueue: unqueue === null ? null : last,
      })
    }
  }

  #pushHistory(items: readonly Received[], unqueue: string | null): void {
    for (const part of slices(items)) {
      const after = this.#position
      const last = part.at(-1)!.seq
      this.#position = last
      this.#count += part.length
      this.#buffered += part.length
      this.#history.push({
        stream: this.stream,
        items: part,
        after,
        cursor: this.#lost ? null : last,
        count: this.#count,
        unqueue: unqueue === null ? null : last,
      })
    }
  }
}

/** Pieces from the front, as one batch. */
function take(pieces: Batch[], size: number): Batch | null {
  const first = pieces.shift()
  if (!first) return null
  const taken = [first]
  let count = first.items.length
  while (pieces.length > 0 && count + pieces[0]!.items.length <= size) {
    const next = pieces.shift()!
    count += next.items.length
    taken.push(next)
  }
  const last = taken.at(-1)!
  return { ...last, after: first.after, items: taken.flatMap((piece) => piece.items), unqueue: lastUnqueue(taken) }
}

const lastUnqueue = (pieces: readonly Batch[]): string | null =>
  pieces.findLast((piece) => piece.unqueue !== null)?.unqueue ?? null

function* slices(items: readonly Received[]): Generator<readonly Received[]> {
  for (let from = 0; from < items.length; from += pieceSize) yield items.slice(from, from + pieceSize)
}
