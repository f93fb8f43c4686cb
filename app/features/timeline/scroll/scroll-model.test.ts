/* TIMELINE_SEED replays a run, TIMELINE_CASES sets its length; `npm run timeline-model` plays more. */

import { expect, it } from 'vitest'
import { play } from './model/play.ts'

// One seed for every run of the tests, so that a red one means a change.
const seed = Number(process.env['TIMELINE_SEED'] ?? 20261130)
const cases = Number(process.env['TIMELINE_CASES'] ?? 5000)

it(`holds its laws in ${cases} random histories`, { timeout: 300_000 }, () => {
  console.log(`timeline seed ${seed}`)
  let drawingsMax = 0
  for (let index = 0; index < cases; index++) {
    try {
      drawingsMax = Math.max(drawingsMax, play(seed * 1_000_003 + index).drawingsMax)
    } catch (error) {
      expect.fail(`npm run timeline-model -- --seed ${seed} --case ${index}\n${String(error)}`)
    }
  }
  console.log(`at most ${drawingsMax} drawings for a change`)
})
