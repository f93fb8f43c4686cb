import { parseArgs } from 'node:util'
import { sweepPowerCuts } from './sweep.ts'
import type { JournalMode } from './record-history.ts'

/** `npm run power-cuts -- --cuts 200000 --seed 1`: both journal modes, half of the cuts each; ends with 1 when the law is broken. */
const { values } = parseArgs({
  options: { cuts: { type: 'string', default: '20000' }, seed: { type: 'string', default: String(Date.now() % 1e6) } },
})
// the pool says of every header that a cut tore
console.warn = () => {}
for (const mode of ['wal', 'truncate'] satisfies JournalMode[]) {
  const started = performance.now()
  const cuts = Math.ceil(Number(values.cuts) / 2)
  const seed = Number(values.seed)
  console.log(`${mode}: ${cuts} cuts, seed ${seed}`)
  const result = await sweepPowerCuts({
    seed,
    mode,
    cuts,
    onProgress: (done) => done % 10_000 === 0 && done > 0 && console.log(`${done} …`),
  })
  for (const fault of result.faults.slice(0, 20)) console.error(fault)
  const rows = [...result.places].sort(([a], [b]) => a.localeCompare(b))
  console.table(Object.fromEntries(rows.map(([key, { cuts, lossy, mostLost }]) => [key, { cuts, lossy, 'most commits lost': mostLost }]))) // prettier-ignore
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  console.log(`${result.cuts} cuts, ${result.faults.length} faults, ${seconds} s`)
  if (result.faults.length > 0) process.exitCode = 1
}
