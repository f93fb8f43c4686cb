import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { closeSqlite, openSqlite } from '../../server/sqlite.ts'
import { serverProgram } from '../../server/testing-program.ts'

const root = join(import.meta.dirname, '../..')

/** What the server is called where a test maps this name to it: an address without https that is not localhost. */
export const otherName = 'rooms.example'

/** A real sync server in a process of its own, with its own data; it keeps its port over stop and start. */
export class SyncServer {
  readonly url: string
  readonly #port: number
  readonly #folder: string
  readonly #data = mkdtempSync(join(tmpdir(), 'rsql-server-'))
  /** the build that it serves from its next start on */
  dist = join(root, 'dist')
  /** settings of the server from its next start on */
  environment: Readonly<Record<string, string>> = {}
  #process: ChildProcess | null = null
  #log = ''

  /** `folder`: where `dist`, the deployed app, lies */
  static async start(folder = root): Promise<SyncServer> {
    const server = new SyncServer(await freePort(), folder)
    await server.start()
    return server
  }

  private constructor(port: number, folder: string) {
    this.#port = port
    this.#folder = folder
    this.url = `http://localhost:${port}`
  }

  /** what it printed, for the report of a failed test */
  get log(): string {
    return this.#log
  }

  /** where its files lie */
  get dataDirectory(): string {
    return this.#data
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [await serverProgram()], {
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        PORT: String(this.#port),
        DATA_DIR: this.#data,
        DIST_DIR: this.dist,
        ORIGIN: `http://${otherName}:${this.#port}`,
        LOG_LEVEL: 'info',
        ...this.environment,
      },
    })
    this.#process = child
    const keep = (chunk: string): void => void (this.#log += chunk)
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    const deadline = Date.now() + 30_000
    while (!(await this.#answers())) {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${this.#log}`)
      if (Date.now() > deadline) throw new Error(`the server did not start:\n${this.#log}`)
      await sleep(50)
    }
  }

  /** Asks it to end, as an operator would; `kill` is the power cut. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#process
    this.#process = null
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await ended
    clearTimeout(late)
  }

  /** What is asked of it waits, until `resume`. */
  pause(): void {
    this.#process?.kill('SIGSTOP')
  }
  resume(): void {
    this.#process?.kill('SIGCONT')
  }

  /** What an older server, or a damaged disk, left in the log: these texts follow what is there, in the place of events. */
  async leaveInLog(stream: string, texts: readonly string[]): Promise<void> {
    await this.stop()
    const database = await openSqlite(join(this.#data, 'events.db'), { durable: true })
    const row = database.prepare('SELECT id, head FROM streams WHERE name = ?').get(stream) as {
      id: number
      head: number
    }
    const insert = database.prepare(
      'INSERT INTO events (stream_id, seq, event_id, received_at, data) VALUES (?, ?, ?, ?, ?)',
    )
    for (const [n, text] of texts.entries())
      insert.run(row.id, row.head + n + 1, `left-${row.head}-${n}`, Date.now(), text)
    database.prepare('UPDATE streams SET head = ? WHERE id = ?').run(row.head + texts.length, row.id)
    closeSqlite(database)
    await this.start()
  }

  /** Another version of the app is deployed. */
  async deploy(dist: string): Promise<void> {
    await this.stop('SIGKILL')
    this.dist = dist
    await this.start()
  }

  async dispose(): Promise<void> {
    await this.stop('SIGKILL')
    rmSync(this.#data, { recursive: true, force: true })
  }

  async #answers(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/healthz`, { signal: AbortSignal.timeout(1000) })).ok
    } catch {
      return false
    }
  }
}

/**
 * Below those that systems give to connections on their way out: while the server is stopped, nothing else may be given
 * its port: a connection of the browser that asks for it least of all, and no other server of a test that runs beside.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + 8 * Math.floor(Math.random() * 2_500) + (Number(process.env['TEST_PARALLEL_INDEX'] ?? 0) % 8)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, () => probe.close(() => resolve(true)))
  })
}
