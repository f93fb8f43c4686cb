import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load, poster, processorMs, startBenchServer, writerIn } from './bench-server.ts'

/**
 * `npm run bench:reference -- [SECONDS]`: this server's durable streams beside the reference server's (file-backed), in turn:
 * 64 writers of small JSON messages to one stream, and whole reads of it. The reference server is installed on demand into
 * `.cache/reference`, outside the dependency tree. It syncs each append, knows of no sign-in, and keeps no other order.
 */
const version = '0.3.7'
const seconds = Number(process.argv[2] ?? 4)
const rounds = 3
const writers = 64
const folder = join(import.meta.dirname, '../../.cache/reference')
const path = '/v1/stream/bench'

function install(): boolean {
  if (existsSync(join(folder, 'node_modules/@durable-streams/server'))) return true
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}')
  const args = ['install', '--no-audit', '--no-fund', `@durable-streams/server@${version}`]
  return spawnSync('npm', args, { cwd: folder, stdio: 'ignore' }).status === 0
}

interface Contestant {
  readonly name: string
  readonly pid: number
  readonly port: number
  readonly headers: Record<string, string>
  end(): Promise<void>
}

async function reference(): Promise<Contestant> {
  copyFileSync(join(import.meta.dirname, 'reference-server.mjs'), join(folder, 'server.mjs'))
  const data = mkdtempSync(join(tmpdir(), 'reference-'))
  const child = spawn(process.execPath, [join(folder, 'server.mjs'), data], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<number>((resolve) => {
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
      const found = /listens on (\d+)/.exec(said)
      if (found) resolve(Number(found[1]))
    })
  })
  return {
    name: 'reference',
    pid: child.pid!,
    port,
    headers: {},
    async end() {
      child.kill('SIGKILL')
      await new Promise((resolve) => child.once('exit', resolve))
      rmSync(data, { recursive: true, force: true })
    },
  }
}

async function ours(): Promise<Contestant> {
  const plenty = { burst: 1e9, perSecond: 1e9 }
  const server = await startBenchServer({ limits: { eventsPerPerson: plenty, bytesPerPerson: plenty } })
  const { cookie } = await writerIn(server, 'Ada', null)
  return { name: 'ours', pid: server.child.pid!, port: server.port, headers: { cookie }, end: () => server.dispose() }
}

async function run({ port, pid, headers }: Contestant) {
  const { post, close } = poster(port)
  await post(path, '', headers, 'PUT')
  let appends = 0
  let spent = processorMs(pid)
  let end = Date.now() + seconds * 1000
  const write = async () => {
    while (Date.now() < end) {
      const { status } = await post(path, '{"text":"a line of some length, as people write"}', headers)
      if (status >= 300) throw new Error(`an append was answered ${status}`)
      appends += 1
    }
  }
  await Promise.all(Array.from({ length: writers }, write))
  const appendMs = (processorMs(pid) - spent) / appends
  let reads = 0
  spent = processorMs(pid)
  end = Date.now() + (seconds * 1000) / 2
  while (Date.now() < end) {
    await post(`${path}?offset=-1`, '', headers, 'GET')
    reads += 1
  }
  close()
  const readMs = (processorMs(pid) - spent) / reads
  return { appendsPerSecond: appends / seconds, appendMs, readMs, messages: appends }
}

if (!install()) console.log('skipped: the reference server cannot be installed')
else {
  for (let round = 0; round < rounds; round++) {
    const results = []
    for (const start of [ours, reference]) {
      const contestant = await start()
      const result = await run(contestant)
      await contestant.end()
      console.log(
        `${contestant.name}: ${result.appendsPerSecond.toFixed(0)} appends/s of ${writers} writers, ${result.appendMs.toFixed(2)} ms of ` +
          `processor time each; a read from the beginning ${result.readMs.toFixed(1)} ms (${load()})`,
      )
      results.push(result)
    }
    const [a, b] = results
    console.log(
      `  ours ÷ reference: appends ${(a!.appendsPerSecond / b!.appendsPerSecond).toFixed(2)} ×, processor time of one ${(a!.appendMs / b!.appendMs).toFixed(2)} ×`,
    )
  }
}
