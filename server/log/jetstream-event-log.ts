import {
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  jetstream,
  jetstreamManager,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Health } from '../health.ts'
import { diskFaultOf } from '../sqlite.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import {
  BadOffset,
  LogSilent,
  StaleHead,
  type Appended,
  type AppendOptions,
  type Commit,
  type EventLog,
  type NewItem,
  type Seq,
} from './event-log.ts'
import { followJetStream, Reached } from './follow-jetstream.ts'
import { shardOf } from './shard-of.ts'
import { whenNatsAnswers } from './when-nats-answers.ts'
import { openSqliteEventLog, type MirrorLog } from './sqlite-event-log.ts'

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
interface Mirrored extends Message {
  readonly seq: number
}

const diskAgainMs = 1000
/** of one question: a shard without a leader answers none, and is asked again */
const answerMs = 1500
/** whether the servers answer is looked at this often; after so long without an answer they are silent (a new leader takes 5 s) */
const lookEveryMs = 2000
const silentAfterMs = 8000
/** how long is tried while a shard has no leader */
const appendMs = 15_000
const wrongLastSequence = 10071
type LogHealth = Pick<Health, 'wrote' | 'failed' | 'bug' | 'logAnswers' | 'logSilent' | 'log'>

export async function openJetStreamEventLog(
  connection: NatsConnection,
  health: LogHealth,
  options: JetStreamOptions,
): Promise<EventLog> {
  const manager = await whenNatsAnswers(() => jetstreamManager(connection, { timeout: answerMs }))
  const infos = await Promise.all(Array.from({ length: options.shards }, (_, i) => makeShard(manager, i, options)))
  keepOnlyMirrorOf(infos.map(({ created }) => created).join(' '), options.mirror)
  const mirror = await openSqliteEventLog(options.mirror, health, { durable: false })
  const log = new JetStreamEventLog(connection, manager, mirror, health, options)
  await log.start(infos.map(({ state }) => state.last_seq))
  return log
}

/** A mirror is of one log, with its number of shards; one of another log is made anew. */
function keepOnlyMirrorOf(log: string, mirror: string): void {
  const note = `${mirror}-of`
  if (existsSync(note) && readFileSync(note, 'utf8') === log) return
  for (const file of [mirror, `${mirror}-wal`]) rmSync(file, { force: true })
  writeFileSync(note, log)
}

/** Makes it; one that is there stays as it is: the operator may have set it up otherwise. */
function makeShard(manager: JetStreamManager, shard: number, { prefix, replicas }: JetStreamOptions) {
  const name = shardName(prefix, shard)
  return whenNatsAnswers(() =>
    manager.streams.info(name).catch((error: unknown) => {
      if (!(error instanceof JetStreamApiError) || error.status !== 404) throw error
      return manager.streams.add({
        name,
        subjects: [`${prefix}.${shard}.>`],
        num_replicas: replicas,
        storage: StorageType.File,
        retention: RetentionPolicy.Limits,
        allow_direct: false, // a replica that lags must not answer
      })
    }),
  )
}

class JetStreamEventLog implements EventLog {
  readonly #client: JetStreamClient
  readonly #manager: JetStreamManager
  readonly #mirror: MirrorLog
  readonly #health: LogHealth
  readonly #options: JetStreamOptions
  readonly #shards: Shard[]
  /** appends under way; true once their message has come back */
  readonly #own = new Map<string, boolean>()
  #closed = false

  constructor(
    connection: NatsConnection,
    manager: JetStreamManager,
    mirror: MirrorLog,
    health: LogHealth,
    options: JetStreamOptions,
  ) {
    this.#client = jetstream(connection, { timeout: answerMs })
    this.#manager = manager
    this.#mirror = mirror
    this.#health = health
    this.#options = options
    const last = Array.from({ length: options.shards }, () => new Map<string, number>())
    for (const [stream, seq] of mirror.marks()) last[this.#shardOf(stream)]!.set(stream, seq)
    this.#shards = last.map((seqs) => new Shard(seqs))
  }

  /** Resolves once the mirror has what was there. */
  async start(lastSeqs: readonly number[]): Promise<void> {
    for (const [index, shard] of this.#shards.entries()) {
      const name = shardName(this.#options.prefix, index)
      const take = (message: JsMsg) => this.#take(shard, message)
      const failed = (error: unknown) => this.#health.bug(error, `reading the shard ${name}`)
      shard.following = followJetStream(this.#client, name, () => shard.taken + 1, take, failed)
    }
    await Promise.all(this.#shards.map((shard, index) => shard.mirrored.wait(lastSeqs[index]!)))
    void this.#lookAfterServers()
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
    const deadline = Date.now() + (this.#health.log.state === 'ok' ? appendMs : answerMs)
    const shard = this.#shards[this.#shardOf(stream)]!
    const ids = events.map((event) => event.id)
    const isFirst = (id: string, index: number) => ids.indexOf(id) === index
    for (;;) {
      if (this.#closed) throw new Error('the event log is closed')
      if (shard.stuck) throw shard.stuck
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
            if (outcome === 'unknown' && Date.now() > deadline) throw this.#silent()
            continue // another one was first, or it has not arrived
          }
        }
        this.#health.logAnswers()
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
      await shard.mirrored.wait(seq)
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
        if (!last) return
        await shard.mirrored.wait(last.seq)
        // of a stream that was dropped the mirror keeps nothing, not even this
        shard.last.set(stream, Math.max(shard.last.get(stream) ?? 0, last.seq))
        return
      } catch (error) {
        if (error instanceof JetStreamApiError && error.status === 404) return
        if (Date.now() > deadline) throw this.#silent()
        await sleep(100)
      }
    }
  }

  #silent(): LogSilent {
    this.#health.logSilent()
    return new LogSilent('too few of the NATS servers answer')
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

  #take(shard: Shard, message: JsMsg): void {
    if (message.seq <= shard.taken) return
    shard.taken = message.seq
    shard.queue.push({ seq: message.seq, ...message.json<Message>() })
    if (!shard.mirroring) void this.#mirrorQueue(shard)
  }

  /** Many at once, in their order. While the disk has no room, it tries again: the mirror has no gap. */
  async #mirrorQueue(shard: Shard): Promise<void> {
    shard.mirroring = true
    while (shard.queue.length > 0 && !this.#closed) {
      const messages = shard.queue
      shard.queue = []
      while ((shard.stuck = await this.#mirrorAll(messages)) !== null && !this.#closed) await sleep(diskAgainMs)
      for (const { stream, seq, by } of messages) {
        if (this.#own.has(by)) this.#own.set(by, true)
        shard.last.set(stream, seq)
        shard.mirrored.reach(seq)
      }
    }
    shard.mirroring = false
  }

  /** What the disk said when it did not take it; null: it did. */
  async #mirrorAll(messages: readonly Mirrored[]): Promise<Error | null> {
    const all = messages.map(({ seq, stream, at, events, rewrite = [], dropped }) =>
      dropped ? this.#mirror.drop(stream) : this.#mirror.append(stream, events, { rewrite, receivedAt: at, mark: seq }),
    )
    const outcomes = await Promise.allSettled(all as Promise<unknown>[])
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled' || this.#closed) continue
      if (diskFaultOf(outcome.reason) !== null) return outcome.reason as Error
      this.#health.bug(outcome.reason, `the mirror, at ${messages[index]!.stream}`)
    }
    return null
  }

  read(stream: string, after: Seq | null, limit: number, maxBytes: number) {
    return this.#knowing(() => this.#mirror.read(stream, after, limit, maxBytes))
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
    return this.#knowing(() => this.#mirror.count(stream, after))
  }
  /** An offset that another server gave out may be beyond what this one has yet. */
  async #knowing<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof BadOffset)) throw error
      await this.catchUp()
      return ask()
    }
  }
  readonly catchUp = oneAtATime(async () => {
    const all = this.#shards.map(async (shard, index) => {
      const { state } = await this.#manager.streams.info(shardName(this.#options.prefix, index))
      await shard.mirrored.wait(state.last_seq)
    })
    await Promise.race([Promise.allSettled(all), sleep(answerMs)])
  })

  streams() {
    return this.#mirror.streams()
  }
  watch(listener: (commit: Commit) => void): () => void {
    return this.#mirror.watch(listener)
  }
  probe(): Promise<void> {
    return this.#mirror.probe()
  }

  /** So that it is known before somebody writes. */
  async #lookAfterServers(): Promise<void> {
    let answeredAt = Date.now()
    while (!this.#closed) {
      await sleep(lookEveryMs)
      const names = this.#shards.map((_, index) => shardName(this.#options.prefix, index))
      const asked = await Promise.allSettled(names.map((name) => this.#manager.streams.info(name)))
      if (this.#closed) return
      if (asked.every(({ status }) => status === 'fulfilled')) {
        answeredAt = Date.now()
        this.#health.logAnswers()
      } else if (Date.now() - answeredAt > silentAfterMs) this.#health.logSilent()
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    for (const { following } of this.#shards) following?.stop()
    await this.#mirror.close()
  }

  #shardOf(stream: string): number {
    return shardOf(stream, this.#options.shards)
  }
  #subjectOf(stream: string): string {
    return `${this.#options.prefix}.${this.#shardOf(stream)}.${Buffer.from(stream).toString('base64url')}`
  }
}

/** How far one shard was read. */
class Shard {
  /** the last message that came */
  taken: number
  /** the mirror has it, and all before it */
  readonly mirrored: Reached
  /** of each stream the last message that the mirror has */
  readonly last: Map<string, number>
  queue: Mirrored[] = []
  mirroring = false
  /** why the mirror does not go on */
  stuck: Error | null = null
  following: { stop(): void } | null = null

  constructor(last: Map<string, number>) {
    this.last = last
    this.taken = [...last.values()].reduce((most, seq) => Math.max(most, seq), 0)
    this.mirrored = new Reached(this.taken)
  }
}

const shardName = (prefix: string, shard: number) => `${prefix}_${shard}`
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
