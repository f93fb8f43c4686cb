import { expect, test } from 'vitest'
import { nextStep, readDone, tourSteps, writeDone } from './tour-steps.ts'

test('it goes on with the first step that is not done, whichever were', () => {
  expect(nextStep(readDone(null))).toBe(tourSteps[0].name)
  expect(nextStep(readDone('["second-tab","network"]'))).toBe('leader')
  expect(nextStep(new Set(tourSteps.map(({ name }) => name)))).toBe(null)
})

test('what is kept comes back; what another build or somebody else wrote there is no step', () => {
  const done = new Set(['query', 'view'] as const)
  expect(readDone(writeDone(done))).toEqual(done)
  for (const stored of ['{', '3', '{"query":1}', '["fly"]', 'null']) expect(readDone(stored).size, stored).toBe(0)
})
