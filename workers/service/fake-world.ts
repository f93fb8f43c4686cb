import type { AnyEvent, SequencedEvent } from '../../schema/events/event.ts'
import { keyIn } from '../../schema/events/key.ts'
import { homeStream } from '../../schema/events/streams.ts'
import type { StreamPage, TailMessage } from '../../schema/messages/http.ts'
import type { Received } from '../../schema/messages/received.ts'
import type { FromSync, ToSync } from '../../schema/messages/sync.ts'
import { withoutTheirWords } from './erase-queued.ts'
import { SyncFault, type ReadRequest, type SyncApi } from './sync-api.ts'
import type { SyncStore } from './sync-store.ts'

/** The sync client's three neighbours, in memory, each with the laws of the real one. For tests. */

export const seqOf = (number: number): string => String(number).padStart(16, '0')

export function makeEvent(id: string, stream: string, rest: Partial<AnyEvent> = {}): AnyEvent {
  const payload = { text: id }
  return { id, type: 'message.create', stream, actor: 'me', clock: '1', at: 1, deps: [], room: 'r', payload, ...rest }
}

/** The server: streams of events, deduplicated by id; `up` false makes every request fail in passing. */
export class FakeServer implements SyncApi {
  up = true
  /** ids that it refuses for good */
  readonly refuses = new Set<string>()
  /** streams that are not ours to read (yet) */
  readonly closed = new Set<string>()
  pageSize = 7
  readonly appended: string[] = []
  readonly reads: string[] = []
  readonly #streams = new Map<string, SequencedEvent[]>()
  readonly #tails = new Set<{ onMessage: (message: TailMessage) => void; end: (fault?: SyncFault) => void }>()

  events(stream: string): readonly SequencedEvent[] {
    return this.#streams.get(stream) ?? []
  }

  /** somebody writes */
  write(stream: string, events: readonly AnyEvent[]): { seq: string; duplicate: boolean }[] {
    const log = this.#streams.get(stream) ?? []
    this.#streams.set(stream, log)
    const after = log.at(-1)?.seq ?? null
    const results = events.map((event) => {
      const known = log.find((item) => item.event.id === event.id)
      if (known) return { seq: known.seq, duplicate: true }
      log.push({ seq: seqOf(log.length + 1), receivedAt: 1, event })
      return { seq: seqOf(log.length), duplicate: false }
    })
    const items = log.filter((item) => after === null || item.seq > after)
    const head = items.at(-1)?.seq
    if (head !== undefined && !this.closed.has(stream)) {
      for (const tail of this.#tails) tail.onMessage({ type: 'items', stream, after, head, items })
    }
    return results
  }

  down(): void {
    this.up = false
    for (const tail of this.#tails) tail.end(new SyncFault('passing', 'down'))
  }

  async read(stream: string, what: ReadRequest): Promise<StreamPage> {
    this.#reach()
    this.reads.push(`${what.kind} ${stream}`)
    if (this.closed.has(stream)) throw refusal('NOT_A_MEMBER')
    const log = this.events(stream)
    const head = log.at(-1)?.seq ?? null
    const names = { me: 'Me Myself' }
    const whole = { head, total: log.length, behind: 0, upToDate: true, names }
    if (what.kind === 'outline') return { ...whole, items: log.filter((item) => item.event.type !== 'message.create') }
    if (what.kind === 'newest') {
      const inRoom = what.room === null ? log : log.filter((item) => item.event.room === what.room)
      return { ...whole, items: inRoom.slice(-3) }
    }
    if (what.after !== null && (head === null || what.after > head)) throw refusal('BAD_OFFSET')
    const rest = log.filter((item) => what.after === null || item.seq > what.after)
    const items = rest.slice(0, this.pageSize)
    const behind = rest.length - items.length
    return { ...whole, items, behind, upToDate: behind === 0 }
  }

  async append(stream: string, events: readonly AnyEvent[]) {
    this.#reach()
    const index = events.findIndex((event) => this.refuses.has(event.id))
    if (index >= 0) throw refusal('NOT_ALLOWED', index)
    this.appended.push(...events.map((event) => event.id))
    if (this.closed.has(stream)) this.#join(homeStream(stream))
    const results = this.write(stream, events)
    return events.map(({ id }, i) => ({ id, receivedAt: 1, ...results[i]! }))
  }

  tail(onMessage: (message: TailMessage) => void, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.up) return reject(new SyncFault('passing', 'down'))
      const tail = {
        onMessage,
        end: (fault?: SyncFault) => {
          this.#tails.delete(tail)
          if (fault) reject(fault)
          else resolve()
        },
      }
      this.#tails.add(tail)
      signal.addEventListener('abort', () => tail.end())
      const heads = [...this.#streams].flatMap(([stream, log]) =>
        this.closed.has(stream) ? [] : [{ stream, head: log.at(-1)?.seq ?? null, total: log.length }],
      )
      onMessage({ type: 'heads', gone: [], actor: 'me', heads })
    })
  }

  /** as the real one tells it: the rooms first */
  #join(home: string): void {
    const streams = [...this.closed].filter((stream) => homeStream(stream) === home)
    for (const stream of streams.sort()) {
      this.closed.delete(stream)
      const log = this.events(stream)
      const joined = { type: 'joined', stream, head: log.at(-1)?.seq ?? null, total: log.length } as const
      for (const tail of this.#tails) tail.onMessage(joined)
    }
  }

  #reach(): void {
    if (!this.up) throw new SyncFault('passing', 'down')
  }
}

function refusal(code: 'NOT_A_MEMBER' | 'NOT_ALLOWED' | 'BAD_OFFSET', index?: number): SyncFault {
  return new SyncFault('refused', code, index === undefined ? { code, message: code } : { code, message: code, index })
}

/** The database behind the coordinator: applies whole batches, owns cursors and outbox, refuses a batch with a gap. */
export class FakeDatabase {
  epoch = 1
  actor: string | null = 'me'
  openRoom: { stream: string; room: string } | null = null
  readonly cursors = new Map<string, string | null>()
  /** event ids in the order in which they were first applied */
  readonly applied: string[] = []
  readonly #known = new Set<string>()
  readonly outbox = new Map<string, AnyEvent>()
  readonly failed = new Map<string, string>()
  readonly gaps: string[] = []
  /** code to fail the next batches with */
  fails: string | null = null
  /** what the server's snapshot of a home holds; null: there is none */
  snapshotOf: (home: string) => readonly SequencedEvent[] | null = () => null
  readonly snapshotsTaken: string[] = []

  state(): ToSync {
    const streams = [...this.cursors].map(([stream, cursor]) => ({ stream, cursor }))
    return {
      type: 'SYNC_STATE',
      epoch: this.epoch,
      generation: 'g',
      actor: this.actor,
      streams,
      openRoom: this.openRoom,
      cut: false,
    }
  }

  /** a person acts */
  dispatch(events: readonly AnyEvent[]): ToSync {
    for (const event of events) {
      this.#apply(event)
      this.outbox.set(keyIn(event.stream, event.id), event)
    }
    return { type: 'OUTBOX', epoch: this.epoch, complete: false, events }
  }

  answer(message: FromSync): readonly ToSync[] {
    const { epoch } = this
    switch (message.type) {
      case 'SYNC_HELLO':
        return [this.state(), { type: 'OUTBOX', epoch, complete: true, events: [...this.outbox.values()] }]
      case 'EVENTS': {
        const { batchId, stream, items, after, cursor } = message
        if (this.fails !== null) {
          return [{ type: 'EVENTS_FAILED', epoch, batchId, code: this.fails, message: this.fails }]
        }
        const known = this.cursors.get(stream) ?? null
        if (cursor !== null && after !== null && (known === null || after > known)) {
          this.gaps.push(`${stream}: ${after} > ${known}`)
          return [{ type: 'EVENTS_FAILED', epoch, batchId, code: 'GAP', message: 'gap' }]
        }
        for (const item of items) {
          const event = item.event as AnyEvent
          this.#apply(event)
          this.outbox.delete(keyIn(stream, event.id))
        }
        if (!this.cursors.has(stream)) this.cursors.set(stream, null)
        if (cursor !== null && (known === null || cursor > known)) this.cursors.set(stream, cursor)
        return [{ type: 'EVENTS_APPLIED', epoch, batchId, rejected: [] }]
      }
      case 'UPLOADED':
        for (const result of message.results) {
          this.outbox.delete(keyIn(message.stream, result.id))
          if ('error' in result) this.failed.set(result.id, result.error.code)
        }
        return [{ type: 'UPLOADED_APPLIED', epoch, batchId: message.batchId }]
      case 'STREAM_GONE':
        this.cursors.delete(message.stream)
        return [this.state()]
      case 'SNAPSHOT_WANTED': {
        const { home } = message
        const cursors = this.#takeSnapshot(home).map(([stream, cursor]) => ({ stream, cursor }))
        return [
          { type: 'SNAPSHOT_PROGRESS', epoch, home, part: 0.5 },
          { type: 'SNAPSHOT_ENDED', epoch, home, cursors },
        ]
      }
      case 'SYNC_STATUS':
      case 'SERVER_CLOCK':
        return []
    }
  }

  #takeSnapshot(home: string): [string, string][] {
    const cursors = new Map<string, string>()
    for (const { seq, event } of this.snapshotOf(home) ?? []) {
      this.#apply(event)
      this.outbox.delete(keyIn(event.stream, event.id))
      cursors.set(event.stream, seq)
    }
    for (const [stream, seq] of cursors) if ((this.cursors.get(stream) ?? '') < seq) this.cursors.set(stream, seq)
    if (cursors.size > 0) this.snapshotsTaken.push(home)
    return [...cursors]
  }

  #apply(event: AnyEvent): void {
    const key = keyIn(event.stream, event.id)
    if (this.#known.has(key)) return
    this.#known.add(key)
    this.applied.push(event.id)
  }
}

export function createMemorySyncStore(): SyncStore {
  const cursors = new Map<string, string>()
  const queues = new Map<string, { after: string | null; items: Received[] }>()
  const mirror = new Map<string, AnyEvent>()
  return {
    async rememberCursor(stream, seq) {
      if ((cursors.get(stream) ?? '') < seq) cursors.set(stream, seq)
    },
    async queueOffset(stream) {
      return queues.get(stream)?.items.at(-1)?.seq ?? cursors.get(stream)
    },
    async enqueue(stream, after, items) {
      if (items.length === 0) return
      const queue = queues.get(stream) ?? { after, items: [] }
      const fresh = items.filter((item) => !queue.items.some((known) => known.seq === item.seq))
      queues.set(stream, { ...queue, items: [...queue.items, ...fresh] })
    },
    async queue(stream) {
      return queues.get(stream) ?? { after: null, items: [] }
    },
    async eraseQueued(stream, messages) {
      const queue = queues.get(stream)
      const items = queue?.items.map((item) => withoutTheirWords(item, stream, messages) ?? item)
      if (queue && items) queues.set(stream, { ...queue, items })
    },
    async unqueue(stream, upTo) {
      const items = queues.get(stream)?.items.filter((item) => item.seq > upTo) ?? []
      if (items.length > 0) queues.set(stream, { after: upTo, items })
      else queues.delete(stream)
    },
    async mirror(events) {
      for (const event of events) mirror.set(keyIn(event.stream, event.id), event)
    },
    async unmirror(events) {
      for (const { stream, id } of events) mirror.delete(keyIn(stream, id))
    },
    async mirrored() {
      return [...mirror.values()]
    },
    async clear() {
      cursors.clear()
      queues.clear()
      mirror.clear()
    },
  }
}
