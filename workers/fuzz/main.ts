import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { fuzzDevice } from './device-fuzz.ts'

/** `npm run fuzz:device -- --batches 50000 --seed 7`: poison for the device's intake; ends with 1 when a law is broken. */
const { values } = parseArgs({
  options: {
    batches: { type: 'string', default: '50000' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
  },
})
const seed = Number(values.seed)
const batches = Number(values.batches)
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const heaps: number[] = []
const started = performance.now()
console.log(`seed ${seed}, ${batches} poisoned batches`)
const result = await fuzzDevice({
  seed,
  batches,
  onProgress(done) {
    collect()
    const megabytes = process.memoryUsage().heapUsed / 2 ** 20
    heaps.push(megabytes)
    console.log(
      `${done} batches, ${((performance.now() - started) / 1000).toFixed(0)} s, heap ${megabytes.toFixed(0)} MB`,
    )
  },
})
const { good, poisoned, setAside, faults } = result
console.log(`${good} good events, ${poisoned} poisoned ones, ${setAside} counted as set aside`)
for (const fault of faults.slice(0, 20)) console.error(fault)
console.log(faults.length === 0 ? 'every law held' : `${faults.length} faults; replay with --seed ${seed}`)
process.exitCode = faults.length === 0 ? 0 : 1
