import { expect, type Locator, type Page } from '@playwright/test'

/** The app by the names that a person hears. */
export const roomLink = (page: Page, name: string): Locator =>
  page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: new RegExp(`^${escape(name)}(,|$)`) })
export const timeline = (page: Page): Locator => page.getByRole('log', { name: /^Messages in (?!the thread)/ })
export const messages = (page: Page): Locator => timeline(page).getByRole('article')
export const message = (page: Page, text: string): Locator => messages(page).filter({ hasText: text })
export const composer = (page: Page): Locator => page.getByRole('textbox', { name: /^Message/ })
export const syncPill = (page: Page): Locator => page.getByTestId('sync-pill')
export const problem = (page: Page): Locator => page.getByTestId('problem')

/** Gives a name, and joins the first space that the server offers. */
export async function signIn(page: Page, name: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Your name' }).fill(name)
  await page.getByRole('textbox', { name: 'Your name' }).press('Enter')
  await page
    .getByRole('button', { name: /^Join / })
    .first()
    .click()
  // it is written down: who goes elsewhere now is a member there too
  await expect(page.getByRole('navigation', { name: 'Rooms' }).getByRole('link').first()).toBeVisible()
}

/** Needs no server beyond the first load. Answers its path. */
export async function openDemo(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Open the demo space' }).click()
  await expect(composer(page)).toBeVisible()
  return new URL(page.url()).pathname
}

export async function openRoom(page: Page, name: string): Promise<void> {
  await roomLink(page, name).click()
  // not that of the room before
  await expect(composer(page)).toHaveAccessibleName(`Message ${name}`)
}

export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text)
  await composer(page).press('Enter')
  await expect(message(page, text)).toHaveCount(1)
}

/** Every one of these texts is on screen, once. */
export async function expectOnce(page: Page, texts: readonly string[]): Promise<void> {
  for (const text of texts) await expect(message(page, text), text).toHaveCount(1)
}

/** As the browser says it: what waits for the network is tried again at once, and a stopped Service Worker wakes. */
export async function networkIsBack(page: Page): Promise<void> {
  await page.evaluate(() => void window.dispatchEvent(new Event('online')))
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
