import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { KnownEvent } from '../../schema/events/event.ts'
import {
  httpStatus,
  type AppendResult,
  type HttpFault,
  type Identity,
  type StreamPage,
} from '../../schema/messages/http.ts'
import { ImportError } from './import-error.ts'

/**
 * The importer at the server: signs in once and remembers its session, because a space that it founded takes more
 * events from it alone. Rides out a server that restarts, or asks for patience.
 */
export interface ServerConnection {
  readonly actor: string
  /** the server's time, unix ms: what lies beyond it, it refuses */
  now(): number
  /** `repeated`: an answer was lost on the way, so what the server calls a duplicate may be of this very request */
  append(
    stream: string,
    events: readonly KnownEvent[],
  ): Promise<{ readonly results: AppendResult['results']; readonly repeated: boolean }>
  read(stream: string, after: string | null): Promise<StreamPage>
}

/** The server understood, and refuses: of an append `fault.index` may say which event. */
export class Refused extends Error {
  readonly status: number
  readonly fault: AnyFault

  constructor(status: number, fault: AnyFault) {
    super(fault.message)
    this.status = status
    this.fault = fault
  }
}

/** how long the server may be away */
const patienceMs = 60_000
const answerMs = 30_000
/** a wait that is worth a word */
const tellMs = 4000

/** `onWait`: told once in a while that nothing goes on, and why */
export async function connectToServer(
  origin: string,
  sessionsPath: string,
  onWait: (sentence: string) => void = () => {},
): Promise<ServerConnection> {
  let cookie = readSessions(sessionsPath)[origin] ?? ''
  let aheadMs = 0

  function ask(path: string, body?: unknown): Promise<Response> {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const headers = { origin, cookie, 'content-type': 'application/json' }
    const signal = AbortSignal.timeout(answerMs)
    return fetch(`${origin}/api${path}`, { ...init, headers, signal, redirect: 'manual' })
  }

  async function askOnce(path: string, body?: unknown): Promise<Response> {
    const answer = await ask(path, body).catch((error: unknown) => {
      throw new ImportError(noAnswer(origin, error))
    })
    aheadMs = differenceOf(answer)
    const moved = answer.headers.get('location')
    if (moved !== null) throw new ImportError(`${origin} sends on to ${moved}: name that with --server.`)
    return answer
  }
  async function signIn(): Promise<Identity> {
    const known = await askOnce('/me')
    if (known.ok) return identityOf(known, origin)
    const fault = await faultOf(known)
    if (fault.code !== 'SIGNED_OUT') throw new ImportError(noSignIn(origin, fault))
    const answer = await askOnce('/guest', { name: 'Import', importer: true })
    if (!answer.ok) throw new ImportError(noSignIn(origin, await faultOf(answer)))
    const identity = await identityOf(answer, origin)
    cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0]!
    writeSessions(sessionsPath, { ...readSessions(sessionsPath), [origin]: cookie })
    return identity
  }

  /** Asks until there is an answer that waiting would not change. */
  async function askPatiently<T>(path: string, body?: unknown): Promise<{ answer: T; repeated: boolean }> {
    const deadline = Date.now() + patienceMs
    let repeated = false
    for (let waitMs = 250; ; waitMs = Math.min(waitMs * 2, 5000)) {
      let problem: string
      let wishMs = 0
      try {
        const answer = await ask(path, body)
        if (answer.ok) return { answer: (await answer.json()) as T, repeated }
        const fault = await faultOf(answer)
        if (answer.status < 500 && answer.status !== 429) throw new Refused(answer.status, fault)
        problem = fault.code === 'STORAGE_FULL' ? 'it cannot write: its disk is full' : fault.message
        wishMs = Math.min(60, Number(answer.headers.get('retry-after')) || 0) * 1000
      } catch (error) {
        if (error instanceof Refused) throw error
        problem = causeOf(error)
      }
      repeated = true
      const nextMs = Math.max(waitMs, wishMs)
      if (Date.now() + nextMs > deadline + wishMs) {
        throw new ImportError(
          `The server at ${origin} takes nothing more (${problem}). Run the same command again: it goes on where it stopped.`,
        )
      }
      if (nextMs >= tellMs) onWait(`Waiting ${Math.ceil(nextMs / 1000)} s for the server (${problem}).`)
      await new Promise((resolve) => setTimeout(resolve, nextMs))
    }
  }

  const { actor } = await signIn()
  return {
    actor,
    now: () => Date.now() + aheadMs,
    async append(stream, events) {
      const path = `/streams/${encodeURIComponent(stream)}/events`
      const { answer, repeated } = await askPatiently<AppendResult>(path, { events })
      return { results: answer.results, repeated }
    },
    async read(stream, after) {
      const from = after === null ? '' : `&after=${encodeURIComponent(after)}`
      const path = `/streams/${encodeURIComponent(stream)}/events?limit=5000${from}`
      return (await askPatiently<StreamPage>(path)).answer
    },
  }
}

/** How far the server's clock is ahead of ours; its header has whole seconds. */
function differenceOf(answer: Response): number {
  const difference = Date.parse(answer.headers.get('date') ?? '') - Date.now()
  return Math.abs(difference) > 2000 ? difference : 0
}

/** 'Strange': not in the words of our server. */
export interface AnyFault extends Omit<HttpFault, 'code'> {
  readonly code: HttpFault['code'] | 'Strange'
}
async function faultOf(answer: Response): Promise<AnyFault> {
  const body = (await answer.json().catch(() => null)) as { error?: HttpFault } | null
  const fault = body?.error
  return fault && Object.hasOwn(httpStatus, fault.code)
    ? fault
    : { code: 'Strange', message: `status ${answer.status}` }
}

async function identityOf(answer: Response, origin: string): Promise<Identity> {
  const body = (await answer.json().catch(() => null)) as Identity | null
  if (typeof body?.actor !== 'string') throw new ImportError(notOurs(origin))
  return body
}

const notOurs = (origin: string): string => `What answers at ${origin} is not this app's server.`

function noAnswer(origin: string, error: unknown): string {
  const cause = causeOf(error)
  if (cause === 'ENOTFOUND' || cause === 'EAI_AGAIN') return `There is no host ${new URL(origin).hostname}.`
  if (/CERT|SELF_SIGNED|ISSUER/.test(cause)) return `The certificate of ${origin} is not trusted (${cause}).`
  if (/SSL|EPROTO|HPE_/.test(cause)) {
    const other = origin.startsWith('https:') ? 'http' : 'https'
    return `${origin} does not answer that way: try --server ${other}${origin.slice(origin.indexOf(':'))}.`
  }
  return `No server answers at ${origin} (${cause}). Start it with: npm start`
}

function noSignIn(origin: string, fault: AnyFault): string {
  switch (fault.code) {
    case 'Strange':
      return notOurs(origin)
    case 'INSECURE_CONTEXT':
      return `${origin} is neither https nor on this machine: the server signs nobody in there.`
    case 'GUESTS_OFF':
      return `The server at ${origin} takes no guests, and an import signs in as one. Start it without GUESTS=off.`
    case 'UNKNOWN_HOST':
      return `The server does not know itself as ${origin}: ${fault.message}.`
    case 'TOO_MANY_REQUESTS':
      return `The server at ${origin} had too many sign-ins. Try again in a while.`
    default:
      return `The server at ${origin} refused the sign-in: ${fault.message}.`
  }
}

/** A code like ECONNREFUSED, or the time that is up. */
function causeOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException }
  if (name === 'TimeoutError') return `no answer in ${answerMs / 1000} s`
  return cause?.code ?? cause?.message ?? (error instanceof SyntaxError ? 'an answer that is not JSON' : message)
}

function readSessions(path: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
  } catch {
    return {} // none yet
  }
}

function writeSessions(path: string, sessions: Record<string, string>): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(`${path}.new`, JSON.stringify(sessions), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ImportError(`The import cannot keep its session in ${path} (${code}). DATA_DIR names another folder.`)
  }
}
