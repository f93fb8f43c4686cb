import type { Page } from '@playwright/test'
import { eventually } from './support/eventually.ts'
import { expect, test } from './support/field-notes.ts'
import { asSoonAsThereIs } from './support/in-a-hurry.ts'
import { OtherPerson } from './support/other-person.ts'
import { composer, message, messages, openRoom, roomLink, say, timeline } from './support/rooms.ts'
import { valueOf } from './support/tab.ts'

const editorIn = (tab: Page) => tab.getByRole('textbox', { name: 'Edit message' })

test('an edit is a draft of the whole text: kept until it is saved, refused with words, never silent', async ({
  enter,
  host,
  place,
  profile,
}) => {
  const tab = await enter()
  await profile.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const editor = editorIn(tab)
  const long = `${'all of a long message counts. '.repeat(60)}And this is its end`
  await composer(tab).fill(long)
  await composer(tab).press('Enter')
  const row = message(tab, 'all of a long message')
  await expect(row).toHaveCount(1)

  await test.step('nothing changed: no edit', async () => {
    await row.press('e')
    await expect(editor).toHaveValue(long)
    await editor.press('Enter')
    await expect(row).toBeFocused()
    expect(await valueOf(tab, "SELECT count(*) FROM events WHERE event_type = 'message.edit'")).toBe(0)
  })
  await test.step('the whole text is copied', async () => {
    await row.press('m')
    await tab.getByRole('menuitem', { name: 'Copy text' }).click()
    await expect(tab.getByText('Text copied')).toBeVisible()
    expect(await tab.evaluate(() => navigator.clipboard.readText())).toBe(long)
  })
  await test.step('a change behind the first thousand characters counts', async () => {
    await row.press('e')
    await editor.press('End')
    await tab.keyboard.type(', I say')
    await editor.press('Enter')
    await expect(row).toContainText('edited')
    await eventually(() =>
      valueOf(tab, 'SELECT snippet || body FROM timeline_items t JOIN component_text c ON c.id = t.key'),
    ).toBe(`${long}, I say`)
  })

  await say(tab, 'the pond is frozen')
  const pond = message(tab, 'the pond is')
  await test.step('what is written outlives the row, the room, the tab and shows in others', async () => {
    await tab.getByRole('button', { name: 'New room' }).click()
    await tab.getByRole('textbox', { name: 'Name' }).fill('garden')
    await tab.keyboard.press('Enter')
    await openRoom(tab, 'general')
    await pond.press('e')
    await tab.keyboard.type(' over')
    await openRoom(tab, 'garden')
    await openRoom(tab, 'general')
    await expect(editor).toHaveValue('the pond is frozen over')
    await expect(composer(tab)).toBeFocused()
    await editor.focus()
    await editor.press('End')
    await tab.keyboard.type(' again')
    await tab.reload() // at once: no timer had its turn
    await expect(editor).toHaveValue('the pond is frozen over again')
    const second = await enter()
    await expect(editorIn(second)).toHaveValue('the pond is frozen over again')
    await second.close()
    // far more than stays drawn above the end
    await host.sayAll(
      place.stream,
      place.room,
      Array.from({ length: 80 }, (_, at) => `snow ${at}.`),
    )
    await expect(message(tab, 'snow 79.')).toHaveCount(1)
    await timeline(tab).focus()
    await tab.keyboard.press('End')
    await expect(editor).toHaveCount(0)
    await tab.keyboard.press('Escape')
    await timeline(tab).hover()
    await expect(async () => {
      await tab.mouse.wheel(0, -400)
      await expect(editor).toBeVisible({ timeout: 100 })
    }).toPass({ intervals: [0] })
    await expect(editor).toHaveValue('the pond is frozen over again')
  })
  await test.step('too long: it stays open, and says why', async () => {
    await editor.fill('snow '.repeat(14_000))
    await editor.press('Enter')
    await expect(tab.getByRole('alert').filter({ hasText: /too long: 7\d kB/ })).toBeVisible()
    await expect(editor).toHaveValue('snow '.repeat(14_000))
    await expect(editor).toBeFocused()
  })
  await test.step('given up: the message is as it was, and what was written can be had again', async () => {
    await editor.fill('the pond is melting')
    await editor.press('Escape')
    await expect(message(tab, 'the pond is frozen')).toBeFocused()
    await tab.keyboard.press('Control+z')
    await expect(editor).toHaveValue('the pond is melting')
    await editor.press('Enter')
    await expect(message(tab, 'the pond is melting')).toHaveCount(1)
    await eventually(() => valueOf(tab, 'SELECT count(*) FROM drafts')).toBe(0)
  })
  await test.step('emptied: deleted, with a way back', async () => {
    await message(tab, 'the pond is melting').press('e')
    await editor.fill('')
    await editor.press('Enter')
    await expect(message(tab, 'the pond is melting')).toHaveCount(0)
    await tab.getByRole('button', { name: 'Undo' }).click()
    await expect(message(tab, 'the pond is melting')).toBeFocused()
    await expect(tab.getByRole('button', { name: 'Undo' })).toHaveCount(0)
  })
  await test.step('a delete is durable at once, and so is its undo', async () => {
    await message(tab, 'the pond is melting').press('Delete')
    await expect(messages(tab).filter({ hasText: 'This message was deleted' })).toHaveCount(1)
    await tab.getByRole('button', { name: 'Undo' }).click()
    await tab.reload()
    const told = async () => {
      const { items } = (await host.read(place.stream)).body
      return items.map(({ event }) => event.type).filter((type) => /delete|restore/.test(type))
    }
    await eventually(told).toEqual(['message.delete', 'message.restore', 'message.delete', 'message.restore'])
    await eventually(() => valueOf(tab, 'SELECT count(*) FROM timeline_items WHERE deleted = 1')).toBe(0)
  })
})

test('input methods keep their keys; files, notices, moving rows, links and the network behave', async ({
  enter,
  host,
  place,
  profile,
  consoleErrors,
}) => {
  consoleErrors.expect(/ERR_INTERNET_DISCONNECTED/)
  const tab = await enter()
  const cdp = await profile.context.newCDPSession(tab)
  const compose = async () => {
    await cdp.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 })
    for (const key of ['Escape', 'Enter']) await tab.keyboard.press(key)
  }
  const endComposing = () => cdp.send('Input.insertText', { text: '日' })
  await say(tab, 'to be answered')
  const answered = message(tab, 'to be answered')

  await test.step('while an input method composes nothing is sent and nothing closes', async () => {
    await composer(tab).fill('draft ')
    await compose()
    await expect(composer(tab)).toHaveValue('draft に')
    await endComposing()
    await composer(tab).fill('')
    await answered.press('e')
    await expect(editorIn(tab)).toBeFocused()
    await compose()
    await expect(editorIn(tab)).toHaveValue('to be answeredに')
    await endComposing()
    await editorIn(tab).press('Escape')
    await answered.press('t')
    const reply = tab.getByRole('textbox', { name: 'Reply in thread' })
    await expect(reply).toBeFocused()
    await compose()
    await expect(reply).toHaveValue('に')
    await endComposing()
    await reply.fill('')
    await tab.getByRole('button', { name: 'Search messages' }).click()
    await expect(tab.getByRole('searchbox')).toBeFocused()
    await compose()
    await expect(tab.getByRole('searchbox')).toBeVisible()
    await endComposing()
    await tab.getByRole('button', { name: 'Close panel' }).click()
    await tab.keyboard.press('Control+k')
    await expect(tab.getByRole('searchbox', { name: 'Room name' })).toBeFocused()
    await compose()
    await expect(tab.getByRole('dialog')).toBeVisible()
    await endComposing()
    await tab.getByRole('searchbox', { name: 'Room name' }).press('Escape')
    await tab.keyboard.press('Escape')
    await expect(tab.getByRole('dialog')).toHaveCount(0)
    await tab.getByRole('button', { name: 'New room' }).click()
    await expect(tab.getByRole('textbox', { name: 'Name' })).toBeFocused()
    await compose()
    await expect(tab.getByRole('dialog')).toBeVisible()
    await endComposing()
    await expect(tab.getByRole('textbox', { name: 'Name' })).toHaveValue('日')
  })

  await test.step('a name that cannot be seen, or is taken, is refused with a sentence', async () => {
    const name = tab.getByRole('textbox', { name: 'Name' })
    for (const [typed, words] of [
      ['\u200b\u202e', 'A name needs a character that can be seen.'],
      ['   ', 'A name needs a character that can be seen.'],
      ['GENERÁL\u200b ', 'There is already a room called “general”.'],
    ] as const) {
      await name.fill(typed)
      await name.press('Enter')
      await expect(tab.getByRole('dialog').getByRole('alert')).toContainText(words)
    }
    await name.press('Escape')
    await expect(roomLink(tab, 'general')).toHaveCount(1)
  })

  await test.step('a file that nobody can read is refused above what is written, in words', async () => {
    await composer(tab).fill('see here')
    await composer(tab).evaluate((field) => {
      const clipboardData = new DataTransfer()
      clipboardData.items.add(new File([], 'pond.png', { type: 'image/png' }))
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    })
    const notice = tab.getByText('“pond.png” is empty, or a folder.')
    await expect(notice).toBeVisible()
    await expect(composer(tab)).toHaveValue('see here')
    await expect(async () => {
      const [words, field] = [(await notice.boundingBox())!, (await composer(tab).boundingBox())!]
      expect(words.y + words.height, 'above what is being written').toBeLessThan(field.y)
    }).toPass()
    await composer(tab).fill('')
  })

  await test.step('under a pointer at rest no tools of another message come up', async () => {
    const texts = Array.from({ length: 30 }, (_, at) => `rows ${at}.`)
    const ids = await host.sayAll(place.stream, place.room, texts)
    await expect(message(tab, 'rows 29.')).toHaveCount(1)
    const rested = message(tab, 'rows 27.')
    await rested.hover()
    const tool = rested.getByRole('button', { name: 'Add reaction' })
    await tool.hover()
    const atRest = (await tool.boundingBox())!
    for (const move of [
      () => host.say(place.stream, place.room, 'one that comes in'),
      () =>
        host.append(place.stream, [
          host.event('message.delete', place.stream, {}, { entity: ids[20]!, room: place.room }),
        ]),
      () => tab.setViewportSize({ width: 1280, height: 640 }),
    ]) {
      await move()
      await tab.waitForTimeout(400)
      for (const owner of await toolbarsAt(tab, atRest)) expect(owner).toContain('rows 27.')
    }
    await tab.mouse.down()
    await tab.mouse.up()
    await tab.waitForTimeout(300)
    await expect(tab.getByRole('dialog', { name: 'Pick a reaction' })).toHaveCount(0)
    await tab.setViewportSize({ width: 1280, height: 800 })
  })

  await test.step('a link to a message opens in this tab, and jumps', async () => {
    const first = await valueOf(tab, "SELECT id FROM timeline_items WHERE snippet = 'rows 0.'")
    const address = `${new URL(tab.url()).origin}${new URL(tab.url()).pathname}#${String(first)}`
    await composer(tab).fill(`see ${address} there`)
    await composer(tab).press('Enter')
    const link = message(tab, 'there').getByRole('link')
    await link.click()
    await expect(message(tab, 'rows 0.')).toBeFocused()
    expect(profile.context.pages().filter((page) => page.url().includes('/s/'))).toHaveLength(1)
    await tab.keyboard.press('End')
  })

  await test.step('of two people of one name the later one is marked; threads count what is not deleted', async () => {
    const namesake = await OtherPerson.signIn(host.url, 'Ada')
    const join = namesake.event('member.join', place.ofSpace, { name: 'Ada' }, { entity: namesake.actor })
    expect((await namesake.append(place.ofSpace, [join])).status).toBe(200)
    await namesake.say(place.stream, place.room, 'I am Ada too')
    await expect(tab.getByRole('article', { name: /^Ada \(2\), / })).toContainText('I am Ada too')
    const thread = tab.getByRole('log', { name: 'Messages in the thread' })
    // before the panel's queries have answered
    await asSoonAsThereIs(tab, 'textarea[data-focus="thread-composer"]', [{ type: 'first answer' }, { press: 'Enter' }])
    await message(tab, 'I am Ada too').press('t')
    await expect(thread.getByRole('article').filter({ hasText: 'first answer' })).toHaveCount(1)
    await tab.getByRole('textbox', { name: 'Reply in thread' }).fill('second answer')
    await tab.keyboard.press('Enter')
    await expect(thread.getByRole('article').filter({ hasText: 'second answer' })).toHaveCount(1)
    await thread.getByRole('article').filter({ hasText: 'second answer' }).press('Delete')
    await tab.getByRole('button', { name: 'Threads' }).click()
    await expect(tab.getByRole('complementary').getByRole('button', { name: /I am Ada too/ })).toContainText(
      '1 message',
    )
    await tab.getByRole('button', { name: 'Close panel' }).click()
  })

  await test.step('what cannot be sent says that it waits', async () => {
    await profile.context.setOffline(true)
    await say(tab, 'written in the cellar')
    await expect(message(tab, 'written in the cellar')).toContainText('waiting for the network')
    await profile.context.setOffline(false)
    await expect(message(tab, 'written in the cellar')).not.toContainText('waiting')
  })
})

/** The messages whose tools lie at a point. */
function toolbarsAt(tab: Page, { x, y, width, height }: { x: number; y: number; width: number; height: number }) {
  return tab.evaluate(
    ([left, top]) =>
      document
        .elementsFromPoint(left!, top!)
        .filter((element) => element.matches('[role="toolbar"][aria-label="Message actions"]'))
        .map((element) => element.closest('article')?.textContent ?? ''),
    [x + width / 2, y + height / 2],
  )
}
