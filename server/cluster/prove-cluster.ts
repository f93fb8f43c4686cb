import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import type { TailMessage } from '../../schema/messages/http.ts'
import type { TestPerson } from '../testing.ts'
import { startCluster, type Cluster } from './start-cluster.ts'

/**
 * Kills the NATS server that leads the shard which is written, under 8 writers and 50 tails of two sync servers. Then
 * every acknowledged event must be at every tail exactly once, and no tail may be silent for more than 6 s.
 */
const seconds = { before: 5, without: 10, after: 5, catchUp: 60 }
const maxGapMs = 6000

export async function proveCluster(): Promise<boolean> {
  const cluster = await startCluster()
  try {
    const [a, b] = cluster.servers
    const founder = await a!.signIn('Founder')
    const space = founder.found()
    await founder.append(space.stream, space.events)
    const people = await Promise.all(
      Array.from({ length: 18 }, async (_, index) => {
        const person = await (index % 2 === 0 ? a! : b!).signIn(`P${index}`)
        await insist(() => person.append(space.stream, [person.join(space.stream)]))
        return person
      }),
    )
    const writers = people.slice(0, 8)
    const tails = people.slice(8).flatMap((person) => Array.from({ length: 5 }, () => new Tail(person, space.within)))
    const following = tails.map((tail) => tail.follow())

    const stop = new AbortController()
    const acknowledged: string[] = []
    const written = Promise.all(
      writers.map(async (person) => {
        while (!stop.signal.aborted) {
          const said = person.say(space.within, space.room, 'a line')
          await insist(() => person.append(space.within, [said]))
          acknowledged.push(said.id)
          await sleep(20)
        }
      }),
    )
    await sleep(seconds.before * 1000)
    const began = Date.now()
    const killed = await killLeader(cluster)
    await sleep(seconds.without * 1000)
    cluster.nats.find(({ name }) => name === killed)!.start()
    await sleep(seconds.after * 1000)
    stop.abort()
    await written
    const ended = Date.now()
    const deadline = Date.now() + seconds.catchUp * 1000
    const lost = (tail: Tail) => acknowledged.filter((id) => !tail.seen.has(id)).length
    while (tails.some((tail) => lost(tail) > 0) && Date.now() < deadline) await sleep(200)
    for (const tail of tails) tail.end()
    await Promise.all(following)

    const missing = tails.reduce((sum, tail) => sum + lost(tail), 0)
    const twice = tails.reduce((sum, tail) => sum + tail.twice, 0)
    const gaps = tails.map((tail) => tail.longestSilence(began, ended)).toSorted((x, y) => x - y)
    const gap = gaps.at(-1)!
    console.log(
      `kill -9 of ${killed}, the shard's leader, under 8 writers and ${tails.length} tails: ${acknowledged.length} events ` +
        `acknowledged in ${seconds.before + seconds.without + seconds.after} s; lost ${missing}, twice ${twice}; ` +
        `longest silence of a tail: p50 ${gaps[gaps.length >> 1]} ms, most ${gap} ms (goal ${maxGapMs})`,
    )
    return missing === 0 && twice === 0 && gap <= maxGapMs && acknowledged.length > 0
  } finally {
    await cluster.dispose()
  }
}

/** The name of the server that led the shard with the most messages. */
async function killLeader(cluster: Cluster): Promise<string> {
  const connection = await connect({ servers: cluster.natsUrl.split(',') })
  const manager = await jetstreamManager(connection)
  const infos = await Promise.all([0, 1, 2, 3].map((shard) => manager.streams.info(`EV_${shard}`)))
  const { cluster: led } = infos.reduce((most, info) => (info.state.messages > most.state.messages ? info : most))
  const leader = cluster.nats.find(({ name }) => name === led?.leader)!
  await leader.end('SIGKILL')
  await connection.close()
  return leader.name
}

/** Sends the same again until it is taken, as the app does. */
async function insist(send: () => ReturnType<TestPerson['append']>): Promise<void> {
  for (;;) {
    const answer = await send().catch(() => null)
    if (answer?.status === 200) return
    await sleep(100)
  }
}

/** A live connection as the app keeps it: it goes on from its cursor. */
class Tail {
  readonly seen = new Set<string>()
  twice = 0
  readonly #person: TestPerson
  readonly #stream: string
  readonly #times: number[] = []
  readonly #ended = new AbortController()
  #cursor: string | null = null

  constructor(person: TestPerson, stream: string) {
    this.#person = person
    this.#stream = stream
  }

  async follow(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      await this.#read().catch(() => {}) // it begins anew where it stopped
      if (!this.#ended.signal.aborted) await sleep(100)
    }
  }

  async #read(): Promise<void> {
    const after = this.#cursor === null ? '' : `?after=${this.#cursor}`
    const path = `/api/streams/${encodeURIComponent(this.#stream)}/tail${after}`
    const answer = await this.#person.request(path, { signal: this.#ended.signal })
    let text = ''
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      const messages = text.split('\n\n')
      text = messages.pop()!
      for (const message of messages) if (message.startsWith('data:')) this.#take(JSON.parse(message.slice(5)))
    }
  }

  #take(message: TailMessage): void {
    if (message.type !== 'items' || !message.items) return
    this.#times.push(Date.now())
    for (const { event } of message.items) {
      const { id } = event as { id: string }
      if (this.seen.has(id)) this.twice += 1
      this.seen.add(id)
    }
    this.#cursor = message.head
  }

  longestSilence(from: number, to: number): number {
    const times = [from, ...this.#times.filter((time) => time > from && time < to), to]
    return Math.max(...times.slice(1).map((time, index) => time - times[index]!))
  }

  end(): void {
    this.#ended.abort()
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
