import { findBrowser } from './find-browser.ts'
import { run } from './run.ts'

/** `npm run e2e -- [--no-build] [arguments of playwright test]` */
const parameters = process.argv.slice(2)
const browser = findBrowser((line) => console.log(line))
if (browser.type === 'missing') {
  console.error(browser.advice)
  process.exit(1)
}
const built = parameters.includes('--no-build') ? 0 : await run('vite', ['build', '--logLevel', 'warn'])
if (built !== 0) process.exit(built)
const rest = parameters.filter((parameter) => parameter !== '--no-build')
process.exit(await run('playwright', ['test', ...rest], { CHROMIUM: browser.executablePath }))
