import { join } from 'node:path'
import { startNats, type NatsServer } from '../log/testing-nats.ts'
import { newFolder, startProcess, type HealthReport, type ServerProcess } from '../testing-process.ts'

/** Three NATS servers and two sync servers over them, on this machine, in folders that go with them. */
export interface Cluster {
  readonly nats: readonly NatsServer[]
  readonly natsUrl: string
  readonly servers: readonly ClusterServer[]
  dispose(): Promise<void>
}
/** A sync server that keeps its port and its folder over end and start. */
export interface ClusterServer {
  readonly origin: string
  signIn(name: string): ReturnType<ServerProcess['signIn']>
  health(): Promise<HealthReport>
  /** SIGTERM drains it, SIGKILL is the power cut */
  end(signal: NodeJS.Signals): Promise<unknown>
  start(): Promise<unknown>
}

export async function startCluster(env: Record<string, string> = {}): Promise<Cluster> {
  const nats = await startNats(3)
  const folder = newFolder()
  const start = (name: string, port: string) =>
    startProcess(join(folder.path, name), {
      port,
      env: { EVENT_LOG: 'nats', NATS_URL: nats.url, NATS_REPLICAS: '3', NATS_SHARDS: '4', ...env },
    })
  // one after the other: the first makes the shards
  const servers = [await clusterServer((port) => start('a', port)), await clusterServer((port) => start('b', port))]
  return {
    nats: nats.servers,
    natsUrl: nats.url,
    servers,
    async dispose() {
      await Promise.all(servers.map((server) => server.end('SIGTERM')))
      await nats.dispose()
      folder.remove()
    },
  }
}

async function clusterServer(start: (port: string) => Promise<ServerProcess>): Promise<ClusterServer> {
  let process = await start('0')
  const { origin } = process
  return {
    origin,
    signIn: (name) => process.signIn(name),
    health: () => process.health(),
    end: (signal) => process.end(signal),
    async start() {
      process = await start(new URL(origin).port)
    },
  }
}
