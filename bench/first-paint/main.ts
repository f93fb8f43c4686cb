import { chromium, type BrowserContext } from '@playwright/test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { SyncServer } from '../../e2e/support/sync-server.ts'
import { browserArguments, findBrowser } from '../../scripts/find-browser.ts'
import { traceTasks } from './longest-task.ts'
import { benchReloads } from './reloads.ts'

/**
 * `npm run bench -- first-paint [--profiles 10] [--reloads 20] [--against DIST]`: what a person sees at their first visit, each
 * time with a fresh profile, and at reloads of the demo; with another build in DIST, both in turn. Needs a build in `dist`.
 */
export async function runFirstPaintBench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      profiles: { type: 'string', default: '10' },
      reloads: { type: 'string', default: '20' },
      against: { type: 'string' },
    },
  })
  const browser = findBrowser((line) => console.log(line))
  if (browser.type === 'missing') throw new Error(browser.advice)
  const builds = [...(values.against ? [resolve(values.against)] : []), join(import.meta.dirname, '../../dist')]
  const visits = new Map<string, Visit[]>(builds.map((build) => [build, []]))
  const servers = new Map<string, SyncServer>()
  try {
    for (const build of builds) {
      const server = await SyncServer.start()
      servers.set(build, server)
      await server.deploy(build)
    }
    for (let n = 0; n < Number(values.profiles); n++) {
      for (const [build, { url }] of servers) visits.get(build)!.push(await visit(browser.executablePath, url))
    }
    await benchReloads(
      browser.executablePath,
      [...servers].map(([build, { url }]) => ({ build, url })),
      Number(values.reloads),
    )
  } finally {
    for (const server of servers.values()) await server.dispose()
    print(visits)
  }
}

function print(visits: ReadonlyMap<string, readonly Visit[]>): void {
  for (const [build, of] of visits) {
    if (of.length === 0) continue
    console.log(`${build}: ${of.length} first visits, p50 and worst, ms`)
    for (const [what, name] of measures) {
      const sorted = of.flatMap((each) => each[what] ?? []).sort((a, b) => a - b)
      const [p50, worst] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted.at(-1)]
      console.log(`  ${name.padEnd(44)} ${p50?.toFixed(0).padStart(6)} ${worst?.toFixed(0).padStart(6)}`)
    }
  }
}

interface Visit {
  readonly paint: number
  readonly button: number
  readonly interactive: number
  readonly longest: number
  readonly busiest: number | null
  readonly shift: number
}
const measures: readonly (readonly [keyof Visit, string])[] = [
  ['paint', 'first contentful paint'],
  ['button', 'the ways in are on screen'],
  ['interactive', 'the app answers'],
  ['longest', 'longest task of the main thread until then'],
  ['busiest', 'processor time of the busiest task, to the end'],
  ['shift', 'layout shift, thousandths'],
]

async function visit(executablePath: string, url: string): Promise<Visit> {
  const folder = mkdtempSync(join(tmpdir(), 'rsql-first-'))
  const context = await chromium.launchPersistentContext(folder, {
    executablePath,
    args: [...browserArguments],
    viewport: { width: 1280, height: 800 },
  })
  try {
    return await measured(context, url)
  } finally {
    await context.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

async function measured(context: BrowserContext, url: string): Promise<Visit> {
  const page = context.pages()[0] ?? (await context.newPage())
  // tsx writes calls of it into what is sent to the page
  await page.addInitScript({ content: 'window.__name = (value) => value' })
  await page.addInitScript(watchStart)
  const busiest = await traceTasks(page)
  await page.goto(url)
  await page.waitForFunction(() => window.firstVisit!.interactive > 0, undefined, { polling: 50, timeout: 60_000 })
  await page.waitForTimeout(500)
  return { ...(await page.evaluate(() => window.firstVisit!)), busiest: await busiest(url) }
}

declare global {
  interface Window {
    firstVisit?: { -readonly [Key in keyof Visit]: number }
  }
}

/** In the page, before all else. React has taken a button over when it carries React's own property. */
function watchStart(): void {
  const seen = (window.firstVisit = { paint: 0, button: 0, interactive: 0, longest: 0, busiest: 0, shift: 0 })
  const watch = (type: string, note: (entry: PerformanceEntry) => void) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true })
  watch('paint', (entry) => {
    if (entry.name === 'first-contentful-paint') seen.paint = entry.startTime
  })
  watch('longtask', (entry) => {
    if (seen.interactive === 0 || entry.startTime < seen.interactive)
      seen.longest = Math.max(seen.longest, entry.duration)
  })
  watch('layout-shift', (entry) => (seen.shift += 1000 * (entry as PerformanceEntry & { value: number }).value))
  const look = () => {
    const button = [...document.querySelectorAll('button')].find((each) => /demo space/.test(each.textContent ?? ''))
    if (button && seen.button === 0 && button.checkVisibility()) seen.button = performance.now()
    if (button && Object.keys(button).some((key) => key.startsWith('__reactProps')))
      seen.interactive = performance.now()
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}
