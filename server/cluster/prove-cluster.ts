import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { Client, sleep, Tail } from './clients.ts'
import { startCluster, type Cluster } from './start-cluster.ts'

/**
 * A cluster that is hurt while 8 writers and 50 tails use it; each of them knows both sync servers, and goes to the other one
 * when one fails. Whatever happens: every acknowledged event is at every tail exactly once, and no answer is one that a device
 * would not repeat by itself. While two of the three NATS servers answer, no tail is silent for more than 6 s.
 */
interface Hurt {
  readonly name: string
  /** tails may be silent: nothing can be taken meanwhile */
  readonly stops?: true
  /** null: as it must be; else what was not */
  work(cluster: Cluster): Promise<string | null>
}

const hurts: readonly Hurt[] = [
  {
    name: 'kill -9 of the NATS server that leads the written shard',
    async work(cluster) {
      const leader = await leaderOf(cluster)
      await leader.end('SIGKILL')
      await sleep(8000)
      leader.start()
      return null
    },
  },
  {
    name: 'kill -9 of a sync server',
    async work({ servers }) {
      await servers[0]!.end('SIGKILL')
      await sleep(4000)
      await servers[0]!.start()
      return null
    },
  },
  {
    name: 'kill -9 of two NATS servers at once',
    stops: true,
    async work(cluster) {
      const [one, two] = cluster.nats
      await Promise.all([one!.end('SIGKILL'), two!.end('SIGKILL')])
      const said = await within(30_000, async () => {
        const reports = await Promise.all(cluster.servers.map((server) => server.health()))
        return reports.every(({ problems }) => problems.some((words) => /NATS.*nothing is taken/.test(words)))
      })
      one!.start()
      two!.start()
      const mended = await within(30_000, async () => {
        const reports = await Promise.all(cluster.servers.map((server) => server.health()))
        return reports.every(({ problems }) => problems.length === 0)
      })
      if (!said) return 'a server did not say that nothing is taken'
      return mended ? null : 'a server did not say that all is well again'
    },
  },
  {
    name: 'rolling restart of the NATS servers',
    async work(cluster) {
      for (const server of cluster.nats) {
        await server.end('SIGTERM')
        server.start()
        if (!(await within(30_000, () => allCurrent(cluster)))) return `${server.name} did not come back in time`
      }
      return null
    },
  },
  {
    name: 'rolling restart of the sync servers',
    async work({ servers }) {
      for (const server of servers) {
        await server.end('SIGTERM')
        await server.start()
        await sleep(1000)
      }
      return null
    },
  },
]

const seconds = { between: 3, catchUp: 60 }
const maxGapMs = 6000

/** `only`: those hurts whose names have one of these words */
export async function proveCluster(only: readonly string[] = []): Promise<boolean> {
  const cluster = await startCluster()
  try {
    const origins = cluster.servers.map(({ origin }) => origin)
    const founder = await cluster.servers[0]!.signIn('Founder')
    const space = founder.found()
    await founder.append(space.stream, space.events)
    const people = await Promise.all(
      Array.from({ length: 18 }, (_, index) => cluster.servers[index % 2]!.signIn(`P${index}`)),
    )
    const clients = people.map((person, index) => new Client(person, origins, index))
    await Promise.all(people.map((person, index) => clients[index]!.append(space.stream, [person.join(space.stream)])))
    const tails = clients.slice(8).flatMap((client) => Array.from({ length: 5 }, () => new Tail(client, space.within)))
    const following = tails.map((tail) => tail.follow())

    const stop = new AbortController()
    const acknowledged: string[] = []
    const written = people.slice(0, 8).map(async (person, index) => {
      while (!stop.signal.aborted) {
        const said = person.say(space.within, space.room, 'a line')
        await clients[index]!.append(space.within, [said])
        acknowledged.push(said.id)
        await sleep(20)
      }
    })
    let isWell = true
    for (const hurt of hurts) {
      if (only.length > 0 && !only.some((word) => hurt.name.includes(word))) continue
      await sleep(seconds.between * 1000)
      const before = acknowledged.length
      const began = Date.now()
      const wrong = await hurt.work(cluster)
      await sleep(seconds.between * 1000)
      const ended = Date.now()
      const gaps = tails.map((tail) => tail.longestSilence(began, ended)).toSorted((x, y) => x - y)
      const gap = gaps.at(-1)!
      const ok = wrong === null && (hurt.stops === true || gap <= maxGapMs)
      isWell &&= ok
      console.log(
        `${ok ? 'ok  ' : 'FAIL'} ${hurt.name}: ${acknowledged.length - before} events acknowledged in ${Math.round((ended - began) / 1000)} s; ` +
          `longest silence of a tail p50 ${gaps[gaps.length >> 1]} ms, most ${gap} ms${hurt.stops ? '' : ` (goal ${maxGapMs})`}${wrong === null ? '' : `; ${wrong}`}`,
      )
    }
    stop.abort()
    await Promise.all(written)
    const lost = (tail: Tail) => acknowledged.filter((id) => !tail.seen.has(id)).length
    await within(seconds.catchUp * 1000, async () => tails.every((tail) => lost(tail) === 0))
    for (const tail of tails) tail.end()
    await Promise.all(following)

    const missing = tails.reduce((sum, tail) => sum + lost(tail), 0)
    const twice = tails.reduce((sum, tail) => sum + tail.twice, 0)
    const refusals = clients.flatMap((client) => client.refusals)
    console.log(
      `${acknowledged.length} events acknowledged, ${tails.length} tails: lost ${missing}, twice ${twice}; ` +
        `answers that a device would not repeat by itself: ${refusals.length}`,
    )
    for (const refusal of new Set(refusals)) console.log(`     ${refusal}`)
    return isWell && missing === 0 && twice === 0 && refusals.length === 0 && acknowledged.length > 0
  } finally {
    await cluster.dispose()
  }
}

/** The NATS server that leads the shard with the most messages. */
async function leaderOf(cluster: Cluster) {
  const { name } = (await shardsOf(cluster)).reduce((most, shard) => (shard.messages > most.messages ? shard : most))
  return cluster.nats.find((server) => server.name === name)!
}

/** Every copy of every shard is where its leader is. */
async function allCurrent(cluster: Cluster): Promise<boolean> {
  return (await shardsOf(cluster)).every(({ current }) => current === 3)
}

async function shardsOf(cluster: Cluster) {
  const connection = await connect({ servers: cluster.natsUrl.split(','), timeout: 2000 })
  try {
    const manager = await jetstreamManager(connection, { timeout: 2000 })
    const infos = await Promise.all([0, 1, 2, 3].map((shard) => manager.streams.info(`EV_${shard}`)))
    return infos.map(({ cluster: group, state }) => ({
      name: group?.leader ?? '',
      messages: state.messages,
      current: 1 + (group?.replicas ?? []).filter((replica) => replica.current && !replica.offline).length,
    }))
  } finally {
    await connection.close()
  }
}

async function within(ms: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + ms
  for (;;) {
    if (await isSo().catch(() => false)) return true
    if (Date.now() > deadline) return false
    await sleep(300)
  }
}
