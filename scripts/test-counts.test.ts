import { expect, test } from 'vitest'
import { closingLine, countPlaywright, countVitest, skippedIn } from './test-counts.ts'

test('a file that does not load counts as one failure', () => {
  const file = { status: 'failed', assertionResults: [] }
  const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, testResults: [file] }
  expect(countVitest(report)).toEqual({ passed: 3, failed: 1, skipped: 1 })
})

test('tests that were left out are named', () => {
  const assertionResults = [
    { status: 'passed', fullName: 'one' },
    { status: 'skipped', fullName: 'two (optional test data)' },
    { status: 'failed', fullName: 'three' },
  ]
  expect(skippedIn({ testResults: [{ assertionResults }] })).toEqual(['two (optional test data)'])
})

test('a flaky end-to-end test counts as failed', () => {
  const report = { stats: { expected: 4, unexpected: 1, flaky: 2, skipped: 0 } }
  expect(countPlaywright(report)).toEqual({ passed: 4, failed: 3, skipped: 0 })
})

test.each([
  [[{ passed: 2, failed: 0, skipped: 0 }], '2 passed, 0 failed', 0],
  [
    [
      { passed: 2, failed: 0, skipped: 0 },
      { passed: 5, failed: 1, skipped: 3 },
    ],
    '7 passed, 1 failed, 3 skipped',
    1,
  ],
  [[{ passed: 0, failed: 0, skipped: 0 }], '0 passed, 0 failed', 1],
] as const)('%j ends with "%s" and exit code %i', (stages, line, exitCode) => {
  expect(closingLine(stages)).toEqual({ line, exitCode })
})
