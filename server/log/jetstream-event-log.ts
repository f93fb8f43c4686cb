import {
  DeliverPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  jetstream,
  jetstreamManager,
  type ConsumerMessages,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { createHash, randomUUID } from 'node:crypto'
import type { Health } from '../health.ts'
import {
  StaleHead,
  type Appended,
  type AppendOptions,
  type Commit,
  type EventLog,
  type NewItem,
  type Seq,
} from './event-log.ts'
import { openSqliteEventLog, type TimedEventLog } from './sqlite-event-log.ts'

/**
 * The log of several servers: NATS JetStream holds it, in a fixed number of shards. A stream of events is one subject of
 * its shard, `<prefix>.<shard>.<name>`; one append is one message, and so is taken whole or not at all. Each node reads all
 * shards in their order into a mirror in SQLite, which answers every question. The mirror numbers events the same way on
 * every node, since it takes the same messages in the same order; it can be deleted at any time.
 *
 * Laws: an append names the last message of its subject that its node has mirrored, and JetStream refuses it if there is
 * a later one. So what it decided by the mirror (whose head it is, which ids are there already) is true, and ids are taken
 * once for ever. It resolves when JetStream has it and the mirror too.
 */
export interface JetStreamOptions {
  /** names of its JetStream streams and subjects begin with it */
  readonly prefix: string
  readonly shards: number
  /** copies of each shard: 3 in production */
  readonly replicas: number
  readonly mirror: string
}

interface Message {
  readonly stream: string
  /** of one append alone: so it knows its own again when JetStream's answer was lost */
  readonly by: string
  /** unix ms, by the node that took it */
  readonly at: number
  readonly events: readonly NewItem[]
  readonly rewrite?: readonly NewItem[]
  readonly dropped?: true
}

/** A dead leader is noticed by a missing heartbeat; with the client's defaults a tail was silent for 42 s. */
const consuming = { expires: 2000, idle_heartbeat: 500, max_messages: 500 }
/** of one question: a shard without a leader answers none, and is asked again */
const answerMs = 1500
/** how long is tried while a shard has no leader */
const appendMs = 15_000
const wrongLastSequence = 10071

export async function openJetStreamEventLog(
  connection: NatsConnection,
  health: Pick<Health, 'wrote' | 'failed' | 'bug'>,
  options: JetStreamOptions,
): Promise<EventLog> {
  const manager = await jetstreamManager(connection, { timeout: answerMs })
  const mirror = await openSqliteEventLog(options.mirror, health, { durable: false })
  const log = new JetStreamEventLog(connection, manager, mirror, health, options)
  await log.start()
  return log
}

/** Makes it; one that is there stays as it is: the operator may have set it up otherwise. */
async function makeShard(manager: JetStreamManager, shard: number, { prefix, replicas }: JetStreamOptions) {
  const name = shardName(prefix, shard)
  const deadline = Date.now() + appendMs
  for (;;) {
    try {
      return await manager.streams.info(name).catch((error: unknown) => {
        if (!(error instanceof JetStreamApiError) || error.status !== 404) throw error
        return manager.streams.add({
          name,
          subjects: [`${prefix}.${shard}.>`],
          num_replicas: replicas,
          storage: StorageType.File,
          retention: RetentionPolicy.Limits,
          allow_direct: false, // a replica that lags must not answer
        })
      })
    } catch (error) {
      if (Date.now() > deadline) throw error // a cluster that has just started has no leader yet
      await sleep(250)
    }
  }
}

class JetStreamEventLog implements EventLog {
  readonly #client: JetStreamClient
  readonly #manager: JetStreamManager
  readonly #mirror: TimedEventLog
  readonly #health: Pick<Health, 'wrote' | 'failed' | 'bug'>
  readonly #options: JetStreamOptions
  readonly #shards: Shard[]
  /** appends under way; true once their message has come back */
  readonly #own = new Map<string, boolean>()
  #closed = false

  constructor(
    connection: NatsConnection,
    manager: JetStreamManager,
    mirror: TimedEventLog,
    health: Pick<Health, 'wrote' | 'failed' | 'bug'>,
    options: JetStreamOptions,
  ) {
    this.#client = jetstream(connection, { timeout: answerMs })
    this.#manager = manager
    this.#mirror = mirror
    this.#health = health
    this.#options = options
    this.#shards = Array.from({ length: options.shards }, () => new Shard())
  }

  /** Resolves once the mirror has what was there. */
  async start(): Promise<void> {
    await Promise.all(
      this.#shards.map(async (shard, index) => {
        const { state } = await makeShard(this.#manager, index, this.#options)
        void this.#follow(shard, index)
        await shard.mirrored(state.last_seq)
      }),
    )
  }

  async append(stream: string, events: readonly NewItem[], options: AppendOptions = {}): Promise<Appended[]> {
    const by = randomUUID()
    this.#own.set(by, false)
    try {
      return await this.#append(by, stream, events, options)
    } finally {
      this.#own.delete(by)
    }
  }

  async #append(by: string, stream: string, events: readonly NewItem[], { expect, rewrite }: AppendOptions) {
    const deadline = Date.now() + appendMs
    const shard = this.#shards[this.#shardOf(stream)]!
    const ids = events.map((event) => event.id)
    const isFirst = (id: string, index: number) => ids.indexOf(id) === index
    for (;;) {
      if (this.#closed) throw new Error('the event log is closed')
      // before the mirror is asked: what arrives meanwhile must make JetStream refuse
      const last = shard.last.get(stream) ?? 0
      const head = await this.#mirror.head(stream)
      if (expect !== undefined && expect !== head) throw new StaleHead(`the head of ${stream} is not ${expect}`)
      const known = new Set((await this.#mirror.find(stream, ids)).map((item) => item.id))
      const fresh = events.filter(({ id }, index) => !known.has(id) && isFirst(id, index))
      if (fresh.length > 0) {
        const message: Message = { stream, by, at: Date.now(), events: fresh, ...(rewrite ? { rewrite } : {}) }
        const outcome = await this.#publish(stream, shard, message, last)
        if (outcome !== 'written') {
          await this.#catchUp(stream, shard, deadline)
          if (!this.#own.get(by)) {
            if (outcome === 'unknown' && Date.now() > deadline) throw new Error('the log does not answer')
            continue // another one was first, or it has not arrived
          }
        }
        this.#health.wrote()
      }
      const found = new Map((await this.#mirror.find(stream, ids)).map((item) => [item.id, item]))
      return ids.map((id, index) => {
        const { seq, receivedAt } = found.get(id)!
        return { seq, receivedAt, duplicate: known.has(id) || !isFirst(id, index) }
      })
    }
  }

  async #publish(
    stream: string,
    shard: Shard,
    message: Message,
    lastSubjectSequence: number,
  ): Promise<'written' | 'stale' | 'unknown'> {
    try {
      const subject = this.#subjectOf(stream)
      const { seq } = await this.#client.publish(subject, JSON.stringify(message), { expect: { lastSubjectSequence } })
      await shard.mirrored(seq)
      return 'written'
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === wrongLastSequence) return 'stale'
      if (error instanceof JetStreamApiError && error.status === 400) throw error // it will never be taken
      await sleep(100) // a shard without a leader, for a moment
      return 'unknown'
    }
  }

  /** Until the mirror has the last message of the subject. */
  async #catchUp(stream: string, shard: Shard, deadline: number): Promise<void> {
    for (;;) {
      try {
        const name = shardName(this.#options.prefix, this.#shardOf(stream))
        const last = await this.#manager.streams.getMessage(name, { last_by_subj: this.#subjectOf(stream) })
        if (last) await shard.mirrored(last.seq)
        return
      } catch (error) {
        if (error instanceof JetStreamApiError && error.status === 404) return
        if (Date.now() > deadline) throw error
        await sleep(100)
      }
    }
  }

  async drop(stream: string): Promise<void> {
    const shard = this.#shards[this.#shardOf(stream)]!
    while ((await this.#mirror.head(stream)) !== null) {
      const message: Message = { stream, by: '', at: Date.now(), events: [], dropped: true }
      if ((await this.#publish(stream, shard, message, shard.last.get(stream) ?? 0)) !== 'written') {
        await this.#catchUp(stream, shard, Date.now() + appendMs)
      }
    }
    // the last one stays, and says to other nodes that the stream was dropped
    const name = shardName(this.#options.prefix, this.#shardOf(stream))
    await this.#manager.streams.purge(name, { filter: this.#subjectOf(stream), keep: 1 })
  }

  /** Reads a shard into the mirror for as long as the log is open. */
  async #follow(shard: Shard, index: number): Promise<void> {
    const name = shardName(this.#options.prefix, index)
    while (!this.#closed) {
      try {
        const consumer = await this.#client.consumers.get(name, {
          deliver_policy: DeliverPolicy.StartSequence,
          opt_start_seq: shard.taken + 1,
        })
        const messages = await consumer.consume(consuming)
        shard.messages = messages
        if (this.#closed) return
        for await (const message of messages) this.#take(shard, message)
      } catch (error) {
        if (!this.#closed) this.#health.bug(error, `reading the shard ${name}`)
      }
      if (!this.#closed) await sleep(250)
    }
  }

  #take(shard: Shard, message: JsMsg): void {
    if (message.seq <= shard.taken) return
    shard.taken = message.seq
    const { stream, by, at, events, rewrite = [], dropped } = message.json<Message>()
    if (this.#own.has(by)) this.#own.set(by, true)
    // The mirror takes them in this order, many at once.
    const work = dropped ? this.#mirror.drop(stream) : this.#mirror.append(stream, events, { rewrite, receivedAt: at })
    const { seq } = message
    work
      .catch((error: unknown) => this.#health.bug(error, `the mirror, at ${stream}`))
      .finally(() => shard.has(stream, seq))
  }

  read(stream: string, after: Seq | null, limit: number, maxBytes: number) {
    return this.#mirror.read(stream, after, limit, maxBytes)
  }
  latest(stream: string, limit: number) {
    return this.#mirror.latest(stream, limit)
  }
  find(stream: string, ids: readonly string[]) {
    return this.#mirror.find(stream, ids)
  }
  head(stream: string) {
    return this.#mirror.head(stream)
  }
  count(stream: string, after: Seq | null) {
    return this.#mirror.count(stream, after)
  }
  streams() {
    return this.#mirror.streams()
  }
  watch(listener: (commit: Commit) => void): () => void {
    return this.#mirror.watch(listener)
  }
  probe(): Promise<void> {
    return this.#mirror.probe()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    for (const { messages } of this.#shards) messages?.stop()
    await this.#mirror.close()
  }

  #shardOf(stream: string): number {
    return createHash('sha256').update(stream).digest().readUInt32BE() % this.#options.shards
  }
  #subjectOf(stream: string): string {
    return `${this.#options.prefix}.${this.#shardOf(stream)}.${Buffer.from(stream).toString('base64url')}`
  }
}

/** How far one shard was read. */
class Shard {
  /** the last message that was handed to the mirror */
  taken = 0
  /** of each stream the last message that the mirror has */
  readonly last = new Map<string, number>()
  messages: ConsumerMessages | null = null
  #has = 0
  readonly #waiting = new Set<{ readonly seq: number; readonly resolve: () => void }>()

  /** Resolves once the mirror has the message with this number, and all before it. */
  mirrored(seq: number): Promise<void> {
    if (this.#has >= seq) return Promise.resolve()
    return new Promise((resolve) => void this.#waiting.add({ seq, resolve }))
  }

  has(stream: string, seq: number): void {
    this.last.set(stream, seq)
    this.#has = Math.max(this.#has, seq)
    for (const one of this.#waiting) {
      if (one.seq > this.#has) continue
      this.#waiting.delete(one)
      one.resolve()
    }
  }
}

const shardName = (prefix: string, shard: number) => `${prefix}_${shard}`
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
