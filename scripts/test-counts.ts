import * as v from 'valibot'

/** What one stage of `npm test` came to. A flaky test (passed on a second try) counts as failed. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const vitestReport = v.object({
  numPassedTests: v.number(),
  numFailedTests: v.number(),
  numPendingTests: v.number(),
  numTodoTests: v.number(),
  testResults: v.array(v.object({ status: v.string(), assertionResults: v.array(v.unknown()) })),
})

export function countVitest(report: unknown): Counts {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = v.parse(vitestReport, report)
  // a file that does not even load has no failed test of its own
  const brokenFiles = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  return { passed: numPassedTests, failed: numFailedTests + brokenFiles, skipped: numPendingTests + numTodoTests }
}

const vitestNames = v.object({
  testResults: v.array(v.object({ assertionResults: v.array(v.object({ status: v.string(), fullName: v.string() })) })),
})

/** Names of the tests that were left out: a test that wants optional test data says so in its name. */
export function skippedIn(report: unknown): string[] {
  const all = v.parse(vitestNames, report).testResults.flatMap(({ assertionResults }) => assertionResults)
  return all.filter(({ status }) => status !== 'passed' && status !== 'failed').map(({ fullName }) => fullName)
}

const playwrightReport = v.object({
  stats: v.object({ expected: v.number(), unexpected: v.number(), flaky: v.number(), skipped: v.number() }),
})

export function countPlaywright(report: unknown): Counts {
  const { expected, unexpected, flaky, skipped } = v.parse(playwrightReport, report).stats
  return { passed: expected, failed: unexpected + flaky, skipped }
}

/** The last line of `npm test`, and its exit code. No test at all is a failure. */
export function closingLine(stages: readonly Counts[]): { line: string; exitCode: 0 | 1 } {
  const sum = (part: keyof Counts): number => stages.reduce((total, counts) => total + counts[part], 0)
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''
  const line = `${sum('passed')} passed, ${sum('failed')} failed${skipped}`
  return { line, exitCode: sum('failed') === 0 && sum('passed') > 0 ? 0 : 1 }
}
