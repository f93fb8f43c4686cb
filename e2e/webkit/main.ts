import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { run } from '../../scripts/run.ts'
import { RuntimeSite } from '../support/runtime-site.ts'
import { runSentences } from '../support/sentences.ts'
import { SyncServer } from '../support/sync-server.ts'
import { findWebKit, WebKit, type WebKitPage } from './driver.ts'
import { sentences } from './sentences.ts'

/**
 * `npm run e2e:webkit -- [--no-build] [WORDS of a sentence]`: the runtime and the app in WebKitGTK, without OPFS, which it lacks.
 * Without a WebKitGTK it says why and ends with 0: no part of `npm test`. Screenshots go to `.cache/webkit`.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'no-build': { type: 'boolean', default: false } },
})
const found = findWebKit()
if (typeof found === 'string') {
  console.log(found)
  process.exit(0)
}
console.log(`${found.version}, ${found.browser}`)
if (!values['no-build'] && (await run('vite', ['build', '--logLevel', 'warn'])) !== 0) process.exit(1)
const screenshots = join(import.meta.dirname, '../../.cache/webkit')
rmSync(screenshots, { recursive: true, force: true })
mkdirSync(screenshots, { recursive: true })

let failed = 0
await runSentences(sentences, positionals, 120_000, async (sentence, within) => {
  const server = await SyncServer.start()
  const site = await RuntimeSite.open()
  const webkit = await WebKit.start(found)
  const look = (page: WebKitPage, name: string) => page.screenshot({ path: `${join(screenshots, name)}.png` })
  try {
    await within(sentence({ server, site, webkit, look }))
  } catch (error) {
    failed++
    for (const [index, page] of webkit.pages.entries()) await look(page, `failed-${failed}-${index}`).catch(() => {})
    console.log(`server:\n${server.log}`)
    throw error
  } finally {
    await webkit.dispose()
    await site.close()
    await server.dispose()
  }
})
