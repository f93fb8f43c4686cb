import type { Page } from '@playwright/test'
import { eventually } from './support/eventually.ts'
import { expect, test } from './support/fixtures.ts'
import { asSoonAsThereIs } from './support/in-a-hurry.ts'
import { OtherPerson } from './support/other-person.ts'
import { composer, message, messages, openRoom, roomLink, say, signIn } from './support/rooms.ts'
import { rowsOf, untilConnected } from './support/tab.ts'

const composerOf = (room: string) => `textarea[aria-label="Message ${room}"]`
/** without the pointer on its way, which would have the room loaded before */
const enter = (tab: Page, room: string) => roomLink(tab, room).dispatchEvent('click')
const drafts = (tab: Page) => rowsOf(tab, 'SELECT text FROM drafts')

test('what is done before the first query has answered is done all the same', async ({ server, openTab }) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { stream, rooms } = await host.createSpace('Field notes', ['garden', 'shed'])
  await host.sayAll(
    stream,
    rooms[0]!,
    Array.from({ length: 70 }, (_, at) => `line ${at}.`),
  )
  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'garden')
  await say(tab, 'to be edited')
  await composer(tab).fill('one')
  await eventually(() => drafts(tab)).toEqual([{ text: 'one' }])
  const elsewhere = async () => {
    await openRoom(tab, 'shed')
    await tab.reload()
    await untilConnected(tab)
    await expect(roomLink(tab, 'garden')).toBeVisible()
  }

  await test.step('words of who leaves the room at once come behind the draft that was not here yet', async () => {
    await elsewhere()
    const shed = `a[href$="/${rooms[1]}"]`
    await asSoonAsThereIs(tab, composerOf('garden'), [{ type: ' two' }, { click: shed }])
    await enter(tab, 'garden')
    await expect(composer(tab)).toHaveAccessibleName('Message shed')
    await eventually(() => drafts(tab)).toEqual([{ text: 'one two' }])
  })
  await test.step('and of who reloads at once', async () => {
    await elsewhere()
    await asSoonAsThereIs(tab, composerOf('garden'), [{ type: ' three' }, { reload: true }])
    await Promise.all([tab.waitForEvent('load'), enter(tab, 'garden')])
    await expect(composer(tab)).toHaveValue('one two three')
  })
  await test.step('Enter on a name that is typed before the members are here inserts it, and does not send', async () => {
    await elsewhere()
    await enter(tab, 'garden')
    await expect(composer(tab)).toHaveValue('one two three')
    await composer(tab).evaluate(async (field: HTMLTextAreaElement) => {
      const { set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')!
      set!.call(field, `${field.value} @Ad`)
      field.dispatchEvent(new InputEvent('input', { bubbles: true }))
      await Promise.resolve() // React draws before the worker can answer
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
    })
    await expect(composer(tab)).toHaveValue('one two three @**Ada** ')
    await composer(tab).fill('one two three')
    await eventually(() => drafts(tab)).toEqual([{ text: 'one two three' }])
  })
  await test.step('Up edits the last message, as soon as that is here', async () => {
    await elsewhere()
    await asSoonAsThereIs(tab, composerOf('garden'), [{ press: 'ArrowUp' }])
    await enter(tab, 'garden')
    await expect(tab.getByRole('textbox', { name: 'Edit message' })).toHaveValue('to be edited')
    await tab.keyboard.press('Escape')
  })
  await test.step('Enter goes to the room that was typed, as soon as the rooms are here', async () => {
    await elsewhere()
    await asSoonAsThereIs(tab, 'input[placeholder="Where to?"]', [{ type: 'gard' }, { press: 'Enter' }])
    await tab.keyboard.press('Control+k')
    await expect(composer(tab)).toHaveAccessibleName('Message garden')
    await expect(tab.getByRole('dialog')).toHaveCount(0)
    await expect(messages(tab).last()).toBeInViewport()
  })
  await test.step('Ctrl+Z takes a delete back that has not been answered yet', async () => {
    await message(tab, 'to be edited').focus()
    await tab.evaluate(() => {
      const press = (init: KeyboardEventInit) =>
        document.activeElement!.dispatchEvent(
          new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }),
        )
      press({ key: 'Delete' })
      press({ key: 'z', ctrlKey: true })
    })
    const told =
      "SELECT event_type AS type FROM events WHERE event_type IN ('message.delete', 'message.restore') ORDER BY clock"
    await eventually(() => rowsOf(tab, told)).toEqual([{ type: 'message.delete' }, { type: 'message.restore' }])
    await expect(message(tab, 'to be edited')).toHaveCount(1)
    await expect(tab.getByRole('button', { name: 'Undo' })).toHaveCount(0)
  })
  await test.step('End wins over a jump that is still being looked up', async () => {
    const row = message(tab, 'line 60.')
    const id = await row.getAttribute('data-key')
    await say(tab, `see ${tab.url().split('#')[0]}#${id} there`)
    await expect(messages(tab).last()).toBeInViewport()
    await row.evaluate((article) => {
      const end = () =>
        article.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true, cancelable: true }))
      article.addEventListener('focus', end, { once: true })
    })
    await message(tab, 'there').getByRole('link').click()
    await expect(row).toBeFocused()
    expect(tab.url()).toContain(id)
    await rowsOf(tab, 'SELECT 1 AS asked') // behind the jump's own question
    await expect(messages(tab).last()).toBeInViewport()
  })
})
