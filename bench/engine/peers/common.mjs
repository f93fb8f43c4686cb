// What every peer's script shares: the rows, the timing, one line of JSON a figure.
export const rowCounts = (process.argv[2] ?? '10000').split(',').map(Number)
export const channels = 500
export const authors = 1000
export const writes = 100

export function message(i) {
  return {
    id: i,
    ch: i % channels,
    author: (i * 7919) % authors,
    ts: 1_000_000_000 + i,
    body: `message body number ${i}`,
  }
}
export function newMessage(rows, i, queries) {
  return {
    id: rows + 1 + i,
    ch: (i * 13) % Math.min(queries, channels),
    author: i % authors,
    ts: 2_000_000_000 + i,
    body: `message ${i}`,
  }
}
export function percentile(samples, p) {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))]
}
export function heapMB() {
  globalThis.gc?.()
  return process.memoryUsage().rss / 2 ** 20
}
export function report(workload, rows, queries, kind, samples, hydrateMs) {
  console.log(
    JSON.stringify({
      workload,
      rows,
      queries,
      kind,
      medianMs: percentile(samples, 50),
      p99Ms: percentile(samples, 99),
      hydrateMs,
      heapMB: heapMB(),
    }),
  )
}
/** Times `write(i)` until `heard()` has gone up; `write` may be asynchronous. */
export async function measure(write, heard, count = writes) {
  const samples = []
  for (let i = 0; i < count + 10; i++) {
    const before = heard().count
    const start = performance.now()
    await write(i)
    const deadline = start + 10_000
    while (heard().count === before) {
      if (performance.now() > deadline) throw new Error('no delivery within 10 s')
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (i >= 10) samples.push(heard().at - start)
  }
  return samples
}
