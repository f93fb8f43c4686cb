import { AxeBuilder } from '@axe-core/playwright'
import type { CDPSession, Page } from '@playwright/test'
import { expect, test } from './support/another-browser.ts'
import { eventually } from './support/eventually.ts'
import { OtherPerson } from './support/other-person.ts'
import { composer, message, roomLink, say, signIn, syncPill } from './support/rooms.ts'
import { untilConnected } from './support/tab.ts'

/** A device with passkeys in it, whose owner confirms what is asked: Chromium's own, without a finger. */
async function passkeysOf(page: Page): Promise<{ cdp: CDPSession; authenticatorId: string }> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return { cdp, authenticatorId }
}

/** What a password manager does: the passkeys of one device are on the other one too. */
async function carryPasskeys(from: Page, to: Page, source: Awaited<ReturnType<typeof passkeysOf>>): Promise<void> {
  const { credentials } = await source.cdp.send('WebAuthn.getCredentials', { authenticatorId: source.authenticatorId })
  expect(credentials, `passkeys at ${from.url()}`).not.toHaveLength(0)
  const { cdp, authenticatorId } = await passkeysOf(to)
  for (const credential of credentials) await cdp.send('WebAuthn.addCredential', { authenticatorId, credential })
}

/** A button changes its colours over some frames. */
const violations = async (page: Page): Promise<unknown[]> =>
  (await new AxeBuilder({ page }).include('[role=dialog]').analyze()).violations
const dialog = (page: Page) => page.getByRole('dialog', { name: 'Your account' })
const openAccount = (page: Page, name: string) => page.getByRole('button', { name: `${name}: your account` }).click()
const passkeySignIn = (page: Page) => page.getByRole('button', { name: 'Sign in with a passkey' })

test('a guest keeps the account with a passkey, is renamed, and is the same person in another browser', async ({
  openTab,
  openAnother,
  server,
  consoleErrors,
}) => {
  consoleErrors.expect(/401|403/) // signed out from elsewhere; the code that is none
  const hana = await OtherPerson.signIn(server.url, 'Hana Host')
  await hana.createSpace('Field notes', ['general'])
  const tab = await openTab()
  const authenticator = await passkeysOf(tab)
  await signIn(tab, 'Ada')
  await roomLink(tab, 'general').click()
  await say(tab, 'written as a guest')

  await openAccount(tab, 'Ada')
  await expect(dialog(tab).getByText('You are here as a guest')).toBeVisible()
  await dialog(tab).getByRole('button', { name: 'Add a passkey' }).click()
  const codes = dialog(tab).getByRole('listitem')
  await expect(codes).toHaveCount(10)
  const code = (await codes.first().textContent()) ?? ''
  await eventually(() => violations(tab)).toEqual([])
  await dialog(tab).getByRole('button', { name: 'I have kept them' }).click()
  await expect(dialog(tab).getByText('10 codes are left')).toBeVisible()
  await dialog(tab).getByRole('textbox', { name: 'Your name' }).fill('Ada Lovelace')
  await dialog(tab).getByRole('button', { name: 'Rename' }).click()
  await eventually(() => violations(tab)).toEqual([])
  await dialog(tab).getByRole('button', { name: 'Close' }).click()
  await expect(tab.getByRole('button', { name: 'Ada Lovelace: your account' })).toBeVisible()

  const other = await openAnother()
  await carryPasskeys(tab, other, authenticator)
  await passkeySignIn(other).click()
  // the person's spaces come by themselves
  await roomLink(other, 'general').click()
  await expect(message(other, 'written as a guest')).toContainText('Ada Lovelace')
  await say(other, 'written elsewhere')
  await expect(message(tab, 'written elsewhere')).toHaveCount(1)

  // from there the first browser is signed out; it says so, keeps what is written, and sends it after a code brought it back
  await openAccount(other, 'Ada Lovelace')
  await dialog(other).getByRole('button', { name: 'Sign out everywhere else' }).click()
  await expect(dialog(other).getByText('this browser', { exact: true })).toBeVisible()
  await composer(tab).fill('written signed out')
  await composer(tab).press('Enter')
  await expect(syncPill(tab)).toHaveAttribute('data-sync', 'signed-out')
  await openAccount(tab, 'Ada Lovelace')
  await dialog(tab).getByRole('button', { name: 'Use a recovery code' }).click()
  await dialog(tab).getByRole('textbox', { name: 'Recovery code' }).fill('0000-0000-0000-0000')
  await dialog(tab).getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(dialog(tab).getByRole('alert')).toHaveText(/not valid/)
  await dialog(tab).getByRole('textbox', { name: 'Recovery code' }).fill(code)
  await dialog(tab).getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(dialog(tab).getByText('9 codes are left')).toBeVisible()
  await dialog(other).getByRole('button', { name: 'Close' }).click()
  await expect(message(other, 'written signed out')).toHaveCount(1)
})

test('who signs out leaves nothing in the browser, and comes back with the passkey; a deleted account does not', async ({
  openTab,
  server,
  consoleErrors,
}) => {
  consoleErrors.expect(/403/) // the passkey of nobody
  const hana = await OtherPerson.signIn(server.url, 'Hana Host')
  const { ofSpace } = await hana.createSpace('Field notes', ['general'])
  const tab = await openTab()
  await passkeysOf(tab)
  await tab.getByRole('textbox', { name: 'Your name' }).fill('Grace')
  await tab.getByRole('button', { name: 'Create an account' }).click()
  await tab.getByRole('button', { name: 'I have kept them' }).click()
  await tab.getByRole('button', { name: 'Join Field notes' }).click()
  await roomLink(tab, 'general').click()
  await say(tab, 'kept on the server')
  await expect(syncPill(tab)).toHaveText(/Up to date/)

  await openAccount(tab, 'Grace')
  await dialog(tab).getByRole('button', { name: 'Sign out here' }).click()
  await dialog(tab).getByRole('button', { name: 'Sign out', exact: true }).click()
  await expect(passkeySignIn(tab)).toBeVisible()
  await untilConnected(tab)
  expect(await tab.evaluate(() => localStorage.length)).toBe(0)
  await passkeySignIn(tab).click()
  await roomLink(tab, 'general').click()
  await expect(message(tab, 'kept on the server')).toContainText('Grace')

  await openAccount(tab, 'Grace')
  await dialog(tab).getByRole('button', { name: 'Delete my account' }).click()
  await dialog(tab)
    .getByRole('group', { name: 'Delete my account' })
    .getByRole('button', { name: 'Delete my account' })
    .click()
  await expect(passkeySignIn(tab)).toBeVisible()
  await untilConnected(tab)
  await passkeySignIn(tab).click()
  await expect(tab.getByText('The server did not accept this passkey.')).toBeVisible()
  const { items } = (await hana.read(ofSpace)).body
  expect(items.at(-1)?.event).toMatchObject({ type: 'member.leave', payload: {} })
})
