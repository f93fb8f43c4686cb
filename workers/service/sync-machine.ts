import { assertNever } from '../../schema/assert.ts'
import { deviceBounds } from '../../schema/device-bounds.ts'
import { homeOf } from '../../schema/events/home-of.ts'
import { publicRoomOf } from '../../schema/events/streams.ts'
import { inOrder, type ReceivedTail } from '../../schema/messages/received.ts'
import type { FromSync, ToSync } from '../../schema/messages/sync.ts'
import { backoffMs } from './backoff.ts'
import { FirstLoads, type FirstLoadBounds } from './first-loads.ts'
import { Handover } from './handover.ts'
import { StreamSync } from './stream-sync.ts'
import type { ReadRequest, SyncFault } from './sync-api.ts'
import { syncStatus } from './sync-status.ts'
import type { SyncEffect, SyncInput, TimerName } from './sync-steps.ts'
import { Uploads, type Settled } from './uploads.ts'

/** requests at once: as many as a browser has sockets for, and a server takes of one connection. The room on screen goes first */
const maxReads = 6
/** an answer's time is known to a second or two */
const clockStepMs = 10_000

type SyncState = Extract<ToSync, { type: 'SYNC_STATE' }>
type Reading = { readonly stream: StreamSync; readonly what: ReadRequest }

/**
 * The sync client, pure: `step(input)` changes its state and says what to do. It owns no clock, network or storage, so
 * a test can put any fault between any two steps. What it may rely on: nothing. It can be stopped at any step; started
 * anew it says SYNC_HELLO, is told the database's cursors and outbox, and goes on from there.
 *
 * Laws: a batch with a cursor follows the one before it. Whatever is not acknowledged in time starts over from the
 * database's own cursors.
 */
export class SyncMachine {
  readonly #random: () => number
  readonly #now: () => number
  #effects: SyncEffect[] = []
  #serial = 0

  /**
   * What the database said last; null: unknown, or not to be trusted any more. Another epoch is another leader (one of a
   * coordinator that was rebuilt may count from the start again), another generation another database.
   */
  #state: SyncState | null = null
  #streams = new Map<string, StreamSync>()
  /** what the server gives us no more, until it says otherwise */
  readonly #gone = new Set<string>()
  #reading = new Map<number, Reading>()
  readonly #firstLoads: FirstLoads
  readonly #handover: Handover
  readonly #uploads = new Uploads()

  #tail: { readonly id: number; open: boolean } | null = null
  /** failures in a row; while `#waiting` nothing is asked of the network */
  #attempt = 0
  #waiting = false
  #signedOut: string | null = null

  /** how far the server's clock is ahead, and what the database was told of it */
  #skewMs: number | null = null
  #skewTold: number | null = null

  #told: string | null = null
  #toldAt = 0

  constructor(name: string, random: () => number, now: () => number, bounds: FirstLoadBounds = deviceBounds) {
    this.#random = random
    this.#now = now
    const carryOut = (effect: SyncEffect) => this.#do(effect)
    this.#handover = new Handover({ name, random, now, carryOut })
    const streamsOf = (home: string) => [...this.#streams.values()].filter(({ stream }) => homeOf(stream) === home)
    this.#firstLoads = new FirstLoads({ bounds, streamsOf, carryOut })
  }

  /** Nothing is under way that a Service Worker should stay alive for. */
  get quiet(): boolean {
    return (
      this.#handover.isEmpty &&
      this.#reading.size === 0 &&
      this.#firstLoads.isEmpty &&
      (this.#uploads.waiting === 0 || this.#waiting || this.cut)
    )
  }

  /** A person switched the network off: nothing is begun that asks the server. */
  get cut(): boolean {
    return this.#state?.cut === true // an older build's leader says nothing of it
  }

  step(input: SyncInput): readonly SyncEffect[] {
    this.#take(input)
    this.#goOn()
    this.#tellStatus()
    const effects = this.#effects
    this.#effects = []
    return effects
  }

  #take(input: SyncInput): void {
    switch (input.type) {
      case 'START':
        return this.#hello()
      case 'NUDGE':
        if (!this.#state || (this.#state.actor !== null && !this.#uploads.complete)) this.#hello()
        if (input.retry) this.#retryNow()
        return
      case 'OFFLINE':
        this.#closeTail()
        this.#networkFailed(null)
        return
      case 'MESSAGE':
        return this.#takeMessage(input.message)
      case 'READ': {
        const reading = this.#finishReading(input.request)
        if (!reading) return
        if (!reading.stream.answered(reading.what, input.page)) return this.#networkFailed(null)
        this.#networkWorks()
        this.#firstLoads.consider(reading.stream.stream)
        this.#wantOpenRoom()
        return
      }
      case 'READ_FAILED': {
        const reading = this.#finishReading(input.request)
        if (reading) this.#readFailed(reading, input.fault)
        return
      }
      case 'APPENDED': {
        const settled = this.#uploads.appended(input.request, input.results)
        if (!settled) return
        this.#networkWorks()
        this.#streams.get(settled.stream)?.unblock()
        return this.#settle(settled)
      }
      case 'APPEND_FAILED':
        return this.#appendFailed(input.request, input.fault)
      case 'TAIL':
        if (this.#tail?.id === input.tail) this.#hear(input.message)
        return
      case 'TAIL_ENDED':
        if (this.#tail?.id !== input.tail) return
        this.#tail = null
        if (input.fault?.kind === 'refused') this.#refused(input.fault)
        else this.#networkFailed(input.fault)
        return
      case 'QUEUE': {
        const stream = this.#streams.get(input.stream)
        // an older build may have queued what nobody can pass on
        const done = stream?.queued(input.after, inOrder(input.items, null)) ?? null
        if (done !== null) this.#do({ type: 'UNQUEUE', stream: input.stream, upTo: done })
        return
      }
      case 'QUEUE_GREW':
        if (this.#streams.has(input.stream)) this.#do({ type: 'LOAD_QUEUE', stream: input.stream })
        return
      case 'CLOCK':
        this.#skewMs = input.skewMs
        return
      case 'MIRRORED':
        this.#uploads.hold(input.events.filter((event) => event?.actor === this.#state?.actor))
        return
      case 'TIMER':
        return this.#ring(input.timer)
      default:
        assertNever(input)
    }
  }

  #takeMessage(message: ToSync): void {
    switch (message.type) {
      case 'COORDINATOR_STARTED':
        if (!this.#handover.isEmpty) this.#hello()
        return
      case 'SYNC_STATE': {
        const before = this.#state
        this.#state = message
        this.#told = null
        this.#signedOut = null
        if (this.cut) this.#closeTail()
        const known = before?.epoch === message.epoch && before.generation === message.generation
        // What was refused is to be handed over again, from where the database stands.
        const refused = this.#handover.pausedBy !== null
        if (!known || refused || message.actor !== before?.actor) this.#startOver(message)
        else this.#follow(message)
        return
      }
      case 'EVENTS_APPLIED': {
        const batch = this.#handover.acknowledged(message.batchId)
        if (!batch) return
        const queued = this.#streams.get(batch.stream)?.wasApplied(batch) ?? null
        if (queued !== null) this.#do({ type: 'UNQUEUE', stream: batch.stream, upTo: queued })
        if (batch.cursor !== null) this.#do({ type: 'REMEMBER_CURSOR', stream: batch.stream, seq: batch.cursor })
        if (batch.unqueue !== null) this.#do({ type: 'UNQUEUE', stream: batch.stream, upTo: batch.unqueue })
        return
      }
      case 'SNAPSHOT_PROGRESS':
        return this.#firstLoads.progress(message.home, message.part)
      case 'SNAPSHOT_ENDED':
        return this.#snapshotEnded(message)
      case 'EVENTS_FAILED':
        return this.#handover.failed(message)
      case 'OUTBOX': {
        if (message.complete) this.#uploads.completed()
        const added = this.#uploads.hold(message.events)
        if (added.length > 0) this.#do({ type: 'MIRROR', events: added })
        return
      }
      case 'OUTBOX_DISCARDED':
        this.#uploads.discard(message.events)
        this.#do({ type: 'UNMIRROR', events: message.events })
        return
      case 'UPLOADED_APPLIED':
        this.#handover.acknowledged(message.batchId)
        return
      default:
        assertNever(message)
    }
  }

  /** A new leader, a new person, or our first word with the database: only its cursors count. */
  #startOver(state: SyncState): void {
    this.#forget()
    this.#uploads.clear()
    if (state.actor === null) return
    for (const { stream, cursor } of state.streams) this.#addStream(stream, cursor)
    this.#do({ type: 'LOAD_MIRROR' })
  }

  /** The same leader speaks again: streams may have come or gone, another room may be open. */
  #follow(state: SyncState): void {
    const named = new Map(state.streams.map((one) => [one.stream, one.cursor]))
    for (const [stream, cursor] of named) if (!this.#streams.has(stream)) this.#addStream(stream, cursor)
    this.#wantOpenRoom()
  }

  #addStream(stream: string, cursor: string | null): void {
    if (stream.startsWith('local:') || this.#gone.has(stream)) return
    const open = this.#state?.openRoom
    const room = open?.stream === stream ? open.room : undefined
    this.#streams.set(stream, new StreamSync(stream, cursor, room, this.#state?.actor ?? null))
    this.#do({ type: 'LOAD_QUEUE', stream })
  }

  #wantOpenRoom(): void {
    const open = this.#state?.openRoom
    if (open) this.#streams.get(open.stream)?.wantRoom(open.room)
  }

  /** Streams that nobody has told us of yet may have come with it, and some that were lost meanwhile. */
  #snapshotEnded({ epoch, home, cursors }: Extract<ToSync, { type: 'SNAPSHOT_ENDED' }>): void {
    this.#firstLoads.ended(home, new Map(cursors.map(({ stream, cursor }) => [stream, cursor])))
    if (epoch !== this.#state?.epoch) return
    for (const { stream, cursor } of cursors) {
      if (this.#gone.has(stream)) this.#isGone(stream)
      else if (!this.#streams.has(stream)) this.#addStream(stream, cursor)
      this.#do({ type: 'REMEMBER_CURSOR', stream, seq: cursor })
    }
  }

  #hello(): void {
    this.#forget()
    this.#state = null
    this.#send({ type: 'SYNC_HELLO' })
  }

  #forget(): void {
    this.#streams.clear()
    this.#gone.clear()
    this.#firstLoads.forget()
    this.#reading.clear()
    this.#uploads.forget()
    this.#skewTold = null
    this.#handover.forget()
    this.#closeTail()
  }

  #closeTail(): void {
    if (!this.#tail) return
    this.#tail = null
    this.#do({ type: 'CLOSE_TAIL' })
  }

  /** Everything that can be done now: connect, upload, ask, hand over. */
  #goOn(): void {
    if (!this.#state || this.#state.actor === null || this.#signedOut !== null) return
    this.#tellClock()
    if (!this.#waiting && !this.cut) {
      const upload = this.#uploads.next(() => ++this.#serial)
      if (upload) this.#do(upload)
      this.#read()
      if (!this.#tail) {
        this.#tail = { id: ++this.#serial, open: false }
        this.#do({ type: 'OPEN_TAIL', tail: this.#tail.id })
      }
    }
    this.#handover.handOver(this.#byUrgency())
  }

  /** Before what it changes: the database stamps anew what the server would refuse. */
  #tellClock(): void {
    const skewMs = this.#skewMs
    if (skewMs === null || (this.#skewTold !== null && Math.abs(skewMs - this.#skewTold) < clockStepMs)) return
    this.#skewTold = skewMs
    this.#send({ type: 'SERVER_CLOCK', skewMs })
  }

  #read(): void {
    for (const stream of this.#byUrgency()) {
      while (this.#reading.size < maxReads) {
        const what = stream.nextRequest()
        if (!what) break
        const request = ++this.#serial
        this.#reading.set(request, { stream, what })
        this.#do({ type: 'READ', request, stream: stream.stream, what })
      }
    }
  }

  /** The room on screen, then what says who and what there is, then the other rooms. */
  #byUrgency(): StreamSync[] {
    const open = this.#state?.openRoom?.stream
    const place = ({ stream }: StreamSync): number => (stream === open ? 0 : publicRoomOf(stream) ? 2 : 1)
    const streams = [...this.#streams.values()].map((stream) => ({ stream, place: place(stream) }))
    return streams.sort((a, b) => a.place - b.place).map(({ stream }) => stream)
  }

  #hear(message: ReceivedTail): void {
    this.#networkWorks()
    this.#tail!.open = true
    switch (message.type) {
      case 'heads':
        if (message.actor !== this.#state?.actor) {
          this.#signedOut = 'ACTOR_MISMATCH'
          return this.#forget()
        }
        for (const { stream, head, total } of message.heads) this.#headIs(stream, head, total)
        for (const stream of message.gone) this.#isGone(stream)
        return
      case 'joined':
        return this.#headIs(message.stream, message.head, message.total)
      case 'items':
        this.#streams.get(message.stream)?.heard(message.after, message.head, message.items)
        return
      case 'gone':
        return this.#isGone(message.stream)
      case 'unreadable':
        for (const stream of this.#streams.values()) stream.heardSomething()
        return
      case 'presence': // for the tabs: presence-line.ts
        return
      default:
        assertNever(message)
    }
  }

  /** The server's list of our streams counts too: another device of ours may have joined a space. */
  #headIs(stream: string, head: string | null, total: number): void {
    this.#gone.delete(stream)
    if (!this.#streams.has(stream)) this.#addStream(stream, null)
    this.#streams.get(stream)?.headIs(head, total)
    this.#firstLoads.consider(stream)
  }

  /** We left, or were removed. What is here of it goes, also what no tab has taken yet. */
  #isGone(stream: string): void {
    this.#streams.delete(stream)
    this.#gone.add(stream)
    this.#do({ type: 'UNQUEUE', stream, upTo: '~' })
    this.#send({ type: 'STREAM_GONE', stream })
  }

  #readFailed({ stream, what }: Reading, fault: SyncFault): void {
    if (fault.kind === 'unreadable') {
      if (!stream.unreadable(what, fault.item)) this.#networkFailed(fault)
      return
    }
    stream.requestFailed(what)
    if (fault.kind === 'passing') return this.#networkFailed(fault)
    this.#networkWorks()
    if (fault.fault?.code === 'SIGNED_OUT') return this.#refused(fault)
    if (fault.fault?.code === 'BAD_OFFSET' && what.kind === 'after' && what.after !== null)
      return stream.cursorUnknown()
    stream.block(fault.fault?.code ?? fault.message)
    this.#do({ type: 'TIMER', timer: 'blocked', ms: 2000 * Math.min(stream.refusals, 15) })
  }

  #appendFailed(request: number, fault: SyncFault): void {
    const failure = this.#uploads.failed(request, fault)
    if (!failure) return
    if (fault.kind === 'passing' || !fault.fault) return this.#networkFailed(fault)
    this.#networkWorks()
    if (failure.type === 'again') this.#refused(fault)
    else this.#settle(failure)
  }

  #settle({ stream, results }: Settled): void {
    if (results.length === 0) return
    this.#do({ type: 'UNMIRROR', events: results.map(({ id }) => ({ stream, id })) })
    this.#handover.send(null, (batchId) => ({ type: 'UPLOADED', batchId, stream, results }))
  }

  #refused(fault: SyncFault): void {
    this.#forget()
    this.#signedOut = fault.fault?.code ?? fault.message
  }

  #networkWorks(): void {
    this.#attempt = 0
  }

  #networkFailed(fault: SyncFault | null): void {
    this.#attempt += 1
    if (this.#waiting) return
    this.#waiting = true
    const ms = fault?.retryAfterMs ?? backoffMs(this.#attempt, this.#random)
    this.#do({ type: 'TIMER', timer: 'network', ms })
  }

  #retryNow(): void {
    if (!this.#waiting) return
    this.#waiting = false
    this.#do({ type: 'TIMER', timer: 'network', ms: null })
  }

  #ring(timer: TimerName): void {
    switch (timer) {
      case 'network':
        this.#waiting = false
        return
      case 'handover':
      case 'acknowledgement':
        return this.#hello()
      case 'snapshot':
        return this.#firstLoads.giveUp()
      case 'blocked':
        for (const stream of this.#streams.values()) stream.unblock()
        return
      default:
        assertNever(timer)
    }
  }

  #finishReading(request: number): Reading | null {
    const reading = this.#reading.get(request) ?? null
    this.#reading.delete(request)
    return reading
  }

  #send(message: FromSync): void {
    this.#do({ type: 'SEND', message })
  }

  #do(effect: SyncEffect): void {
    this.#effects.push(effect)
  }

  /** Says how it stands whenever that changes; mere progress at most five times a second. */
  #tellStatus(): void {
    if (!this.#state) return
    const status = syncStatus({
      actor: this.#state.actor,
      signedOut: this.#signedOut,
      streams: [...this.#streams.values()],
      problem: this.#handover.pausedBy || null,
      offline: this.#waiting || this.#attempt > 0 || this.cut,
      connected: this.#tail?.open === true,
    })
    const kind = `${status.state} ${status.error} ${status.progress.map((one) => one.stream)}`
    if (kind === this.#told && (status.progress.length === 0 || this.#now() - this.#toldAt < 200)) return
    this.#told = kind
    this.#toldAt = this.#now()
    this.#send({ type: 'SYNC_STATUS', status })
  }
}
