import { findBrowser } from './find-browser.ts'
import { run } from './run.ts'

/** `npm run e2e -- [--no-build] [--long] [arguments of playwright test]`; `--long` runs e2e/long, which `npm test` leaves out */
const parameters = process.argv.slice(2)
const browser = findBrowser((line) => console.log(line))
if (browser.type === 'missing') {
  console.error(browser.advice)
  process.exit(1)
}
const built = parameters.includes('--no-build') ? 0 : await run('vite', ['build', '--logLevel', 'warn'])
if (built !== 0) process.exit(built)
const long = parameters.includes('--long')
const rest = parameters.filter((parameter) => parameter !== '--no-build' && parameter !== '--long')
const environment = { CHROMIUM: browser.executablePath, ...(long && { E2E_LONG: '1' }) }
process.exit(await run('playwright', ['test', ...(long && rest.length === 0 ? ['e2e/long'] : rest)], environment))
