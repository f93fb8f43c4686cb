import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Limits } from './limits.ts'
import { serverProgram } from './testing-program.ts'
import { signIn } from './testing.ts'

/** The real server in a process of its own, for what only a process can suffer: kill -9, a full disk, a lock. */
export interface ServerProcess {
  readonly origin: string
  readonly pid: number
  /** what it wrote to stderr, one JSON object a line */
  log(): string
  running(): boolean
  signIn(name: string, extra?: object): ReturnType<typeof signIn>
  health(): Promise<HealthReport>
  /** ends it and waits; SIGKILL is the power cut */
  end(signal?: NodeJS.Signals): Promise<number | null>
}
export interface HealthReport {
  readonly status: 'ok' | 'degraded' | 'stopping'
  /** what is wrong, a sentence each */
  readonly problems: readonly string[]
  readonly disk: { readonly state: string }
  readonly setAside: { readonly count: number; readonly newest: readonly { stream: string; reason: string }[] }
  readonly tails: number
}

export const newFolder = () => {
  const path = mkdtempSync(join(tmpdir(), 'server-process-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

const fromSource = ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, 'main.ts')]

/** Rejects with what it printed if it does not start. */
export async function startProcess(
  dataDirectory: string,
  options: {
    port?: string
    limits?: Partial<Limits>
    env?: Record<string, string>
    wrap?: (command: string[]) => string[]
    /** as `npm start` starts it */
    fromSource?: boolean
  } = {},
): Promise<ServerProcess> {
  const program = options.fromSource ? fromSource : [await serverProgram()]
  const [command, ...parameters] = (options.wrap ?? ((same) => same))([process.execPath, ...program])
  const child = spawn(command!, parameters, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: options.port ?? '0',
      DATA_DIR: dataDirectory,
      DIST_DIR: join(dataDirectory, 'no-dist'),
      LOG_LEVEL: 'warn',
      LIMITS: JSON.stringify(options.limits ?? {}),
      ...options.env,
    },
  })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (log += chunk))
  const port = await portOf(child, () => log)
  const origin = `http://127.0.0.1:${port}`
  return {
    origin,
    pid: child.pid!,
    log: () => log,
    running: () => child.exitCode === null && child.signalCode === null,
    signIn: (name, extra = {}) => signIn(origin, name, extra),
    health: async () => (await (await fetch(`${origin}/healthz`)).json()) as HealthReport,
    end(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
      child.kill(signal)
      return ended
    },
  }
}

function portOf(child: ChildProcess, log: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk
      const found = /:(\d+) \(data in/.exec(printed)
      if (found) resolve(Number(found[1]))
    })
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${printed}${log()}`)))
  })
}
