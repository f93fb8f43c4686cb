/** The long run: npm run timeline-model -- --cases 100000 --seed 1 [--case 17] */
import { parseArgs } from 'node:util'
import { play } from './play.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    case: { type: 'string' },
    failures: { type: 'string', default: '3' },
  },
})
const seed = Number(values.seed ?? Date.now() % 1_000_000_000)
const first = Number(values.case ?? 0)
const last = values.case === undefined ? Number(values.cases) : first + 1
let failures = 0
let drawings = 0
let rows = 0
let scrolls = 0
const start = performance.now()
console.log(`seed ${seed}`)
let played = 0
for (let index = first; index < last && failures < Number(values.failures); index++) {
  played++
  try {
    const one = play(seed * 1_000_003 + index)
    drawings = Math.max(drawings, one.drawingsMax)
    rows = Math.max(rows, one.rowsMax)
    scrolls += one.scrolls
  } catch (error) {
    failures++
    console.log(
      `\nnpm run timeline-model -- --seed ${seed} --case ${index}\n${error instanceof Error ? (values.case === undefined ? error.message : error.stack) : String(error)}`,
    )
  }
}
const seconds = ((performance.now() - start) / 1000).toFixed(1)
console.log(
  `${played} histories, ${scrolls} scrolls, ${failures} failures, at most ${drawings} drawings and ${rows} rows, ${seconds} s`,
)
process.exitCode = failures > 0 ? 1 : 0
