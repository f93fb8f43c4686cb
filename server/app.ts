import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Logger } from 'pino'
import { httpStatus } from '../schema/messages/http.ts'
import type { Accounts } from './accounts.ts'
import { startCommitter } from './committer.ts'
import type { Directory } from './directory.ts'
import type { EventLog } from './event-log.ts'
import { Fault } from './fault.ts'
import { sameOrigin } from './http/same-origin.ts'
import { signInRoutes } from './http/sign-in.ts'
import { staticFiles } from './http/static-files.ts'
import { streamRoutes } from './http/streams.ts'
import { startTails } from './http/tails.ts'

export interface ServerParts {
  readonly log: EventLog
  readonly directory: Directory
  readonly accounts: Accounts
  readonly logger: Logger
  /** where the built app lies; null: the API alone */
  readonly dist: string | null
  readonly guests: boolean
}

/** The whole server as one fetch handler. (The Durable Streams protocol will be another route over the same log.) */
export function createApp(parts: ServerParts): { app: Hono; close(): void } {
  const { log, directory, accounts, logger } = parts
  const tails = startTails(log, directory, accounts)
  const app = new Hono()

  app.use(async (c, next) => {
    const start = performance.now()
    await next()
    c.header('x-content-type-options', 'nosniff')
    c.header('referrer-policy', 'same-origin')
    if (!c.req.path.startsWith('/api/')) return
    const ms = Math.round(performance.now() - start)
    logger.debug({ method: c.req.method, path: c.req.path, status: c.res.status, ms }, 'request')
  })
  app.get('/healthz', async (c) => {
    await log.streams()
    return c.json({ status: 'ok' })
  })
  app.use('/api/*', sameOrigin)
  app.use('/api/*', bodyLimit({ maxSize: 8 << 20, onError: tooLarge }))
  app.route('/api', signInRoutes(accounts, { guests: parts.guests }))
  app.route('/api', streamRoutes(log, directory, startCommitter(log, directory), accounts))
  app.route('/api', tails.routes)
  app.all('/api/*', (c) => {
    throw new Fault('NOT_FOUND', `there is no ${c.req.method} ${c.req.path}`)
  })
  if (parts.dist !== null) app.route('/', staticFiles(parts.dist))

  app.onError((error, c) => {
    const fault = error instanceof Fault ? error : new Fault('INTERNAL', 'something went wrong on the server')
    if (!(error instanceof Fault))
      logger.error({ err: error, method: c.req.method, path: c.req.path }, 'request failed')
    return c.json({ error: fault }, httpStatus[fault.code] as ContentfulStatusCode, { 'cache-control': 'no-store' })
  })
  return { app, close: tails.close }
}

function tooLarge(): never {
  throw new Fault('BODY_TOO_LARGE', 'the request is too large: at most 8 MiB')
}
