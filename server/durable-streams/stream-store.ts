import { randomUUID } from 'node:crypto'
import { StaleHead, type EventLog, type LogItem, type Seq } from '../log/event-log.ts'
import {
  decideAppend,
  decideCreate,
  gone,
  missing,
  type Answer,
  type AppendRequest,
  type CreateRequest,
  type Decision,
} from './decide.ts'
import { fromOffset, toOffset } from './offset.ts'
import { bytesOf, toPayload, type Payload } from './payload.ts'
import {
  copyOf,
  fold,
  isJson,
  mediaType,
  type ForkPoint,
  type Inherited,
  type StreamRecord,
  type StreamState,
} from './stream-state.ts'

/**
 * Durable streams over an event log. Requests that write to one stream wait in a line; the whole line is decided, one
 * after another, and written by one append that expects the head on which the decisions stood. If another node wrote
 * meanwhile the line is decided again. A reader sees only what is durable.
 */
export interface StreamStore {
  create(name: string, request: CreateRequest): Promise<Written>
  append(name: string, request: AppendRequest): Promise<Written>
  /** 204, or why not */
  remove(name: string): Promise<Answer>
  /** `use` counts as a use of the stream: it lives on for its time-to-live */
  look(name: string, purpose: 'use' | 'look'): Promise<StreamState | Answer>
  /** Messages from a position on, up to some bytes but at least one; null: no such position was given out. */
  read(name: string, from: number, maxBytes: number): Promise<Page | null>
  /** Resolves when the stream changes after `state`, or at the signal. */
  changed(name: string, state: StreamState, signal: AbortSignal): Promise<void>
  /** names that begin with `prefix`, of streams that can be read */
  names(prefix: string): Promise<string[]>
  /** Tells that a stream has another end. */
  watch(listener: (name: string) => void): () => void
  close(): Promise<void>
}
export interface Written {
  readonly answer: Answer
  /** as it is afterwards; null: there is none */
  readonly state: StreamState | null
}
export interface Page {
  readonly messages: readonly Payload[]
  /** where the next page begins */
  readonly next: number
  readonly bytes: number
}

/** Every record that is this many behind another one is never needed to know the state. */
const checkpointEvery = 256
const maxLine = 256
const pageItems = 500
const maxLoaded = 10_000
const sweepMs = 10_000

interface Stored {
  readonly record: StreamRecord
  /** the state after it, now and then */
  readonly state?: StoredState
}
type StoredState = Omit<StreamState, 'producers' | 'forks'> & {
  readonly producers: readonly (readonly [string, { epoch: number; seq: number }])[]
  readonly forks: readonly string[]
}
interface Loaded {
  state: StreamState | null
  head: Seq | null
  /** records since the last one that has the state with it */
  sinceCheckpoint: number
}
interface Job {
  readonly decide: (state: StreamState | null) => Decision
  readonly resolve: (written: Written) => void
  readonly reject: (error: unknown) => void
}

export function openStreamStore(log: EventLog, now: () => number = Date.now): StreamStore {
  return new LogStreamStore(log, now)
}

class LogStreamStore implements StreamStore {
  readonly #log: EventLog
  readonly #now: () => number
  readonly #loaded = new Map<string, Promise<Loaded>>()
  readonly #lines = new Map<string, Job[]>()
  readonly #usedAt = new Map<string, number>()
  readonly #waiting = new Map<string, Set<() => void>>()
  readonly #listeners = new Set<(name: string) => void>()
  readonly #stopWatching: () => void
  readonly #sweeping: NodeJS.Timeout
  readonly #openedAt: number

  constructor(log: EventLog, now: () => number) {
    this.#log = log
    this.#now = now
    this.#openedAt = now()
    this.#stopWatching = log.watch(({ stream }) => void this.#follow(stream))
    this.#sweeping = setInterval(() => void this.#sweep(), sweepMs)
    this.#sweeping.unref()
  }

  async create(name: string, request: CreateRequest): Promise<Written> {
    const id = randomUUID()
    const { fork } = request.setup
    const present = await this.#state(name)
    if (!fork || present) {
      const gone = { answer: { status: 409, message: 'this stream has just gone: try again' }, records: [] } as const
      return this.#write(name, (state) => (fork && !state ? gone : decideCreate(state, request, id, null)))
    }
    const source = await this.#forkSource(fork, request)
    if ('status' in source) return { answer: source, state: null }
    // The source knows its fork first: so it never goes while a fork reads it.
    const held = await this.#write(fork.source, (state) => holdFor(state, name))
    if (held.answer.status !== 204) return held
    const written = await this.#write(name, (state) => decideCreate(state, request, id, source))
    if (written.answer.status !== 201 && written.state?.setup.fork?.source !== fork.source) {
      await this.#letGo(fork.source, name)
    }
    return written
  }

  append(name: string, request: AppendRequest): Promise<Written> {
    return this.#write(name, (state) => decideAppend(state, request))
  }

  async remove(name: string): Promise<Answer> {
    const state = await this.#state(name)
    if (!state) return missing
    if (state.deleted) return gone
    await this.#removeNow(name, state)
    return { status: 204 }
  }

  async look(name: string, purpose: 'use' | 'look'): Promise<StreamState | Answer> {
    const state = await this.#state(name)
    if (!state) return missing
    if (state.deleted) return gone
    if (purpose === 'use') this.#used(name, state)
    return state
  }

  async read(name: string, from: number, maxBytes: number): Promise<Page | null> {
    const { state } = await this.#load(name)
    return state ? this.#readUpTo(name, state, from, state.tail, maxBytes) : null
  }

  async changed(name: string, state: StreamState, signal: AbortSignal): Promise<void> {
    const waiting = this.#waiting.get(name) ?? new Set()
    this.#waiting.set(name, waiting)
    let done = () => {}
    const change = new Promise<void>((resolve) => (done = resolve))
    waiting.add(done)
    signal.addEventListener('abort', done)
    // it may have changed before we waited
    if (!signal.aborted && (await this.#isStill(name, state))) await change
    signal.removeEventListener('abort', done)
    waiting.delete(done)
    if (waiting.size === 0 && this.#waiting.get(name) === waiting) this.#waiting.delete(name)
  }

  async #isStill(name: string, state: StreamState): Promise<boolean> {
    try {
      return (await this.#load(name)).state === state
    } catch {
      return false // who waits finds out
    }
  }

  async names(prefix: string): Promise<string[]> {
    const names = (await this.#log.streams()).filter((name) => name.startsWith(prefix))
    const states = await Promise.all(names.map((name) => this.#state(name)))
    return names.filter((_, index) => states[index] && !states[index].deleted)
  }

  watch(listener: (name: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeping)
    this.#stopWatching()
    for (const waiting of this.#waiting.values()) for (const done of waiting) done()
  }

  // Reading

  /** Of a fork, what lies before its start is its source's, which may be a fork too. */
  async #readUpTo(name: string, state: StreamState, from: number, end: number, maxBytes: number): Promise<Page | null> {
    const { fork } = state.setup
    if (!fork || from >= state.start) return this.#readOwn(name, state, from, end, maxBytes)
    const source = (await this.#load(fork.source)).state
    if (!source) throw new Error(`${name} has lost its source ${fork.source}`)
    const first = await this.#readUpTo(fork.source, source, from, Math.min(end, state.start), maxBytes)
    if (!first || first.next < state.start || first.bytes >= maxBytes) return first
    const rest = await this.#readOwn(name, state, state.start, end, maxBytes - first.bytes)
    return rest && { messages: [...first.messages, ...rest.messages], next: rest.next, bytes: first.bytes + rest.bytes }
  }

  async #readOwn(name: string, state: StreamState, from: number, end: number, maxBytes: number): Promise<Page | null> {
    if (from > end) return null
    const messages: Payload[] = []
    let next = from
    let bytes = 0
    let seq = from === state.start ? null : await this.#seqOf(name, from)
    while (next < end && bytes < maxBytes) {
      if (seq === undefined) return null
      const { items } = await this.#log.read(name, seq, pageItems, maxBytes - bytes)
      for (const item of items) {
        const { record } = JSON.parse(item.data) as Stored
        if (record.type !== 'append') continue
        messages.push(...record.messages.slice(0, end - next))
        next = Math.min(end, next + record.messages.length)
        bytes += item.data.length
      }
      if (items.length === 0) break // it was taken away meanwhile
      seq = items.at(-1)!.seq
    }
    return seq === undefined ? null : { messages, next, bytes }
  }

  /** A record of messages is named by the position behind it. */
  async #seqOf(name: string, position: number): Promise<Seq | undefined> {
    return (await this.#log.find(name, [toOffset(position)]))[0]?.seq
  }

  // Writing

  async #write(name: string, decide: Job['decide']): Promise<Written> {
    await this.#state(name) // one that has expired is taken away first
    return this.#waitInLine(name, decide)
  }

  #waitInLine(name: string, decide: Job['decide']): Promise<Written> {
    return new Promise((resolve, reject) => {
      const job = { decide, resolve, reject }
      const line = this.#lines.get(name)
      if (line) line.push(job)
      else {
        this.#lines.set(name, [job])
        void this.#serve(name)
      }
    })
  }

  async #serve(name: string): Promise<void> {
    const line = this.#lines.get(name)!
    while (line.length > 0) {
      const jobs = line.splice(0, maxLine)
      await this.#commit(name, jobs).catch((error: unknown) => {
        this.#loaded.delete(name) // whatever was written of it is read anew
        for (const job of jobs) job.reject(error)
      })
    }
    this.#lines.delete(name)
  }

  async #commit(name: string, jobs: readonly Job[]): Promise<void> {
    for (;;) {
      const loaded = await this.#load(name)
      let draft = loaded.state && copyOf(loaded.state)
      let since = loaded.sinceCheckpoint
      const events: { id: string; data: string }[] = []
      const answers: Written[] = []
      for (const { decide } of jobs) {
        const { answer, records } = decide(draft)
        for (const record of records) {
          draft = fold(draft, record, this.#now())
          since += 1
          const stored: Stored = since % checkpointEvery === 0 ? { record, state: toStored(draft) } : { record }
          events.push({ id: idOf(record, draft), data: JSON.stringify(stored) })
        }
        // a later one in the line changes the draft
        answers.push({ answer, state: draft && (records.length > 0 ? copyOf(draft) : draft) })
      }
      if (events.length > 0) {
        try {
          const appended = await this.#log.append(name, events, { expect: loaded.head })
          const head = appended.at(-1)!.seq
          // the log may have told of it already, or may yet: it is the same state
          const latest = await this.#load(name)
          if (latest.head === null || latest.head < head) {
            this.#publish(name, { state: draft, head, sinceCheckpoint: since })
          }
        } catch (error) {
          if (!(error instanceof StaleHead)) throw error
          this.#loaded.delete(name)
          continue
        }
      }
      this.#used(name, draft)
      for (const [index, job] of jobs.entries()) job.resolve(answers[index]!)
      return
    }
  }

  #publish(name: string, loaded: Loaded): void {
    this.#loaded.set(name, Promise.resolve(loaded))
    for (const done of this.#waiting.get(name) ?? []) done()
    for (const listener of this.#listeners) listener(name)
  }

  // Knowing

  /** The state; null where there is none, or where it has just been found to have expired. */
  async #state(name: string): Promise<StreamState | null> {
    const { state } = await this.#load(name)
    if (!state || state.deleted || !this.#expired(name, state)) return state
    await this.#removeNow(name, state)
    return (await this.#load(name)).state
  }

  /** A read keeps a stream alive, and is not written down: after a start, all streams count as just used. */
  #expired(name: string, { expiresAt, ttlSeconds, writtenAt }: StreamState): boolean {
    const usedAt = Math.max(writtenAt, this.#usedAt.get(name) ?? this.#openedAt)
    return (
      (expiresAt !== null && this.#now() >= expiresAt) ||
      (ttlSeconds !== null && this.#now() >= usedAt + ttlSeconds * 1000)
    )
  }

  #used(name: string, state: StreamState | null): void {
    if (state && state.ttlSeconds !== null) this.#usedAt.set(name, this.#now())
  }

  #load(name: string): Promise<Loaded> {
    const known = this.#loaded.get(name)
    if (known) return known
    const loading = this.#readState(name)
    this.#loaded.set(name, loading)
    if (this.#loaded.size > maxLoaded) this.#forgetOldest()
    loading.catch(() => this.#loaded.delete(name))
    return loading
  }

  /** It is read from the log again when it is asked for. */
  #forgetOldest(): void {
    for (const name of this.#loaded.keys()) {
      if (this.#lines.has(name) || this.#waiting.has(name)) continue
      this.#loaded.delete(name)
      return
    }
  }

  async #readState(name: string): Promise<Loaded> {
    const items = await this.#log.latest(name, checkpointEvery)
    let loaded: Loaded = { state: null, head: null, sinceCheckpoint: 0 }
    const from = items.findLastIndex((item) => (JSON.parse(item.data) as Stored).state !== undefined)
    for (const item of items.slice(Math.max(0, from))) loaded = take(loaded, item)
    return loaded
  }

  /** What this node or another one wrote. */
  async #follow(name: string): Promise<void> {
    const known = this.#loaded.get(name)
    if (!known) {
      for (const listener of this.#listeners) listener(name)
      return
    }
    if (this.#lines.has(name)) return // who writes it publishes it
    const before = await known
    const { items } = await this.#log.read(name, before.head, pageItems, Infinity)
    let loaded: Loaded = { ...before, state: before.state && copyOf(before.state) }
    for (const item of items) loaded = take(loaded, item)
    if (items.length === 0 || this.#loaded.get(name) !== known) return
    this.#publish(name, loaded)
    if (loaded.state?.deleted) this.#loaded.delete(name) // soon it may be gone, and its name free
  }

  // Forks and ends

  async #forkSource(
    fork: ForkPoint,
    { setup }: CreateRequest,
  ): Promise<(Inherited & { prefix: readonly Payload[] }) | Answer> {
    const bad = (message: string): Answer => ({ status: 400, message })
    const source = await this.#state(fork.source)
    if (!source) return { status: 404, message: 'Stream-Forked-From: there is no such stream' }
    if (source.deleted) return { status: 409, message: 'Stream-Forked-From: that stream was deleted' }
    if (setup.contentType !== null && mediaType(setup.contentType) !== mediaType(source.contentType)) {
      return { status: 409, message: `a fork is of its source's type, ${source.contentType}` }
    }
    let start = fork.offset === null ? source.tail : fromOffset(fork.offset)
    if (start === null || start > source.tail) return bad('Stream-Fork-Offset: is no offset of that stream')
    const page = await this.read(fork.source, start, 1)
    if (!page) return bad('Stream-Fork-Offset: is no offset of that stream')
    let prefix: Payload[] = []
    if (fork.subOffset > 0 && isJson(source.contentType)) {
      start += fork.subOffset
      if (start > source.tail) return bad('Stream-Fork-Sub-Offset: that stream has not so many messages')
    } else if (fork.subOffset > 0) {
      const next = page.messages[0] === undefined ? Buffer.alloc(0) : bytesOf(page.messages[0])
      if (fork.subOffset > next.length) return bad('Stream-Fork-Sub-Offset: lies beyond the next message')
      prefix = [toPayload(next.subarray(0, fork.subOffset))]
    }
    const own = setup.ttlSeconds !== null || setup.expiresAt !== null
    const { ttlSeconds, expiresAt } = own ? setup : source
    return { start, prefix, contentType: setup.contentType ?? source.contentType, ttlSeconds, expiresAt }
  }

  /** With forks that read it, it stays for them alone; else it goes, and lets go of its own source. */
  async #removeNow(name: string, state: StreamState): Promise<void> {
    let { forks } = state
    for (const fork of forks) {
      // one whose making was cut short, or whose end was
      const other = (await this.#load(fork)).state
      if (other?.setup.fork?.source !== name) forks = new Set([...forks].filter((one) => one !== fork))
    }
    if (forks.size > 0) {
      if (!state.deleted) await this.#writeRecord(name, { type: 'delete' })
      return
    }
    if (!state.deleted) await this.#writeRecord(name, { type: 'delete' }) // other nodes hear of this, not of the next
    await this.#log.drop(name)
    this.#usedAt.delete(name)
    this.#publish(name, { state: null, head: null, sinceCheckpoint: 0 })
    if (state.setup.fork) await this.#letGo(state.setup.fork.source, name)
  }

  async #letGo(source: string, fork: string): Promise<void> {
    await this.#writeRecord(source, { type: 'unfork', fork })
    const { state } = await this.#load(source)
    if (state?.deleted && state.forks.size === 0) await this.#removeNow(source, state)
  }

  #writeRecord(name: string, record: StreamRecord): Promise<Written> {
    const decide = (state: StreamState | null): Decision =>
      state ? { answer: { status: 204 }, records: [record] } : { answer: missing, records: [] }
    return this.#waitInLine(name, decide)
  }

  /** Takes away what has expired and is not asked for. */
  async #sweep(): Promise<void> {
    for (const name of Array.from(this.#loaded.keys())) await this.#state(name).catch(() => null) // the next one tries again
  }
}

function holdFor(state: StreamState | null, fork: string): Decision {
  if (!state) return { answer: { status: 404, message: 'Stream-Forked-From: there is no such stream' }, records: [] }
  if (state.deleted)
    return { answer: { status: 409, message: 'Stream-Forked-From: that stream was deleted' }, records: [] }
  return { answer: { status: 204 }, records: state.forks.has(fork) ? [] : [{ type: 'fork', fork }] }
}

const idOf = (record: StreamRecord, after: StreamState): string =>
  record.type === 'append' ? toOffset(after.tail) : `${record.type} ${randomUUID()}`

function take(loaded: Loaded, item: LogItem): Loaded {
  const { record, state } = JSON.parse(item.data) as Stored
  return {
    state: state ? fromStored(state) : fold(loaded.state, record, item.receivedAt),
    head: item.seq,
    sinceCheckpoint: state ? 0 : loaded.sinceCheckpoint + 1,
  }
}

const toStored = (state: StreamState): StoredState => ({
  ...state,
  producers: [...state.producers],
  forks: [...state.forks],
})
const fromStored = (stored: StoredState): StreamState => ({
  ...stored,
  producers: new Map(stored.producers),
  forks: new Set(stored.forks),
})
