// node --expose-gc driver.mjs ENGINE[:VARIANT] WORKLOAD ROWS QUERIES SECONDS: one engine, one workload, one size, in this process. Prints one line of JSON.
import { firstWrong, hotChannel, newMessage } from './common.mjs'

const [engineName, variant] = process.argv[2].split(':')
const [workload, rows, queries, seconds] = [process.argv[3], ...process.argv.slice(4).map(Number)]
const size = { workload, rows, queries }
// thousands of calls until V8 has compiled what they call: the same warm-up for all, the first of it shown as `early`
const most = { early: 1000, warmUp: 15_000, writes: 1000 }
const least = { warmUp: 1, writes: 5 }

globalThis.gc()
const emptyRss = process.memoryUsage().rss
const engine = await (await import(`./${engineName}.mjs`)).open(size, variant)
if (!engine) {
  report({ offered: false })
  process.exit()
}

let hot = -1
let heard = { hot: false, count: 0, at: 0 }
function hear(k) {
  heard.at = performance.now()
  heard.count++
  if (k === hot) heard.hot = true
}
const hydrationStart = performance.now()
for (let k = 0; k < queries; k++) await engine.subscribe(k, () => hear(k))
const hydrationMs = performance.now() - hydrationStart
const hydrated = memoryMB()

let written = 0
const early = { deliveries: [], pushes: [] }
await repeat(most.warmUp, least.warmUp, seconds, (start) => {
  if (early.deliveries.length < most.early) note(early, start)
})
const warmUp = written
const warm = { deliveries: [], pushes: [] }
await repeat(most.writes, least.writes, seconds, (start) => note(warm, start))
report({
  offered: true,
  push: pushFigure(warm),
  write: writeFigure(warm),
  earlyPush: pushFigure(early),
  earlyWrite: writeFigure(early),
  warmUp,
  iterations: warm.deliveries.length,
  hydrationMs,
  memoryMB: hydrated,
  wrong: firstWrong(size, written, engine.result),
})
process.exit()

function note({ deliveries, pushes }, start) {
  deliveries.push(heard.at - start)
  if (engine.enteredAt) pushes.push(heard.at - engine.enteredAt())
}

function figure(samples) {
  return { medianMs: percentile(samples, 50), p99Ms: percentile(samples, 99) }
}
function writeFigure({ deliveries }) {
  return engine.kind === 'write' ? figure(deliveries) : null
}
function pushFigure({ deliveries, pushes }) {
  if (engine.kind === 'push') return figure(deliveries)
  return pushes.length > 0 ? figure(pushes) : null
}

/** Writes one row after another, each in a turn of the event loop of its own, for as long as the time lasts. */
async function repeat(most, least, seconds, note) {
  const end = performance.now() + seconds * 1000
  for (let i = 0; i < most && (i < least || performance.now() < end); i++) {
    const row = newMessage(rows, written, queries)
    hot = hotChannel(written++, queries)
    heard = { hot: false, count: 0, at: 0 }
    const start = performance.now()
    await engine.write(row)
    while (!heard.hot || heard.count < (engine.hears ?? 1)) {
      if (performance.now() > start + 60_000) throw new Error('a write was not delivered within 60 s')
      await new Promise((resolve) => setImmediate(resolve))
    }
    note(start)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/**
 * What the process holds after a collection. Both readings can only be too high: the heap with WebAssembly's memories counts address space
 * that was never touched, the resident set counts pages that were not given back. So the lower one.
 */
function memoryMB() {
  globalThis.gc()
  const { heapUsed, external, rss } = process.memoryUsage()
  return Math.min(heapUsed + external, rss - emptyRss) / 2 ** 20
}

function percentile(samples, p) {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))]
}

function report(result) {
  console.log(`RESULT ${JSON.stringify(result)}`)
}
