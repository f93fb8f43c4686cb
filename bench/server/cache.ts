import { Agent, createServer, request, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { load, quantile, sleep, startBenchServer, writerIn } from './bench-server.ts'

/**
 * `npm run bench:cache -- [CLIENTS] [INTERVALS]`: so many long-polling readers of one durable stream behind an HTTP cache,
 * which joins equal requests into one. How many of them the server sees in an interval of its cursor (20 s), with an append
 * every 5 s. The cache is signed in, and serves those who may read what it may.
 */
const clients = Number(process.argv[2] ?? 1000)
const intervals = Number(process.argv[3] ?? 2)
const intervalMs = 20_000
const appendEveryMs = 5000

const server = await startBenchServer({ limits: { tailsPerPerson: 100, inFlightPerConnection: 1000 } })
const { cookie } = await writerIn(server, 'Cache', null)
const path = '/v1/stream/bench'
await server.post(path, '[{"n":0}]', { cookie }, 'PUT')

interface Cached {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}
let originReads = 0
const agent = new Agent({ keepAlive: true })
const known = new Map<string, Promise<Cached>>()

function fetchOnce(url: string): Promise<Cached> {
  const found = known.get(url)
  if (found) return found
  originReads += 1
  const asked = new Promise<Cached>((resolve, reject) => {
    const headers = { cookie, host: `localhost:${server.port}` }
    request({ agent, host: '127.0.0.1', port: server.port, path: url, headers }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, body }))
    })
      .on('error', reject)
      .end()
  })
  known.set(url, asked)
  // whoever asks the same a moment later gets the same: the address names the place and the interval
  void asked.finally(() => setTimeout(() => known.delete(url), 10_000).unref()).catch(() => {})
  return asked
}

const cache = createServer((incoming, outgoing) => {
  void fetchOnce(incoming.url!).then(
    ({ status, headers, body }) => {
      const passed = ['stream-next-offset', 'stream-cursor', 'content-type']
      outgoing.writeHead(
        status,
        Object.fromEntries(passed.flatMap((name) => (headers[name] ? [[name, headers[name]]] : []))),
      )
      outgoing.end(body)
    },
    () => outgoing.destroy(),
  )
})
await new Promise<void>((resolve) => cache.listen(0, '127.0.0.1', resolve))
const { port } = cache.address() as AddressInfo

const sentAt = new Map<number, number>()
const delays: number[] = []
const ended = new AbortController()
const toCache = new Agent({ keepAlive: true, maxSockets: Infinity })
const get = (url: string) =>
  new Promise<{ headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
    request({ agent: toCache, host: '127.0.0.1', port, path: url }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      answer.on('end', () => resolve({ headers: answer.headers, body }))
    })
      .on('error', reject)
      .end()
  })

async function follow(): Promise<void> {
  let offset = '-1'
  let cursor = ''
  while (!ended.signal.aborted) {
    const { headers, body } = await get(`${path}?offset=${offset}&live=long-poll${cursor}`)
    for (const { n } of body === '' ? [] : (JSON.parse(body) as { n: number }[])) {
      const sent = sentAt.get(n)
      if (sent !== undefined) delays.push(performance.now() - sent)
    }
    offset = String(headers['stream-next-offset'] ?? offset)
    cursor = headers['stream-cursor'] === undefined ? '' : `&cursor=${String(headers['stream-cursor'])}`
  }
}

for (let n = 0; n < clients; n++) void follow().catch(() => {})
await sleep(3000)
const before = originReads
let appends = 0
const end = Date.now() + intervals * intervalMs
while (Date.now() < end) {
  appends += 1
  sentAt.set(appends, performance.now())
  await server.post(path, JSON.stringify([{ n: appends }]), { cookie })
  await sleep(appendEveryMs)
}
const perInterval = (originReads - before) / intervals
console.log(
  `${clients} readers behind a cache, ${appends} appends in ${intervals} intervals of ${intervalMs / 1000} s: ` +
    `${perInterval} reads at the server an interval (goal 10); ${delays.length} deliveries, ` +
    `p50 ${quantile(delays, 0.5).toFixed(0)} ms, p99 ${quantile(delays, 0.99).toFixed(0)} ms (${load()})`,
)
ended.abort()
agent.destroy()
toCache.destroy()
cache.close()
cache.closeAllConnections()
await server.dispose()
