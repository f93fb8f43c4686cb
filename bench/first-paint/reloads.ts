import { chromium, type Page } from '@playwright/test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { browserArguments } from '../../scripts/find-browser.ts'

interface Site {
  readonly build: string
  readonly url: string
}

/** Reloads of the demo's last room, of each build in turn: from the navigation until rows are on screen, and until they are live. */
export async function benchReloads(executablePath: string, sites: readonly Site[], reloads: number): Promise<void> {
  if (reloads === 0) return
  const opened = await Promise.all(sites.map((site) => openDemo(executablePath, site)))
  try {
    for (let n = 0; n < reloads; n++) {
      for (const { page, figures } of opened) {
        await page.waitForTimeout(400) // what it still does is no part of the next start
        await page.reload({ waitUntil: 'commit' })
        await page.waitForFunction(() => (window.warmReload?.live ?? 0) > 0, undefined, { polling: 50 })
        figures.push(await page.evaluate(() => window.warmReload!))
      }
    }
  } finally {
    for (const { close } of opened) await close()
  }
  for (const { site, figures } of opened) {
    console.log(`${site.build}: ${figures.length} reloads, p50 and worst, ms`)
    for (const [what, name] of measures) {
      const sorted = figures.map((each) => each[what]).sort((a, b) => a - b)
      const [p50, worst] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted.at(-1)]
      console.log(`  ${name.padEnd(44)} ${p50?.toFixed(0).padStart(6)} ${worst?.toFixed(0).padStart(6)}`)
    }
  }
}

interface Reload {
  readonly paint: number
  readonly rows: number
  readonly live: number
}
const measures: readonly (readonly [keyof Reload, string])[] = [
  ['paint', 'first contentful paint'],
  ['rows', 'rows of the last screen are painted'],
  ['live', 'live rows are painted'],
]
declare global {
  interface Window {
    warmReload?: { -readonly [Key in keyof Reload]: number }
  }
}

async function openDemo(executablePath: string, site: Site) {
  const folder = mkdtempSync(join(tmpdir(), 'rsql-warm-'))
  const context = await chromium.launchPersistentContext(folder, {
    executablePath,
    args: [...browserArguments],
    viewport: { width: 1280, height: 800 },
  })
  const close = async () => {
    await context.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
  const page = context.pages()[0] ?? (await context.newPage())
  await page.addInitScript({ content: 'window.__name = (value) => value' })
  await page.addInitScript(watchReload)
  await page.goto(site.url)
  await page.getByRole('button', { name: 'Open the demo space' }).click()
  await untilWarm(page)
  return { site, page, close, figures: [] as Reload[] }
}

/** The Service Worker has the app, and a reload has gone through it. */
async function untilWarm(page: Page): Promise<void> {
  await page.getByRole('article').last().waitFor()
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated')
  await page.waitForTimeout(3000)
  await page.reload()
  await page.getByRole('article').last().waitFor()
}

/** In the page, before all else. What is there before a frame counts from the next one: then it has been painted. */
function watchReload(): void {
  const seen = (window.warmReload = { paint: 0, rows: 0, live: 0 })
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) if (name === 'first-contentful-paint') seen.paint = startTime
  }).observe({ type: 'paint', buffered: true })
  const look = () => {
    const isLive = document.querySelector('#root [role="log"] article') !== null
    const isKept = performance.getEntriesByName('rsql:kept-screen').length > 0
    requestAnimationFrame(() => {
      const now = performance.now()
      if (seen.rows === 0 && (isKept || isLive)) seen.rows = now
      if (seen.live === 0 && isLive) seen.live = now
    })
    if (seen.live === 0) requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}
