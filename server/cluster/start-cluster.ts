import { join } from 'node:path'
import { startNats, type NatsServer } from '../log/testing-nats.ts'
import { newFolder, startProcess, type ServerProcess } from '../testing-process.ts'

/** Three NATS servers and two sync servers over them, on this machine, in folders that go with them. */
export interface Cluster {
  readonly nats: readonly NatsServer[]
  readonly natsUrl: string
  readonly servers: readonly ServerProcess[]
  dispose(): Promise<void>
}

export async function startCluster(env: Record<string, string> = {}): Promise<Cluster> {
  const nats = await startNats(3)
  const folder = newFolder()
  const start = (name: string) =>
    startProcess(join(folder.path, name), {
      env: { EVENT_LOG: 'nats', NATS_URL: nats.url, NATS_REPLICAS: '3', NATS_SHARDS: '4', ...env },
    })
  // one after the other: the first makes the shards
  const servers = [await start('a'), await start('b')]
  return {
    nats: nats.servers,
    natsUrl: nats.url,
    servers,
    async dispose() {
      await Promise.all(servers.map((server) => server.end()))
      await nats.dispose()
      folder.remove()
    },
  }
}
