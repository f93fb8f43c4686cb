import { serve, type ServerType } from '@hono/node-server'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { openBlobs } from './blobs/blobs.ts'
import { openAccounts } from './accounts.ts'
import { createApp } from './app.ts'
import type { GuestPolicy } from './http/sign-in.ts'
import { takeDataFolder } from './data-folder.ts'
import { openDirectory } from './directory.ts'
import { openDurableStreams } from './durable-streams/open.ts'
import { Health } from './health.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { openPush, type PushOptions } from './push/push.ts'
import { startReadModel } from './read-model/read-model.ts'
import { keepSnapshots } from './snapshots/snapshots.ts'
import { openLogs, type LogChoice } from './log/open-logs.ts'

export interface ServerOptions {
  readonly port: number
  /** undefined: every address of this machine */
  readonly host?: string | undefined
  readonly dataDirectory: string
  readonly dist: string | null
  /** where the events are kept; undefined: in the data directory */
  readonly log?: LogChoice
  readonly guests?: GuestPolicy
  readonly signUp?: boolean
  /** what the server is called from outside, e.g. https://chat.example.org: requests for other hosts are refused */
  readonly origins?: readonly string[]
  /** a reverse proxy is in front: X-Forwarded-For says who asked */
  readonly behindProxy?: boolean
  /** webhooks of durable streams may go to this machine */
  readonly localWebhooks?: boolean
  /** who shows it may read /metrics; undefined: programs on this machine may */
  readonly metricsToken?: string | undefined
  /** false: devices are told nothing while no tab is open */
  readonly push?: Partial<PushOptions> | false
  readonly limits?: Limits
  readonly logger: Logger
}
export interface RunningServer {
  readonly port: number
  /** takes no new connection, lets requests finish for a while, tells live connections to come back, closes the files */
  close(): Promise<void>
}

/** Rejects with CannotStart, or with what Node says of a port that cannot be had. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const {
    dist,
    logger,
    host,
    guests = 'on',
    signUp = true,
    origins = [],
    behindProxy = false,
    limits = defaultLimits,
  } = options
  const health = new Health(logger)
  const folder = await takeDataFolder(options.dataDirectory)
  const closing: (() => unknown)[] = [() => folder.release()]
  const closeFiles = async () => {
    for (const close of closing.toReversed()) await close()
  }
  try {
    const { readOnly } = folder
    const logs = await openLogs(options.log ?? { type: 'embedded' }, folder, health)
    closing.push(() => logs.close())
    const log = await logs.open('events')
    closing.push(() => log.close())
    const accounts = await openAccounts(join(folder.path, 'accounts.db'), { readOnly, keeper: logs.keeper })
    closing.push(() => accounts.close())
    const directory = await openDirectory(join(folder.path, 'directory.db'), log, health, { readOnly })
    closing.push(() => directory.close())
    if (readOnly) await log.probe()
    const readModel = readOnly ? null : startReadModel(join(folder.path, 'read-model'), log, directory, health, limits)
    closing.push(() => readModel?.close())
    const snapshots = readModel && keepSnapshots(join(folder.path, 'snapshots'), readModel, directory, health, limits)
    closing.push(() => snapshots?.close())
    const blobs = readOnly ? null : await openBlobs(join(folder.path, 'blobs'), log, health, limits)
    closing.push(() => blobs?.close())
    const localWebhooks = options.localWebhooks ?? false
    const durableStreams = readOnly
      ? null
      : await openDurableStreams(await logs.open('durable-streams'), folder.path, logger, { localWebhooks })
    closing.push(() => durableStreams?.close())
    const pushParts = { log, directory, accounts, health, logger, limits }
    const push =
      readOnly || options.push === false
        ? null
        : await openPush(folder.path, pushParts, { contact: contactOf(origins), testHosts: [], ...options.push })
    closing.push(() => push?.close())
    const parts = {
      log,
      durableStreams,
      directory,
      readModel,
      snapshots,
      blobs,
      push,
      accounts,
      challenges: await logs.challenges(),
      health,
      logger,
      limits,
      dist,
      guests,
      signUp,
      origins,
      behindProxy,
      metricsToken: options.metricsToken ?? null,
      host,
    }
    const { app, drain } = createApp(parts)
    const http = await listen(app.fetch, options, limits, logger)
    return {
      port: (http.address() as AddressInfo).port,
      async close() {
        const closed = new Promise((resolve) => http.close(resolve))
        drain()
        const cutIdle = setInterval(() => http.closeIdleConnections(), 20)
        const cutAll = setTimeout(() => http.closeAllConnections(), limits.drainMs)
        await closed
        clearInterval(cutIdle)
        clearTimeout(cutAll)
        await closeFiles()
      },
    }
  } catch (error) {
    await closeFiles()
    throw error
  }
}

/** Whom a push service may write to, where nobody said. */
function contactOf(origins: readonly string[]): string {
  return origins.find((origin) => origin.startsWith('https:')) ?? 'mailto:admin@localhost'
}

async function listen(
  fetch: Parameters<typeof serve>[0]['fetch'],
  { port, host }: ServerOptions,
  limits: Limits,
  logger: Logger,
): Promise<Server> {
  const serverOptions = {
    requestTimeout: limits.requestMs,
    headersTimeout: Math.min(limits.headersMs, limits.requestMs),
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(1000, limits.requestMs / 4),
    maxHeaderSize: limits.headerBytes,
  }
  const server = await new Promise<ServerType>((resolve, reject) => {
    const started = serve({ fetch, port, hostname: host, serverOptions }, () => resolve(started))
    started.once('error', reject)
  })
  const http = server as Server // `serve` makes no other kind here
  http.maxConnections = limits.connections
  http.setTimeout(limits.stalledMs)
  // a connection that could not be accepted (no file handles left) is no reason to end
  http.on('error', (error) => logger.error({ err: error }, 'the listening socket failed'))
  return http
}
