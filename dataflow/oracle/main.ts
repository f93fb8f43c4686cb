/*
 * The long run: npm run oracle -- --cases 10000 --seed 1 [--from 0] [--minutes 5] [--case 17] [--failures 5] [--no-shrink]
 * `--from` passes over the cases before it; `--case` plays one case of that seed alone.
 */

import { parseArgs } from 'node:util'
import { Arena } from './arena.ts'
import { randomCase } from './generate/case.ts'
import { caseSeed } from './random.ts'
import { Tally } from './tally.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    from: { type: 'string', default: '0' },
    case: { type: 'string' },
    minutes: { type: 'string', default: '1440' },
    failures: { type: 'string', default: '10' },
    'no-shrink': { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed ?? Date.now() % 1_000_000_000)
const first = Number(values.case ?? values.from)
const last = first + (values.case === undefined ? Number(values.cases) : 1)
const deadline = performance.now() + Number(values.minutes) * 60_000
const arena = new Arena()
const tally = new Tally()
console.log(`seed ${seed}`)

for (let index = first; index < last && performance.now() < deadline; index++) {
  const random = randomCase(caseSeed(seed, index))
  const played = await arena.play(random)
  tally.add(played)
  const replay = `npm run oracle -- --seed ${seed} --case ${index}`
  if (played.tooSlow) console.log(`a turn took long beside SQLite: ${replay}`)
  if (played.failure) {
    console.log(`\n${await arena.report(random, played.failure, replay, !values['no-shrink'])}\n`)
    if (tally.failures >= Number(values.failures)) break
  }
  // d2ts keeps its versions until the event loop turns
  if (tally.cases % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  if (tally.cases % 1000 === 0) console.log(`… ${tally.cases} cases, ${tally.failures} failures`)
}
console.log(tally.toString())
console.log(tally.reasons())
process.exitCode = tally.failures > 0 ? 1 : 0
