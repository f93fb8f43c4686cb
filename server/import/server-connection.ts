import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { KnownEvent } from '../../schema/events/event.ts'
import type { AppendResult, HttpFault, Identity } from '../../schema/messages/http.ts'
import { ImportError } from './read-lines.ts'

/**
 * The importer at the server: signs in once and remembers its session, because a space that it founded takes more
 * events from it alone. Rides out a server that restarts.
 */
export interface ServerConnection {
  readonly actor: string
  append(stream: string, events: readonly KnownEvent[]): Promise<AppendResult['results']>
}

/** The server understood, and refuses an event: `fault.index` says which. */
export class Refused extends Error {
  readonly fault: HttpFault

  constructor(fault: HttpFault) {
    super(fault.message)
    this.fault = fault
  }
}

const patienceMs = 60_000

export async function connectToServer(origin: string, sessionsPath: string): Promise<ServerConnection> {
  let cookie = readSessions(sessionsPath)[origin] ?? ''

  async function ask(path: string, body?: unknown): Promise<Response> {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const headers = { origin, cookie, 'content-type': 'application/json' }
    return fetch(`${origin}/api${path}`, { ...init, headers, signal: AbortSignal.timeout(30_000) })
  }

  async function signIn(): Promise<Identity> {
    const known = await ask('/me').catch((error: unknown) => {
      throw new ImportError(`No server answers at ${origin} (${reason(error)}). Start it with: npm start`)
    })
    if (known.ok) return (await known.json()) as Identity
    const answer = await ask('/guest', { name: 'Import', importer: true })
    if (!answer.ok) throw new ImportError(`The server refused the sign-in: ${(await faultOf(answer)).message}`)
    cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0]!
    writeSessions(sessionsPath, { ...readSessions(sessionsPath), [origin]: cookie })
    return (await answer.json()) as Identity
  }

  const { actor } = await signIn()
  return {
    actor,
    async append(stream, events) {
      const deadline = Date.now() + patienceMs
      for (let waitMs = 250; ; waitMs = Math.min(waitMs * 2, 5000)) {
        let problem: string
        try {
          const answer = await ask(`/streams/${encodeURIComponent(stream)}/events`, { events })
          if (answer.ok) return ((await answer.json()) as AppendResult).results
          const fault = await faultOf(answer)
          if (answer.status < 500 && answer.status !== 429) throw new Refused(fault)
          problem = fault.message
        } catch (error) {
          if (error instanceof Refused) throw error
          problem = reason(error)
        }
        if (Date.now() + waitMs > deadline) {
          const advice = 'Run the same command again: it goes on where it stopped.'
          throw new ImportError(`The server at ${origin} went away (${problem}). ${advice}`)
        }
        await new Promise((resolve) => setTimeout(resolve, waitMs))
      }
    },
  }
}

async function faultOf(answer: Response): Promise<HttpFault> {
  const body = (await answer.json().catch(() => null)) as { error?: HttpFault } | null
  return body?.error ?? { code: 'INTERNAL', message: `status ${answer.status}` }
}

function reason(error: unknown): string {
  const cause = (error as { cause?: NodeJS.ErrnoException }).cause
  return cause?.code ?? (error as Error).message
}

function readSessions(path: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
  } catch {
    return {} // none yet
  }
}

function writeSessions(path: string, sessions: Record<string, string>): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, JSON.stringify(sessions), { mode: 0o600 })
}
