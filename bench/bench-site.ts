import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from '@playwright/test'
import { build, preview, type PreviewServer } from 'vite'
import { browserArguments, findBrowser } from '../scripts/find-browser.ts'
import type { BenchWorker } from './browser/protocol.ts'

/** The benchmark's page, built like the product, served from this process, in a Chromium with a fresh profile. */
export interface BenchSite {
  readonly context: BrowserContext
  readonly browserName: string
  readonly url: string
  /** files put here are served under /data/ */
  readonly dataFolder: string
  openPage(): Promise<Page>
  /** The worker that has the database to itself, in a page of its own: close the page before tabs join. */
  openWorker(): Promise<{ page: Page; worker: RemoteWorker }>
  clearStorage(): Promise<void>
  close(): Promise<void>
}
export type RemoteWorker = {
  [Name in keyof BenchWorker]: (...options: Parameters<BenchWorker[Name]>) => Promise<ReturnType<BenchWorker[Name]>>
}

const cache = join(import.meta.dirname, '../.cache')

export async function openBenchSite(): Promise<BenchSite> {
  const browser = findBrowser((line) => console.log(line))
  if (browser.type === 'missing') throw new Error(browser.advice)
  const outDir = join(cache, 'bench-site')
  await build({
    configFile: false,
    root: join(import.meta.dirname, 'browser'),
    logLevel: 'warn',
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true, target: 'es2023' },
  })
  const dataFolder = join(outDir, 'data')
  mkdirSync(dataFolder, { recursive: true })
  const server: PreviewServer = await preview({
    configFile: false,
    logLevel: 'warn',
    build: { outDir },
    preview: { port: Number(process.env['PORT'] ?? 5345), host: 'localhost' },
  })
  const url = server.resolvedUrls?.local[0]
  if (!url) throw new Error('the preview server has no address')
  const profile = mkdtempSync(join(tmpdir(), 'rsql-bench-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browser.executablePath,
    args: [...browserArguments],
  })
  context.on('weberror', (error) => console.error('page error:', error.error()))
  context.on('console', (message) => message.type() === 'error' && console.error('console:', message.text()))

  const openPage = async (): Promise<Page> => {
    const page = await context.newPage()
    await page.goto(url)
    await page.waitForFunction(() => 'bench' in window)
    return page
  }
  return {
    context,
    url,
    browserName: `Chromium ${browser.version}`,
    dataFolder,
    openPage,
    async openWorker() {
      const page = await openPage()
      const call = (name: keyof BenchWorker, options: unknown[]): Promise<unknown> =>
        page.evaluate(([asked, parameters]) => window.bench.call(asked, parameters), [name, options] as const)
      const worker = new Proxy({} as RemoteWorker, {
        get:
          (_, name) =>
          (...options: unknown[]) =>
            call(name as keyof BenchWorker, options),
      })
      return { page, worker }
    },
    async clearStorage() {
      const page = await openPage()
      await page.evaluate(async () => {
        const root = await navigator.storage.getDirectory()
        for await (const name of root.keys()) await root.removeEntry(name, { recursive: true })
      })
      await page.close()
    },
    async close() {
      await context.close()
      await server.close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
      rmSync(dataFolder, { recursive: true, force: true })
    },
  }
}
