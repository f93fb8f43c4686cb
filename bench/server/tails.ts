import { connect, type Socket } from 'node:net'
import { load, processorMs, quantile, residentBytes, sleep, startBenchServer, writerIn } from './bench-server.ts'

/**
 * `npm run bench:tails -- [TAILS]`: so many live connections on one stream, each with its own socket. The memory that they
 * cost the server while nothing comes, and the time from sending an append to its arrival at each of them.
 */
const tails = Number(process.argv[2] ?? 1000)
const appends = 50
const server = await startBenchServer({
  limits: { tailsPerPerson: tails, tailsInAll: tails * 2 },
  node: ['--expose-gc', '--import', `data:text/javascript,setInterval(globalThis.gc,500).unref()`],
})
const pid = server.child.pid!
const writer = await writerIn(server, 'Ada', null)
await writer.say()

const arrivals = new Map<string, number[]>()
const open = new Set<Socket>()
const settled = async () => {
  await sleep(3000) // what is garbage is collected by then
  return residentBytes(pid)
}
const before = await settled()
const sockets: Socket[] = []
for (let n = 0; n < tails; n++) {
  const socket = connect(server.port, '127.0.0.1')
  sockets.push(socket)
  const path = `/api/streams/${encodeURIComponent(writer.stream)}/tail`
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: ${writer.cookie}\r\n\r\n`)
  socket.on('data', (chunk: Buffer) => {
    const text = chunk.toString('latin1')
    if (text.includes('data:')) open.add(socket)
    for (const [, mark] of text.matchAll(/"text":"(mark \d+)"/g)) arrivals.get(mark!)?.push(performance.now())
  })
}
while (open.size < sockets.length) await sleep(20)
const perTail = ((await settled()) - before) / tails
console.log(`${tails} idle tails: ${(perTail / 1000).toFixed(1)} kB of the server's memory each (goal 20) (${load()})`)

const times: number[] = []
const spent = { server: processorMs(pid), client: process.cpuUsage() }
for (let n = 0; n < appends; n++) {
  const mark = `mark ${n}`
  const came: number[] = []
  arrivals.set(mark, came)
  const sent = performance.now()
  await writer.say(mark)
  while (came.length < tails) await sleep(5)
  times.push(...came.map((at) => at - sent))
  await sleep(50)
}
const { user, system } = process.cpuUsage(spent.client)
const ms = (value: number) => `${value.toFixed(0)} ms`
console.log(
  `append → delivery at ${tails} tails: p50 ${ms(quantile(times, 0.5))}, p99 ${ms(quantile(times, 0.99))} (goal 200), ` +
    `most ${ms(Math.max(...times))}; processor time of an append: server ${ms((processorMs(pid) - spent.server) / appends)}, ` +
    `client ${ms((user + system) / 1000 / appends)} (${load()})`,
)
for (const socket of sockets) socket.destroy()
await server.dispose()
