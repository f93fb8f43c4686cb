import { Hono, type Context, type MiddlewareHandler } from 'hono'
import { requestId } from 'hono/request-id'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Logger } from 'pino'
import { httpStatus } from '../schema/messages/http.ts'
import type { Accounts } from './accounts.ts'
import { startCommitter } from './committer.ts'
import { mountDurableStreams, type DurableStreams } from './durable-streams/open.ts'
import type { Directory } from './directory.ts'
import type { Blobs } from './blobs/blobs.ts'
import { LogSilent, type EventLog } from './log/event-log.ts'
import { Fault } from './fault.ts'
import { problemsIn, type Health } from './health.ts'
import { blobRoutes } from './http/blobs.ts'
import { startBodies } from './http/bodies.ts'
import { invitationRoutes } from './http/invitations.ts'
import { limitInFlight } from './http/in-flight.ts'
import { metricsRoute } from './http/metrics.ts'
import { askedIn, observe } from './http/observe.ts'
import { ownHosts } from './http/own-hosts.ts'
import { sameOrigin } from './http/same-origin.ts'
import { apiHeaders } from './http/security-headers.ts'
import { startRoutes } from './http/routes.ts'
import { accountRoutes } from './http/account.ts'
import { presenceRoutes } from './http/presence.ts'
import { passkeyRoutes } from './http/passkeys.ts'
import { requireSession, tokenOf } from './http/session-cookie.ts'
import { signInRoutes, type GuestPolicy } from './http/sign-in.ts'
import { staticFiles } from './http/static-files.ts'
import { snapshotRoutes } from './http/snapshots.ts'
import { streamRoutes } from './http/streams.ts'
import { startTails } from './http/tails.ts'
import type { Push } from './push/push.ts'
import { pushRoutes } from './push/routes.ts'
import { leaveEverything } from './leave-everything.ts'
import type { Limits } from './limits.ts'
import { Metrics } from './metrics.ts'
import type { Challenges } from './passkeys/challenges.ts'
import type { ReadModel } from './read-model/read-model.ts'
import type { Snapshots } from './snapshots/snapshots.ts'

export interface ServerParts {
  readonly log: EventLog
  readonly directory: Directory
  /** null: nothing can be written here */
  readonly readModel: ReadModel | null
  readonly snapshots: Snapshots | null
  /** null: nothing can be written here */
  readonly blobs: Blobs | null
  /** null: nothing can be written */
  readonly durableStreams: DurableStreams | null
  /** null: devices are told nothing while no tab is open */
  readonly push: Push | null
  readonly accounts: Accounts
  readonly challenges: Challenges
  readonly health: Health
  readonly logger: Logger
  readonly limits: Limits
  /** where the built app lies; null: the API alone */
  readonly dist: string | null
  readonly guests: GuestPolicy
  /** new people may come with a passkey */
  readonly signUp: boolean
  /** what the server is called from outside, e.g. https://chat.example.org */
  readonly origins: readonly string[]
  /** a reverse proxy is in front: X-Forwarded-For says who asked */
  readonly behindProxy: boolean
  /** who shows it may read the metrics; null: this machine may */
  readonly metricsToken: string | null
  /** the address that it listens on; undefined: all of this machine's */
  readonly host: string | undefined
}

/** The whole server as one fetch handler. */
export interface App {
  readonly app: Hono
  /** Live connections end and are told to come back; what else is asked is still answered, each as its connection's last. */
  drain(): void
}

export function createApp(parts: ServerParts): App {
  const { log, directory, accounts, health, logger, limits } = parts
  const bodies = startBodies(limits)
  const routes = startRoutes(accounts, directory, log.catchUp)
  const tails = startTails(routes, log, directory, accounts, health, limits)
  const metrics = new Metrics(() => ({
    tails: tails.count,
    diskIsWell: health.disk.state === 'ok',
    logAnswers: health.log.state === 'ok',
    setAside: directory.setAside().count,
    readModelBehind: parts.readModel?.state().behind ?? null,
  }))
  log.watch(({ items }) => metrics.took(items.length))
  const app = new Hono()
  let draining = false

  app.use(requestId(), observe(metrics, logger))
  app.use(async (c, next) => {
    await next()
    if (draining) c.header('connection', 'close')
  })
  app.use(limitInFlight(limits.inFlightPerConnection))
  app.use(ownHosts(parts.origins, parts.host))
  app.use('/api/*', async (c, next) => {
    // before the answer is made: each header of a finished one makes it anew
    for (const [name, value] of Object.entries(apiHeaders)) c.header(name, value)
    await next()
  })
  if (accounts.catchUp) app.use(knowAll(accounts, accounts.catchUp))
  routes.get('/healthz', 'anyone', async (c) => {
    if (health.disk.state !== 'ok') await log.probe()
    const setAside = directory.setAside()
    const readModel = parts.readModel?.state() ?? null
    const problems = problemsIn(health.disk, health.log, setAside.count, readModel?.failed ?? 0)
    const status = draining ? 'stopping' : problems.length === 0 ? 'ok' : 'degraded'
    const push = parts.push?.state() ?? null
    const report = {
      status,
      problems,
      disk: health.disk,
      log: health.log,
      setAside,
      readModel,
      push,
      tails: tails.count,
    }
    return c.json(report, draining ? 503 : 200, apiHeaders)
  })
  metricsRoute(routes, metrics, parts.metricsToken)
  app.use('/api/*', sameOrigin)
  const whoAsks = (c: Context) => requireSession(c, accounts)
  const mounted =
    parts.durableStreams &&
    mountDurableStreams('/v1/stream', parts.durableStreams, whoAsks, bodies, limits, parts.origins)
  if (mounted) app.route('/v1/stream', mounted.app)
  const onSignOut = (session: string) => {
    tails.endSession(session)
    mounted?.endSession(session)
    parts.push?.unsubscribe(session)
  }
  accounts.onEnded(onSignOut)
  const committer = startCommitter(log, directory, limits, { blobs: parts.blobs })
  const { guests, signUp, behindProxy } = parts
  signInRoutes(routes, accounts, bodies, { guests, behindProxy, limits, onSignOut })
  passkeyRoutes(routes, accounts, bodies, { signUp, challenges: parts.challenges, behindProxy, limits })
  accountRoutes(routes, accounts, bodies, {
    onSignOut,
    leaveEverything: async (actor) => {
      await leaveEverything(directory, committer, actor)
      await parts.durableStreams?.removeAll(actor)
      parts.push?.removeAll(actor)
    },
  })
  const mayFound = (actor: string) => guests !== 'limited' || accounts.passkeys.has(actor)
  streamRoutes(routes, log, directory, committer, accounts, bodies, limits, mayFound)
  const presence = presenceRoutes(routes, directory, bodies, limits, tails)
  blobRoutes(routes, parts.blobs, log, directory, limits)
  pushRoutes(routes, parts.push, bodies, limits)
  invitationRoutes(routes, directory, committer, bodies, { behindProxy, limits })
  snapshotRoutes(routes, parts.snapshots, directory, limits)
  app.route('/', routes.hono)
  if (parts.dist !== null) {
    const overHttps = parts.origins.length > 0 && parts.origins.every((origin) => origin.startsWith('https:'))
    app.route('/', staticFiles(parts.dist, overHttps))
  }

  app.notFound((c) => {
    const methods = routes.methodsOf(c.req.path)
    const allowed = methods.length > 0 ? methods : ['GET', 'HEAD'] // a path that is no route is a file
    if (allowed.includes(c.req.method)) throw new Fault('NOT_FOUND', `there is no ${c.req.path}`)
    c.header('allow', allowed.join(', '))
    throw new Fault('METHOD_NOT_ALLOWED', `${c.req.path} takes ${allowed.join(', ')}`)
  })
  app.onError((error, c) => {
    const fault = error instanceof Fault ? error : faultOf(error, health)
    if (fault.code === 'INTERNAL') {
      logger.error({ err: error, ...askedIn(c) }, 'request failed')
    }
    metrics.refused(fault.code)
    if (fault.retryAfterSeconds !== null) c.header('retry-after', String(fault.retryAfterSeconds))
    return c.json({ error: fault }, httpStatus[fault.code] as ContentfulStatusCode, apiHeaders)
  })
  const drain = () => {
    draining = true
    presence.close()
    tails.close()
    mounted?.close()
  }
  return { app, drain }
}

/** Who signed in at another server a moment ago is known here before they are told to sign in. */
function knowAll(accounts: Accounts, catchUp: () => Promise<void>): MiddlewareHandler {
  return async (c, next) => {
    const token = tokenOf(c)
    const isUnknown = token !== undefined && accounts.whoIs(token) === null
    if (isUnknown || /^\/api\/(passkeys\/sign-in|recovery)$/.test(c.req.path)) await catchUp()
    await next()
  }
}

function faultOf(error: unknown, health: Health): Fault {
  if (error instanceof LogSilent) {
    return new Fault('LOG_SILENT', `nothing can be taken now: ${error.message}`, { retryAfterSeconds: 2 })
  }
  if (!health.failed(error)) return new Fault('INTERNAL', 'something went wrong on the server')
  const message = `nothing can be written on the server now: its disk is ${health.disk.state}`
  return new Fault('STORAGE_FULL', message, { retryAfterSeconds: 5 })
}
