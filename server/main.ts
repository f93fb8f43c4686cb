import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pino } from 'pino'
import { CannotStart } from './cannot-start.ts'
import { logChoiceFrom } from './log/open-logs.ts'
import { defaultLimits, limitsFrom, type Limits } from './limits.ts'
import { makeLogger } from './logger.ts'
import { adviceAbout } from './http/own-hosts.ts'
import type { GuestPolicy } from './http/sign-in.ts'
import type { PushOptions } from './push/push.ts'
import { startServer, type RunningServer } from './start-server.ts'

/**
 * `npm start`: PORT (5173), HOST (this machine only; 0.0.0.0 for others), ORIGIN (what it is called from outside, e.g.
 * https://chat.example.org, several with commas), DATA_DIR (./data), DIST_DIR (./dist), LOG_LEVEL, GUESTS=limited or off, SIGN_UP=off, EVENT_LOG=nats with NATS_URL, NATS_REPLICAS (3) and NATS_SHARDS (8), LOCAL_WEBHOOKS=on (those of durable streams may go to
 * this machine), PUSH=off, PUSH_CONTACT (mailto:… or https:…, for push services; else ORIGIN), PUSH_TEST_HOSTS (host:port of push services
 * that are not public, with commas), BEHIND_PROXY=on (X-Forwarded-For says who asked), METRICS_TOKEN (who shows it may read /metrics; else this machine), LIMITS
 * (JSON, see limits.ts).
 */
const logger = makeLogger(process.env['LOG_LEVEL'] ?? 'info', pino.destination(2))
const port = Number(process.env['PORT'] ?? 5173)
const host = process.env['HOST'] ?? '127.0.0.1'
const dataDirectory = resolve(process.env['DATA_DIR'] ?? 'data')
const dist = resolve(process.env['DIST_DIR'] ?? 'dist')
/** after what requests may take: for files, and in case of a bug */
const closingMs = 2000

let server: RunningServer | null = null
let limits: Limits = defaultLimits
let ending = false

try {
  limits = limitsFrom(process.env['LIMITS'])
  const origins = originsIn(process.env['ORIGIN'] ?? '')
  server = await startServer({
    port,
    host,
    dataDirectory,
    log: logChoiceFrom(process.env),
    dist: existsSync(dist) ? dist : null,
    guests: guestsIn(process.env['GUESTS'] || 'on'),
    signUp: process.env['SIGN_UP'] !== 'off',
    origins,
    behindProxy: process.env['BEHIND_PROXY'] === 'on',
    localWebhooks: process.env['LOCAL_WEBHOOKS'] === 'on',
    push: process.env['PUSH'] === 'off' ? false : pushOptions(process.env),
    metricsToken: process.env['METRICS_TOKEN'] || undefined,
    limits,
    logger,
  })
  const shown = ['127.0.0.1', '0.0.0.0', '::'].includes(host) ? 'localhost' : host
  console.log(`Reactive SQLite is at http://${shown}:${server.port} (data in ${dataDirectory})`)
  const advice = adviceAbout(origins, host)
  if (advice !== null) console.warn(advice)
  process.once('SIGINT', (signal) => void end(0, { signal }, 'shutting down'))
  process.once('SIGTERM', (signal) => void end(0, { signal }, 'shutting down'))
  // No request may come here: this is for bugs alone. What state they left nobody knows, so the process does not go on.
  process.on('uncaughtException', (error) => void end(1, { err: error }, 'a bug ended the server'))
} catch (error) {
  console.error(inWords(error) ?? error)
  process.exit(1)
}

async function end(exitCode: number, details: object, words: string): Promise<void> {
  logger[exitCode === 0 ? 'info' : 'fatal'](details, words)
  if (ending) return
  ending = true
  setTimeout(() => process.exit(exitCode), limits.drainMs + closingMs).unref()
  await server?.close().catch((error: unknown) => logger.error({ err: error }, 'while shutting down'))
  process.exit(exitCode)
}

function guestsIn(text: string): GuestPolicy {
  if (text === 'on' || text === 'limited' || text === 'off') return text
  throw new CannotStart(`GUESTS: ${text} is not on, limited or off`)
}

function pushOptions({ PUSH_CONTACT: contact, PUSH_TEST_HOSTS: hosts }: NodeJS.ProcessEnv): Partial<PushOptions> {
  if (contact && !/^(mailto:.+@.+|https:\/\/.+)$/.test(contact)) {
    throw new CannotStart(`PUSH_CONTACT: ${contact} is not like mailto:admin@example.org or https://example.org`)
  }
  const testHosts = (hosts ?? '').split(',').flatMap((part) => part.trim() || [])
  return { ...(contact && { contact }), testHosts }
}

function originsIn(text: string): string[] {
  const origins = text.split(',').flatMap((part) => part.trim() || [])
  for (const origin of origins) {
    if (!URL.canParse(origin))
      throw new CannotStart(`ORIGIN: ${origin} is not an address like https://chat.example.org`)
  }
  return origins
}

/** What a person can do something about; null: a bug. */
function inWords(error: unknown): string | null {
  if (error instanceof CannotStart) return error.message
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    return `Port ${port} is taken. Stop what uses it, or choose another: PORT=${port + 1} npm start`
  }
  if (code === 'ERR_SQLITE_ERROR') {
    return `The files in ${dataDirectory} cannot be opened: ${message}. (Is the disk full? Is a file damaged?)`
  }
  if (['EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND', 'ERR_SOCKET_BAD_PORT'].includes(code ?? ''))
    return `The server cannot listen on ${host}:${port}: ${message}`
  return null
}
