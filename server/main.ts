import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pino } from 'pino'
import { startServer } from './start-server.ts'

/** `npm start`: PORT (5173), HOST (this machine only; 0.0.0.0 for others), DATA_DIR (./data), DIST_DIR (./dist), LOG_LEVEL, GUESTS=off. */
const logger = pino({ level: process.env['LOG_LEVEL'] ?? 'info' }, pino.destination(2))
const port = Number(process.env['PORT'] ?? 5173)
const host = process.env['HOST'] ?? '127.0.0.1'
const dataDirectory = resolve(process.env['DATA_DIR'] ?? 'data')
const dist = resolve(process.env['DIST_DIR'] ?? 'dist')

try {
  const server = await startServer({
    port,
    host,
    dataDirectory,
    dist: existsSync(dist) ? dist : null,
    guests: process.env['GUESTS'] !== 'off',
    logger,
  })
  const shown = ['127.0.0.1', '0.0.0.0', '::'].includes(host) ? 'localhost' : host
  console.log(`Reactive SQLite is at http://${shown}:${server.port} (data in ${dataDirectory})`)

  const stop = async (signal: string) => {
    logger.info({ signal }, 'shutting down')
    await server.close()
    process.exit(0)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
} catch (error) {
  const code = (error as NodeJS.ErrnoException).code
  if (code !== 'EADDRINUSE') throw error
  console.error(`Port ${port} is taken. Stop what uses it, or choose another: PORT=${port + 1} npm start`)
  process.exit(1)
}
