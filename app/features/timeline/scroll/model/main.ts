/*
 * The long run: npm run timeline-model -- --cases 100000 --seed 1 [--case 17] [--failures 3]
 * The same for the library that was not chosen: --engine tanstack, or tanstack-following (see TanstackEngine); it counts
 * which laws broke.
 */

import { parseArgs } from 'node:util'
import { CoreEngine } from './engine.ts'
import { BrokenLaw, play, type MakeEngine } from './play.ts'
import { TanstackEngine } from './tanstack-engine.ts'

const engines: Readonly<Record<string, MakeEngine>> = {
  core: (world, start) => new CoreEngine(world, start),
  tanstack: (world, start) => new TanstackEngine(world, start, false),
  'tanstack-following': (world, start) => new TanstackEngine(world, start, true),
}

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    case: { type: 'string' },
    failures: { type: 'string' },
    engine: { type: 'string', default: 'core' },
  },
})
const make = engines[values.engine]
if (!make) throw new Error(`--engine is one of ${Object.keys(engines).join(', ')}`)
const seed = Number(values.seed ?? Date.now() % 1_000_000_000)
const first = Number(values.case ?? 0)
const last = values.case === undefined ? Number(values.cases) : first + 1
const failuresMax = Number(values.failures ?? (values.engine === 'core' ? 3 : Infinity))
const broken = new Map<string, number>()
const most = { played: 0, failures: 0, scrolls: 0, drawings: 0, rows: 0 }
const start = performance.now()
console.log(`seed ${seed}`)
for (let index = first; index < last && most.failures < failuresMax; index++) {
  most.played++
  try {
    const { drawingsMax, rowsMax, scrolls } = play(seed * 1_000_003 + index, make)
    most.drawings = Math.max(most.drawings, drawingsMax)
    most.rows = Math.max(most.rows, rowsMax)
    most.scrolls += scrolls
  } catch (error) {
    if (!(error instanceof BrokenLaw)) throw error
    most.failures++
    const law = error.message
      .split('\n', 1)[0]!
      .replace(/m\d+/g, 'a row')
      .replace(/-?\d+(\.\d+)?/g, 'N')
    broken.set(law, (broken.get(law) ?? 0) + 1)
    if (values.engine === 'core' || values.case !== undefined)
      console.log(`\nnpm run timeline-model -- --seed ${seed} --case ${index}\n${error.message}`)
  }
}
for (const [law, times] of broken) console.log(`${times} × ${law}`)
const seconds = ((performance.now() - start) / 1000).toFixed(1)
console.log(
  `${most.played} histories, ${most.failures} failures; ${most.scrolls} scrolls, at most ${most.drawings} drawings for a change and ${most.rows} rows; ${seconds} s`,
)
process.exitCode = most.failures > 0 && values.engine === 'core' ? 1 : 0
