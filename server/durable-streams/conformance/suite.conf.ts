import { runConformanceTests } from '@durable-streams/server-conformance-tests'
import { afterAll, beforeAll } from 'vitest'
import type { LogChoice } from '../../log/open-logs.ts'
import { startNats } from '../../log/testing-nats.ts'
import { startTestServer, type TestServer } from '../../testing.ts'

/**
 * The protocol's public suite against this server, signed in as one guest: the suite knows of no sign-in, so `fetch`
 * adds the cookie, and the Origin that a browser would. `EVENT_LOG=nats` runs it on JetStream.
 */
const options = { baseUrl: '', longPollTimeoutMs: 20_000, subscriptions: true }
const plain = globalThis.fetch
let server: TestServer
let nats: Awaited<ReturnType<typeof startNats>> | null = null

beforeAll(async () => {
  const limits = { longPollMs: 2000, eventsPerPerson: { burst: 1e6, perSecond: 1e6 }, connections: 1000 }
  if (process.env['EVENT_LOG'] === 'nats') nats = await startNats()
  const log: LogChoice = nats ? { type: 'nats', url: nats.url, replicas: 1, shards: 2 } : { type: 'embedded' }
  server = await startTestServer({ localWebhooks: true, limits, log })
  options.baseUrl = server.origin
  const { cookie } = await server.signIn('Suite')
  globalThis.fetch = (input, init) => {
    const headers = new Headers(init?.headers)
    headers.set('cookie', cookie)
    headers.set('origin', server.origin)
    return plain(input, { ...init, headers })
  }
})
afterAll(async () => {
  globalThis.fetch = plain
  await server.dispose()
  await nats?.dispose()
})

runConformanceTests(options)
