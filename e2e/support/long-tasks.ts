import type { Page } from '@playwright/test'

declare global {
  interface Window {
    __longTasks?: { readonly start: number; readonly ms: number }[]
  }
}

/** From the next navigation on, the page notes its main thread's tasks of 50 ms and more. */
export async function watchLongTasks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const tasks: { start: number; ms: number }[] = (window.__longTasks = [])
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push({ start: entry.startTime, ms: entry.duration })
    }).observe({ type: 'longtask', buffered: true })
  })
}

/** Milliseconds of each long task that began at or after `since` (the page's performance.now()). */
export function longTasks(page: Page, since = 0): Promise<number[]> {
  return page.evaluate(
    (from) => (window.__longTasks ?? []).filter(({ start }) => start >= from).map(({ ms }) => ms),
    since,
  )
}
