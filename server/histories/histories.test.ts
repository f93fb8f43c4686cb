import { expect, test } from 'vitest'
import { runHistories } from './run-histories.ts'

/** The short run; `npm run rights:histories -- --histories 10000 --seed S` is the long one. */
test('random membership histories: no event reaches who may not read it, and every event who may', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  console.log(`seed ${seed}`)
  const report = await runHistories({ histories: 120, seed })
  expect(report.events).toBeGreaterThan(1000)
  expect(report.refused).toBeGreaterThan(300)
})
