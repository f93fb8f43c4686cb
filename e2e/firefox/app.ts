import type { Page } from './driver.ts'

const patience = { timeout: 30_000, polling: 30 }

/** The app in a Firefox tab, by the names that a person hears. Everything waits; nothing waits for ever. */
export async function openTab(page: Page, url: string): Promise<Page> {
  await page.goto(url)
  await untilConnected(page)
  return page
}

export async function untilConnected(page: Page): Promise<void> {
  await waitFor(page, 'the tab is connected and some tab leads', () => !!window.__TAB_ID && !!window.__ACTIVE)
}

/** Names in messages what did not happen. */
export async function waitFor<Arguments extends unknown[]>(
  page: Page,
  what: string,
  condition: (...given: Arguments) => unknown,
  ...given: Arguments
): Promise<void> {
  await page.waitForFunction(condition, patience, ...given).catch((error: unknown) => {
    throw new Error(`did not happen: ${what}`, { cause: error })
  })
}

export async function openDemo(page: Page): Promise<void> {
  await press(page, 'button', 'Open the demo space')
  await untilComposer(page)
}

export async function signIn(page: Page, name: string): Promise<void> {
  await page.locator('::-p-aria([name="Your name"][role="textbox"])').fill(name)
  await page.keyboard.press('Enter')
  await page.locator('[aria-label^="Join "]').click()
  await untilComposer(page)
}

const composer = '[aria-label^="Message"]:is(textarea, [contenteditable])'
async function untilComposer(page: Page): Promise<void> {
  await waitFor(page, 'a room is open', (selector) => document.querySelector(selector), composer)
}

export async function say(page: Page, text: string): Promise<void> {
  await page.bringToFront() // a hidden tab has no animation frames, and the driver waits for some
  await page.locator(composer).fill(text)
  await page.keyboard.press('Enter')
  await untilOnce(page, text)
}

/** It is there, and not twice. */
export async function untilOnce(page: Page, text: string): Promise<void> {
  const isThereOnce = (wanted: string): boolean => {
    const articles = [...document.querySelectorAll('[role=log] article')]
    return articles.filter(({ textContent }) => textContent?.includes(wanted)).length === 1
  }
  await waitFor(page, `“${text}” is shown once`, isThereOnce, text)
}

export async function press(page: Page, role: string, name: string): Promise<void> {
  await page.locator(`::-p-aria([name="${name}"][role="${role}"])`).click()
}

/** Over a message its tools appear. */
export async function hover(page: Page, text: string): Promise<void> {
  await page.locator(`[role=log] article ::-p-text(${text})`).hover()
}

/** What the pill says of itself in `data-…`. */
export async function untilStatus(page: Page, name: string, value: string, timeout = patience.timeout): Promise<void> {
  const says = (attribute: string, wanted: string): boolean =>
    document.querySelector(`[data-testid=sync-pill]`)?.getAttribute(`data-${attribute}`) === wanted
  const pill = page.waitForFunction(says, { ...patience, timeout }, name, value)
  await pill.catch((error: unknown) => {
    throw new Error(`the pill does not say ${name} = ${value}`, { cause: error })
  })
}

/** In the page. One that has just been opened or reloaded leads nothing. */
export const leadsHere = (): boolean => window.__TAB_ID !== undefined && window.__TAB_ID === window.__ACTIVE
export const leads = (page: Page): Promise<boolean> => page.evaluate(leadsHere)

/** The one value of a query that must succeed, also in a page that was opened or reloaded a moment ago. */
export async function valueOf(page: Page, sql: string): Promise<unknown> {
  await waitFor(page, 'the tab can be asked', () => !!window.__sendQuery)
  const answer = await page.evaluate((text) => window.__sendQuery!(text, crypto.randomUUID()), sql)
  if (answer.type === 'QUERY_ERROR') throw new Error(`${sql}: ${answer.message}`)
  return Object.values(answer.result.rows[0] ?? {})[0]
}

/** The panel beside the room shows this text. */
export async function untilPanel(page: Page, text: string): Promise<void> {
  const shows = (wanted: string): boolean =>
    document.querySelector('aside, [role=complementary]')?.textContent?.includes(wanted) ?? false
  await waitFor(page, `the panel shows “${text}”`, shows, text)
}

export async function untilValue(page: Page, sql: string, value: unknown): Promise<void> {
  const is = async (text: string, wanted: unknown): Promise<boolean> => {
    const answer = await window.__sendQuery?.(text, crypto.randomUUID())
    return answer?.type === 'QUERY_RESPONSE' && Object.values(answer.result.rows[0] ?? {})[0] === wanted
  }
  await waitFor(page, `${sql} = ${String(value)}`, is, sql, value)
}
