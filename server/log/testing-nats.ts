import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** NATS servers for tests and for `npm run cluster`, on loopback, with folders that go with them. */
const withSbin = { ...process.env, PATH: [process.env['PATH'], '/usr/sbin', '/usr/local/bin'].join(delimiter) }

/** null: it is not installed */
export function natsVersion(): string | null {
  const { status, stdout } = spawnSync('nats-server', ['--version'], { encoding: 'utf8', env: withSbin })
  return status === 0 ? stdout.trim() : null
}

export interface NatsServer {
  readonly name: string
  readonly url: string
  running(): boolean
  start(): void
  /** SIGKILL is the power cut */
  end(signal?: NodeJS.Signals): Promise<void>
}

/** `count` servers in one cluster, or one alone. */
export async function startNats(count = 1): Promise<{ servers: NatsServer[]; url: string; dispose(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'nats-'))
  const ports = await freePorts(count * 2)
  const routes = ports.slice(count).map((port) => `nats-route://127.0.0.1:${port}`)
  const servers = Array.from({ length: count }, (_, index) => {
    const name = `n${index}`
    const config = join(folder, `${name}.conf`)
    const cluster = `cluster { name: log, listen: "127.0.0.1:${ports[count + index]}", routes: [${routes.join(', ')}] }`
    writeFileSync(
      config,
      `server_name: ${name}
listen: "127.0.0.1:${ports[index]}"
max_payload: 8388608
jetstream { store_dir: "${join(folder, name)}" }
${count > 1 ? cluster : ''}
`,
    )
    return natsServer(name, `127.0.0.1:${ports[index]}`, config)
  })
  for (const server of servers) server.start()
  return {
    servers,
    url: servers.map((server) => server.url).join(','),
    async dispose() {
      await Promise.all(servers.map((server) => server.end('SIGKILL')))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function natsServer(name: string, url: string, config: string): NatsServer {
  let child: ChildProcess | null = null
  const running = () => child !== null && child.exitCode === null && child.signalCode === null
  return {
    name,
    url,
    running,
    start() {
      child = spawn('nats-server', ['-c', config], { stdio: 'ignore', env: withSbin })
    },
    async end(signal = 'SIGTERM') {
      if (!running()) return
      const ended = new Promise((resolve) => child!.once('exit', resolve))
      child!.kill(signal)
      await ended
    },
  }
}

async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = held.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
