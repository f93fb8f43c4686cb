import type { Page } from '@playwright/test'
import { expect, test } from './support/another-browser.ts'
import { OtherPerson } from './support/other-person.ts'
import { composer, openRoom, signIn } from './support/rooms.ts'

const typing = (tab: Page) => tab.getByTestId('typing').first()

test('who types and who is here shows in another browser, within a moment, and leaves nothing behind', async ({
  openTab,
  openAnother,
  server,
}) => {
  const hana = await OtherPerson.signIn(server.url, 'Hana Host')
  const { ofSpace, stream } = await hana.createSpace('Field notes', ['general'])
  const [ada, bob] = await Promise.all([openTab(), openAnother()])
  await Promise.all([signIn(ada, 'Ada'), signIn(bob, 'Bob')])
  await Promise.all([openRoom(ada, 'general'), openRoom(bob, 'general')])
  await Promise.all([hana.untilJoined(ofSpace, 'Ada'), hana.untilJoined(ofSpace, 'Bob')])
  const before = (await hana.read(stream)).body.items.length
  const place = await composer(bob).boundingBox()

  await bob.getByRole('button', { name: 'Members', exact: true }).click()
  const member = (name: string) => bob.getByRole('complementary').getByRole('listitem').filter({ hasText: name })
  await expect(member('Ada')).toContainText('here now')
  await expect(member('Hana Host')).not.toContainText('here now') // a program, and no tab

  await composer(ada).pressSequentially('h')
  await expect(typing(bob)).toHaveText('Ada is typing…')
  expect(await composer(bob).boundingBox()).toMatchObject({ y: place!.y, height: place!.height })
  const times: number[] = []
  for (let turn = 0; turn < 9; turn++) {
    await composer(ada).fill('')
    await expect(typing(bob)).toHaveText('')
    const seen = bob.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const line = document.querySelector('[data-testid=typing]')!
          new MutationObserver((_, observer) => {
            if (line.textContent === '') return
            observer.disconnect()
            resolve(performance.timeOrigin + performance.now())
          }).observe(line, { subtree: true, childList: true, characterData: true })
        }),
    )
    const typed = ada.evaluate(
      () =>
        new Promise<number>((resolve) =>
          document.addEventListener('input', () => resolve(performance.timeOrigin + performance.now()), { once: true }),
        ),
    )
    await composer(ada).press('h')
    times.push((await seen) - (await typed))
  }
  times.sort((a, b) => a - b)
  console.log(`typing, between two browsers: p50 ${Math.round(times[4]!)} ms, longest ${Math.round(times[8]!)} ms`)

  // who turns it off is not here for others any more, and a tab that is closed neither
  await ada.getByRole('button', { name: 'Ada: your account' }).click()
  await ada.getByRole('checkbox', { name: /^Show others when I am here/ }).uncheck()
  await expect(member('Ada')).not.toContainText('here now')
  await ada.getByRole('checkbox', { name: /^Show others when I am here/ }).check()
  await expect(member('Ada')).toContainText('here now')
  await ada.goto('about:blank')
  await expect(member('Ada')).not.toContainText('here now')
  expect((await hana.read(stream)).body.items.length).toBe(before)
})
