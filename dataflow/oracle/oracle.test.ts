/*
 * ORACLE_SEED replays a run, ORACLE_CASES sets its length.
 * One failing case is enough to see the law that broke; `npm run oracle` finds more.
 */

import { expect, it } from 'vitest'
import { Arena } from './arena.ts'
import { randomCase } from './generate/case.ts'
import { caseSeed } from './random.ts'
import { Tally } from './tally.ts'

// One seed for every run of the tests, so that a red one means a change; `npm run oracle -- --seed S` looks for what is left.
const seed = Number(process.env.ORACLE_SEED ?? 20261123)
const cases = Number(process.env.ORACLE_CASES ?? 2000)

it(`answers as SQLite does in ${cases} random cases`, { timeout: 600_000 }, async () => {
  const arena = new Arena()
  const tally = new Tally()
  console.log(`oracle seed ${seed}`)
  for (let index = 0; index < cases; index++) {
    const random = randomCase(caseSeed(seed, index))
    const played = await arena.play(random)
    tally.add(played)
    if (!played.failure) continue
    expect.fail(await arena.report(random, played.failure, `npm run oracle -- --seed ${seed} --case ${index}`))
  }
  console.log(tally.toString())
  expect(tally.cases).toBe(cases)
})
