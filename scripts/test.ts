import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { findBrowser } from './find-browser.ts'
import { run } from './run.ts'
import { closingLine, countPlaywright, countVitest, skippedIn, type Counts } from './test-counts.ts'

/**
 * `npm test`: every stage runs, whatever became of the others; a stage that cannot report counts as one failure.
 * Ends with one line `N passed, N failed` (`, N skipped` when some were), and exits accordingly. Stages of one group run
 * at once: each of them leaves a core idle now and then.
 */
interface Stage {
  readonly name: string
  readonly execute: () => Promise<Counts>
}

const reports = join(import.meta.dirname, '../.cache/test-reports')
rmSync(reports, { recursive: true, force: true })
mkdirSync(reports, { recursive: true })

const groups: readonly (readonly Stage[])[] = [
  [
    check('types', 'tsc', ['--noEmit']),
    check('lint', 'oxlint', ['--deny-warnings']),
    check('format', 'prettier', ['--check', '--log-level', 'warn', '.']),
    check('build', 'vite', ['build', '--logLevel', 'warn']),
  ],
  [
    {
      name: 'unit',
      execute: () => {
        const report = join(reports, 'unit.json')
        const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`]
        return reported('vitest', ['run', ...reporters], report, (found) => {
          for (const name of skippedIn(found)) console.log(`skipped: ${name}`)
          return countVitest(found)
        })
      },
    },
  ],
  [endToEnd('end-to-end', 'beside', Math.min(2, availableParallelism()))],
  [endToEnd('alone', 'alone', 1)],
]

const results: { name: string; seconds: number; counts: Counts }[] = []
for (const group of groups) {
  console.log(`\n── ${group.map(({ name }) => name).join(', ')}`)
  const finished = group.map(async ({ name, execute }) => {
    const start = performance.now()
    const counts = await execute()
    return { name, seconds: (performance.now() - start) / 1000, counts }
  })
  results.push(...(await Promise.all(finished)))
}

console.log('')
for (const { name, seconds, counts } of results) {
  const mark = counts.failed > 0 ? '✗' : '✓'
  const numbers = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`
  console.log(`${mark} ${name.padEnd(11)} ${seconds.toFixed(1).padStart(6)} s   ${numbers}`)
}
const { line, exitCode } = closingLine(results.map((result) => result.counts))
console.log(`\n${line}`)
process.exit(exitCode)

/** The end-to-end tests of one project of playwright.config.ts. */
function endToEnd(name: string, project: string, workers: number): Stage {
  const execute = (): Promise<Counts> => {
    const browser = findBrowser((line) => console.log(line))
    if (browser.type === 'missing') {
      console.log(browser.advice)
      return Promise.resolve({ passed: 0, failed: 1, skipped: 0 })
    }
    console.log(`Chromium ${browser.version} at ${browser.executablePath}`)
    const report = join(reports, `e2e-${project}.json`)
    const environment = { CHROMIUM: browser.executablePath, PLAYWRIGHT_JSON_OUTPUT_FILE: report }
    const parameters = ['test', `--project=${project}`, `--workers=${workers}`, '--reporter=list,json']
    return reported('playwright', parameters, report, countPlaywright, environment)
  }
  return { name, execute }
}

/** A stage of one command whose exit code is the result. */
function check(name: string, binary: string, parameters: readonly string[]): Stage {
  const execute = async (): Promise<Counts> => {
    const failed = (await run(binary, parameters)) === 0 ? 0 : 1
    return { passed: 1 - failed, failed, skipped: 0 }
  }
  return { name, execute }
}

/** A stage whose runner writes a JSON report; its exit code counts too, for faults outside of any test. */
async function reported(
  binary: string,
  parameters: readonly string[],
  report: string,
  count: (report: unknown) => Counts,
  environment: Readonly<Record<string, string>> = {},
): Promise<Counts> {
  const exitCode = await run(binary, parameters, environment)
  try {
    const counts = count(JSON.parse(readFileSync(report, 'utf8')))
    const silentFailure = exitCode !== 0 && counts.failed === 0 ? 1 : 0
    return { ...counts, failed: counts.failed + silentFailure }
  } catch (error) {
    console.log(`${binary} left no report: ${String(error)}`)
    return { passed: 0, failed: 1, skipped: 0 }
  }
}
