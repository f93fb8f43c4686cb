import { expect, type Page } from '@playwright/test'
import { eventually } from './eventually.ts'
import type { HookAnswer, HookResult } from '../../workers/runtime/client/test-hooks.ts'

export type { HookAnswer, HookResult }

/** Waits until the tab is registered and some tab leads. */
export async function untilConnected(page: Page): Promise<void> {
  await page.waitForFunction(() => !!window.__TAB_ID && !!window.__ACTIVE && !!window.__sendQuery, undefined, {
    timeout: 30_000,
    polling: 30, // a hidden tab has no animation frames
  })
}

/** The Service Worker has all that the app consists of, and answers this page: it can be loaded again offline. */
export async function untilOfflineReady(page: Page): Promise<void> {
  const state = () => page.evaluate(() => navigator.serviceWorker.controller?.state)
  await eventually(state, 'the page has a Service Worker').toBe('activated')
}

let requests = 0
/** A page that was opened or reloaded a moment ago has no way in yet: this waits for it. */
export function sendQuery(page: Page, sql: string): Promise<HookAnswer> {
  return page.evaluate(
    async ([text, id]) => {
      for (const late = Date.now() + 30_000; !window.__sendQuery && Date.now() < late;) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      if (!window.__sendQuery) throw new Error(`${location.href} cannot be asked after 30 s`)
      return window.__sendQuery(text, id)
    },
    [sql, `e2e-${++requests}`] as const,
  )
}

/** Rows of a query that must succeed. */
export async function rowsOf(page: Page, sql: string): Promise<HookResult['rows']> {
  const answer = await sendQuery(page, sql)
  expect(answer, sql).toMatchObject({ type: 'QUERY_RESPONSE' })
  return answer.type === 'QUERY_RESPONSE' ? answer.result.rows : []
}

/** The single value of a query with one row and one column. */
export async function valueOf(page: Page, sql: string): Promise<unknown> {
  const [row] = await rowsOf(page, sql)
  return row && Object.values(row)[0]
}

export const isLeader = (page: Page): Promise<boolean> =>
  page.evaluate(() => window.__TAB_ID !== undefined && window.__TAB_ID === window.__ACTIVE)

/** Splits tabs into the leader and the others; waits until exactly one leads and all agree on it. */
export async function leaderAmong(pages: readonly Page[]): Promise<{ leader: Page; followers: Page[] }> {
  let answer: { leader: Page; followers: Page[] } | undefined
  await expect(async () => {
    const leads = await Promise.all(pages.map(isLeader))
    const active = await Promise.all(pages.map((page) => page.evaluate(() => window.__ACTIVE)))
    expect(new Set(active).size, 'all tabs agree').toBe(1)
    expect(leads.filter(Boolean), 'one leads').toHaveLength(1)
    const leader = pages[leads.indexOf(true)] as Page
    answer = { leader, followers: pages.filter((page) => page !== leader) }
  }).toPass()
  return answer!
}
