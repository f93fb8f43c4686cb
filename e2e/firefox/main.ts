import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { run } from '../../scripts/run.ts'
import { RuntimeSite } from '../support/runtime-site.ts'
import { runSentences } from '../support/sentences.ts'
import { SyncServer } from '../support/sync-server.ts'
import { findFirefox, Firefox, installDriver, type Page } from './driver.ts'
import { measure } from './measure.ts'
import { runtimeSentences } from './runtime-sentences.ts'
import { appSentences } from './app-sentences.ts'
import { pushSentences } from './push-sentences.ts'
import type { Sentence } from './world.ts'

/**
 * `npm run e2e:firefox -- [--no-build] [--measure] [WORDS of a sentence]`: what the app must do in a real Firefox. Without one, or
 * without its driver, it says why and ends with 0: no part of `npm test`. Screenshots go to `.cache/firefox/screenshots`.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'no-build': { type: 'boolean', default: false }, measure: { type: 'boolean', default: false } },
})
const found = findFirefox()
if (typeof found === 'string') skip(found)
const puppeteer = await installDriver()
if (typeof puppeteer === 'string') skip(puppeteer)
console.log(`Firefox ${found.version} at ${found.path}`)
if (!values['no-build'] && (await run('vite', ['build', '--logLevel', 'warn'])) !== 0) process.exit(1)

const screenshots = join(import.meta.dirname, '../../.cache/firefox/screenshots')
rmSync(screenshots, { recursive: true, force: true })
mkdirSync(screenshots, { recursive: true })
const look = async (page: Page, name: string): Promise<void> =>
  void (await page.screenshot({ path: `${join(screenshots, name)}.png` }))

const sentences: Readonly<Record<string, Sentence>> = values.measure
  ? { 'the app with a whole history': measure }
  : { ...appSentences, ...pushSentences, ...runtimeSentences }
/** for one sentence; a measure takes what it takes */
const patienceMs = values.measure ? 1_800_000 : 120_000

let failed = 0
await runSentences(sentences, positionals, patienceMs, async (sentence, within) => {
  const server = await SyncServer.start()
  const site = await RuntimeSite.open()
  const firefox = new Firefox(puppeteer, found.path)
  try {
    await within(sentence({ server, site, firefox, look }))
    const errors = firefox.unexpectedErrors()
    if (errors.length > 0) throw new Error(`errors on a console:\n${errors.join('\n')}`)
  } catch (error) {
    failed++
    for (const [index, page] of firefox.pages.entries()) await look(page, `failed-${failed}-${index}`).catch(() => {})
    console.log('errors on consoles:', firefox.unexpectedErrors(), `\nserver:\n${server.log}`)
    throw error
  } finally {
    await firefox.dispose()
    await site.close()
    await server.dispose()
  }
})

function skip(reason: string): never {
  console.log(reason)
  process.exit(0)
}
