import { serve, type ServerType } from '@hono/node-server'
import { mkdirSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { openAccounts } from './accounts.ts'
import { createApp } from './app.ts'
import { openDirectory } from './directory.ts'
import { openSqliteEventLog } from './sqlite-event-log.ts'

export interface ServerOptions {
  readonly port: number
  /** undefined: every address of this machine */
  readonly host?: string | undefined
  readonly dataDirectory: string
  readonly dist: string | null
  readonly guests?: boolean
  readonly logger: Logger
}
export interface RunningServer {
  readonly port: number
  /** lets requests finish, ends tails, closes the files */
  close(): Promise<void>
}

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  mkdirSync(options.dataDirectory, { recursive: true, mode: 0o700 })
  const log = await openSqliteEventLog(join(options.dataDirectory, 'events.db'))
  const directory = await openDirectory(join(options.dataDirectory, 'directory.db'), log)
  const accounts = await openAccounts(join(options.dataDirectory, 'accounts.db'))
  const { dist, logger, guests = true } = options
  const { app, close: closeTails } = createApp({ log, directory, accounts, logger, dist, guests })

  const server = await new Promise<ServerType>((resolve, reject) => {
    const started = serve({ fetch: app.fetch, port: options.port, hostname: options.host }, () => resolve(started))
    started.once('error', reject)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      closeTails()
      const http = server as Server // `serve` makes no other kind here
      const cutIdle = setInterval(() => http.closeIdleConnections(), 20)
      const cutAll = setTimeout(() => http.closeAllConnections(), 3000)
      await new Promise((resolve) => http.close(resolve))
      clearInterval(cutIdle)
      clearTimeout(cutAll)
      directory.close()
      accounts.close()
      await log.close()
    },
  }
}
