import { seededRandom, type Random } from '../../schema/demo/random.ts'
import type { KnownEvent } from '../../schema/events/event.ts'
import { deviceBounds } from '../../schema/device-bounds.ts'
import { unreadable, type Received } from '../../schema/messages/received.ts'
import type { FromSync, ToSync } from '../../schema/messages/sync.ts'
import { applyBatch } from '../event-store/apply-batch.ts'
import { eventId } from '../event-store/random-events.ts'
import { setAsideCount } from '../event-store/set-aside.ts'
import { syncConversation } from '../event-store/sync-messages.ts'
import { checkSearchIndex, openMemoryStore, projectionDump, type MemoryStore } from '../event-store/testing.ts'
import { createMemorySyncStore } from '../service/fake-world.ts'
import { createSyncApi, SyncFault } from '../service/sync-api.ts'
import { SyncMachine } from '../service/sync-machine.ts'
import type { SyncEffect, SyncInput, TimerName } from '../service/sync-steps.ts'
import { goodEvent } from './good-events.ts'
import { poisons } from './poison.ts'

/**
 * The device's intake under poison: from the bytes of the network to the rows. Between good events come batches of what
 * nobody should ever send, by the live connection, by pages, and out of the queue. Laws: nothing is thrown; every good
 * event is applied; the tables are those of the good events alone; the cursor ends at the end of the stream; what was set
 * aside is counted, and what is kept of it is bounded.
 */
export interface FuzzOptions {
  readonly seed: number
  readonly batches: number
  onProgress?(batches: number): void
}
export interface FuzzResult {
  readonly good: number
  readonly poisoned: number
  readonly setAside: number
  readonly faults: readonly string[]
}

export async function fuzzDevice({ seed, batches, onProgress }: FuzzOptions): Promise<FuzzResult> {
  const random = seededRandom(seed)
  const device = await FuzzedDevice.start(random)
  for (let batch = 0; batch < batches; batch++) {
    await device.batch()
    if (batch % 64 === 0) await device.settle()
    if (onProgress && batch % 1000 === 999) onProgress(batch + 1)
  }
  await device.settle()
  return device.end()
}

const stream = 'space:s1'
const seqOf = (place: number): string => String(place).padStart(16, '0')

/** One stream as the server would send it: each entry is the text of an item. */
class PoisonedServer {
  readonly items: string[] = []
  #tail: ReadableStreamDefaultController<Uint8Array> | null = null

  say(text: string): void {
    this.#tail?.enqueue(new TextEncoder().encode(text))
  }
  hangUp(): void {
    this.#tail?.close()
    this.#tail = null
  }

  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = new URL(String(input), 'http://server.invalid')
    const headers = { date: new Date(1_700_000_000_000).toUTCString() }
    if (url.pathname === '/api/tail') {
      init?.signal?.addEventListener('abort', () => (this.#tail = null))
      const body = new ReadableStream<Uint8Array>({ start: (controller) => void (this.#tail = controller) })
      this.say(
        `data: {"type":"heads","actor":"me","heads":[${this.head()},null,{"stream":5},{"stream":"local:demo-1","head":null,"total":0}]}\n\n`,
      )
      return new Response(body, { headers })
    }
    if (!url.pathname.includes(encodeURIComponent(stream))) return page([], 0, null, headers)
    const after = Number(url.searchParams.get('after') ?? 0)
    const limit = Number(url.searchParams.get('limit') ?? 2000)
    const outline = url.pathname.endsWith('/outline')
    const items = outline ? [] : this.items.slice(after, after + limit)
    const behind = outline ? 0 : Math.max(0, this.items.length - after - items.length)
    return page(items, behind, this.items.length === 0 ? null : seqOf(this.items.length), headers, this.items.length)
  }

  head(): string {
    const head = this.items.length === 0 ? 'null' : `"${seqOf(this.items.length)}"`
    return `{"stream":"${stream}","head":${head},"total":${this.items.length}}`
  }
}

function page(
  items: readonly string[],
  behind: number,
  head: string | null,
  headers: HeadersInit,
  total = 0,
): Response {
  const rest = JSON.stringify({ upToDate: behind === 0, head, total, behind }).slice(1)
  return new Response(`{"items":[${items.join(',')}],${rest}`, { headers })
}

class FuzzedDevice {
  readonly #random: Random
  readonly #store: MemoryStore
  readonly #server = new PoisonedServer()
  /** gets the good events alone */
  readonly #alone: MemoryStore
  #fresh: KnownEvent[] = []
  #good = 0
  readonly #faults: string[] = []
  readonly #queue = createMemorySyncStore()
  readonly #api = createSyncApi(this.#server.fetch as typeof fetch, 'http://server.invalid', () => 1_700_000_000_000)
  readonly #conversation
  /** of the database, to the message before it */
  #answers: ToSync[] = []
  #machine!: SyncMachine
  #inFlight = new Set<Promise<void>>()
  #timers = new Set<TimerName>()
  #tail = new AbortController()
  #poisoned = 0
  #ids = 0
  #restarts = 0

  static async start(random: Random): Promise<FuzzedDevice> {
    const now = () => 1_700_000_000_000
    return new FuzzedDevice(random, await openMemoryStore({ now }), await openMemoryStore({ now }))
  }

  private constructor(random: Random, store: MemoryStore, alone: MemoryStore) {
    this.#random = random
    this.#store = store
    this.#alone = alone
    this.#conversation = syncConversation(
      store,
      { epoch: 1, generation: 'g', full: false, failed: rethrow },
      (answer) => this.#answers.push(structuredClone(answer)),
      () => {},
    )
    const me = { id: eventId(0), type: 'member.join', stream, actor: 'me', clock: '1', at: 1, deps: [], entity: 'me' }
    this.#append({ ...me, type: 'member.join', payload: { name: 'Me' } })
    applyBatch(store, {
      batchId: 'b',
      stream,
      items: [{ seq: seqOf(1), receivedAt: 1, event: this.#fresh[0]! }],
      after: null,
      cursor: seqOf(1),
    })
    this.#conversation.setPerson('me', null, false)
    this.#restart()
  }

  /** Some good events with poison among them, on one of the ways in. */
  async batch(): Promise<void> {
    const random = this.#random
    const from = this.#server.items.length
    const poison = random.between(1, 3)
    for (let n = random.between(0, 2); n > 0; n--) this.#append(goodEvent(random, this.#good))
    for (let n = 0; n < poison; n++) this.#poison()
    for (let n = random.between(1, 2); n > 0; n--) this.#append(goodEvent(random, this.#good))
    const added = this.#server.items.slice(from)
    const after = from === 0 ? null : seqOf(from)
    const head = seqOf(this.#server.items.length)
    switch (random.between(0, 9)) {
      case 0: // a proxy's own idea
        this.#server.say(
          random.pick([
            'data: <html>\n\n',
            'data: null\n\n',
            'data: {"type":"items"}\n\n',
            'data: [1]\n\n',
            ': \n\n',
            '\n\n\n',
          ]),
        )
        break
      case 1: // in another order
        this.#say(after, head, added.toReversed())
        break
      case 2: // mere news of it
        this.#server.say(
          `data: {"type":"items","stream":"${stream}","after":${JSON.stringify(after)},"head":"${head}","items":null}\n\n`,
        )
        break
      case 3: // out of the queue that a push has filled
        await this.#push(added, after)
        break
      case 4:
        this.#server.hangUp()
        break
      case 5:
        if (random.chance(0.05)) this.#restart()
        break
      default:
        this.#say(after, head, added)
    }
    await tick()
  }

  /** Until nothing moves; what waits for a timer has its way. */
  async settle(): Promise<void> {
    for (let round = 0; round < 200; round++) {
      await tick()
      while (this.#inFlight.size > 0) await Promise.race(this.#inFlight)
      if (this.#cursor() === seqOf(this.#server.items.length) && this.#timers.size === 0) return this.#forget()
      this.#server.hangUp()
      const due = [...this.#timers]
      for (const timer of due) {
        this.#timers.delete(timer)
        this.#step({ type: 'TIMER', timer })
      }
    }
  }

  /** What was taken is not needed any more. */
  #forget(): void {
    this.#server.items.fill('', 0, Number(this.#cursor()))
    const items = this.#fresh.map((event, n) => ({
      seq: seqOf(this.#good - this.#fresh.length + n),
      receivedAt: 2e12,
      event,
    }))
    applyBatch(this.#alone, { batchId: 'b', stream, items, after: null, cursor: null })
    this.#fresh = []
  }

  async end(): Promise<FuzzResult> {
    const faults = this.#faults
    const last = seqOf(this.#server.items.length)
    if (this.#cursor() !== last) faults.push(`the cursor is ${this.#cursor()}, the stream ends at ${last}`)
    const [found, wanted] = [projectionDump(this.#store), projectionDump(this.#alone)]
    for (const [table, rows] of Object.entries(wanted)) {
      const difference = rows.findIndex((row, n) => row !== found[table]![n])
      if (difference >= 0 || rows.length !== found[table]!.length) {
        faults.push(`${table}: ${found[table]![difference] ?? 'no row'} instead of ${rows[difference] ?? 'none'}`)
      }
    }
    checkSearchIndex(this.#store)
    const kept = this.#store.sql.prepare('SELECT count(*), max(length(event)) FROM rejected_events').rows()[0] as [
      number,
      number,
    ]
    if (kept[0] > deviceBounds.setAside) faults.push(`${kept[0]} events are kept that were set aside`)
    if (kept[1] > deviceBounds.setAsideLength) faults.push(`${kept[1]} characters are kept of one event`)
    const setAside = setAsideCount(this.#store.sql)
    // those without a place or a name are not told apart where several stand together
    if (setAside > this.#poisoned || setAside < this.#poisoned * 0.98)
      faults.push(`${setAside} events were set aside of ${this.#poisoned}`)
    this.#alone.close()
    this.#store.close()
    return { good: this.#good, poisoned: this.#poisoned, setAside, faults }
  }

  #append(event: KnownEvent): void {
    this.#good++
    this.#fresh.push(event)
    const place = seqOf(this.#server.items.length + 1)
    this.#server.items.push(`{"seq":"${place}","receivedAt":1700000000000,"event":${JSON.stringify(event)}}`)
  }

  #poison(): void {
    this.#poisoned++
    const fresh = () => `02HF${String(++this.#ids).padStart(22, '0')}`
    const place = seqOf(this.#server.items.length + 1)
    this.#server.items.push(this.#random.pick(poisons).item(this.#random, place, fresh))
  }

  #say(after: string | null, head: string, items: readonly string[]): void {
    const start = `{"type":"items","stream":"${stream}","after":${JSON.stringify(after)},"head":"${head}"`
    this.#server.say(`data: ${start},"items":[${items.join(',')}]}\n\n`)
  }

  async #push(items: readonly string[], after: string | null): Promise<void> {
    const parsed = items.flatMap((item) => {
      try {
        const found = JSON.parse(item) as Received | null
        return found && typeof found.seq === 'string' && found.seq !== '' ? [found] : []
      } catch {
        return unreadable(item, null) ?? []
      }
    })
    await this.#queue.enqueue(stream, after, parsed)
    this.#step({ type: 'QUEUE_GREW', stream })
  }

  #cursor(): string | null {
    return this.#store.log.cursor(stream)
  }

  /** The Service Worker was stopped, and is started anew. */
  #restart(): void {
    this.#tail.abort()
    this.#inFlight = new Set()
    this.#timers.clear()
    const machine = new SyncMachine(
      `s${++this.#restarts}`,
      () => this.#random.next(),
      () => 0,
    )
    this.#machine = machine
    this.#api.watchClock?.((skewMs) => this.#step({ type: 'CLOCK', skewMs }, machine))
    this.#step({ type: 'START' }, machine)
  }

  #step(input: SyncInput, machine = this.#machine): void {
    if (machine !== this.#machine) return // of a worker that was stopped
    try {
      for (const effect of machine.step(input)) this.#carryOut(effect, machine)
    } catch (error) {
      this.#faults.push(`thrown at ${input.type}: ${String(error instanceof Error ? error.stack : error)}`)
    }
  }

  #carryOut(effect: SyncEffect, machine: SyncMachine): void {
    const later = (work: () => Promise<SyncInput | null>) => {
      const flight: Promise<void> = work()
        .then((input) => void (input && this.#step(input, machine)))
        .finally(() => this.#inFlight.delete(flight))
      this.#inFlight.add(flight)
    }
    switch (effect.type) {
      case 'SEND':
        return this.#toDatabase(structuredClone(effect.message), machine)
      case 'READ': {
        const { request, stream: name, what } = effect
        return later(() =>
          this.#api.read(name, what).then(
            (found): SyncInput => ({ type: 'READ', request, page: found }),
            (error: unknown): SyncInput => ({ type: 'READ_FAILED', request, fault: error as SyncFault }),
          ),
        )
      }
      case 'OPEN_TAIL': {
        this.#tail = new AbortController()
        const id = effect.tail
        void this.#api
          .tail((message) => this.#step({ type: 'TAIL', tail: id, message }, machine), this.#tail.signal)
          .then(
            () => this.#step({ type: 'TAIL_ENDED', tail: id, fault: null }, machine),
            (fault: SyncFault) => this.#step({ type: 'TAIL_ENDED', tail: id, fault }, machine),
          )
        return
      }
      case 'CLOSE_TAIL':
        return this.#tail.abort()
      case 'LOAD_QUEUE':
        return later(async () => ({
          type: 'QUEUE',
          stream: effect.stream,
          ...(await this.#queue.queue(effect.stream)),
        }))
      case 'UNQUEUE':
        return later(() => this.#queue.unqueue(effect.stream, effect.upTo).then(() => null))
      case 'TIMER':
        if (effect.ms === null) this.#timers.delete(effect.timer)
        else if (effect.timer !== 'acknowledgement') this.#timers.add(effect.timer)
        return
      case 'LOAD_MIRROR':
        return later(async () => ({ type: 'MIRRORED', events: [] }))
      case 'APPEND':
      case 'REMEMBER_CURSOR':
      case 'MIRROR':
      case 'UNMIRROR':
        return
    }
  }

  #toDatabase(message: FromSync, machine: SyncMachine): void {
    this.#answers = []
    try {
      this.#conversation.receive(message)
    } catch (error) {
      this.#faults.push(`thrown by the database at ${message.type}: ${String(error)}`)
    }
    const answers = this.#answers
    // after this step, as over a channel
    queueMicrotask(() => {
      for (const answer of answers) this.#step({ type: 'MESSAGE', message: answer }, machine)
    })
  }
}

/** what streams and promises have under way */
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function rethrow(error: unknown): never {
  throw error
}
