import { expect, test } from './support/field-notes.ts'
import { eventually } from './support/eventually.ts'
import { wordsInFiles } from './support/device-files.ts'
import { message, messages, say } from './support/rooms.ts'

test('a message that is deleted for good: asked first, no undo, and in no file of the device or the server', async ({
  enter,
  host,
  place,
}) => {
  const tab = await enter()
  const words = ['zanthorpiq', 'quillfeather', '玄黄宇宙洪荒']
  await say(tab, `the lantern is called ${words[0]} ${words[2]}`)
  const row = message(tab, words[0]!)
  await row.press('e')
  await expect(tab.getByRole('textbox', { name: 'Edit message' })).toBeFocused()
  await tab.keyboard.type(` or ${words[1]}`)
  await tab.keyboard.press('Enter')
  await expect(row).toContainText('edited')
  const onServer = async () => JSON.stringify((await host.read(place.stream)).body.items)
  await eventually(onServer).toContain(words[1])
  await eventually(() => wordsInFiles(tab, words)).toEqual(words)

  const choose = async (item: string) => {
    await row.press('m')
    await tab.getByRole('menuitem', { name: item }).click()
  }
  const dialog = tab.getByRole('dialog', { name: 'Delete for good?' })
  await choose('Delete for good…')
  await expect(dialog).toContainText('It cannot reach devices that stay offline')
  await tab.keyboard.press('Enter') // on Cancel
  await expect(dialog).toHaveCount(0)
  await expect(row).toContainText(words[1]!)

  await choose('Delete for good…')
  await dialog.getByRole('button', { name: 'Delete for good' }).click()
  const gone = messages(tab).filter({ hasText: 'This message was deleted for good' })
  await expect(gone).toBeFocused()
  await expect(tab.getByText('Message deleted for good.')).toBeVisible()
  await expect(tab.getByRole('button', { name: 'Undo' })).toHaveCount(0)
  await eventually(() => wordsInFiles(tab, words)).toEqual([])
  await eventually(onServer).not.toContain(words[0])

  await say(tab, 'an ordinary slip')
  const slip = message(tab, 'an ordinary slip')
  await slip.press('Delete')
  const hidden = messages(tab).filter({ hasText: /This message was deleted$/ })
  await hidden.press('m')
  await expect(tab.getByRole('menuitem', { name: /^Delete(?! for good)/ })).toHaveCount(0)
  await tab.getByRole('menuitem', { name: 'Erase for good…' }).click()
  await dialog.getByRole('button', { name: 'Delete for good' }).click()
  await expect(gone).toHaveCount(2)
  await expect(tab.getByRole('button', { name: 'Undo' })).toHaveCount(0)
})

test('a page that is deleted for good: its text is in no file of the device or the server', async ({
  enter,
  host,
  place,
}) => {
  const tab = await enter()
  const words = ['zanthorpiq', 'quillfeather']
  await tab.getByRole('button', { name: 'Pages', exact: true }).click()
  await tab.getByRole('button', { name: 'New page' }).click()
  const text = tab.getByRole('textbox', { name: 'Text of the page' })
  await expect(text).toBeFocused()
  await tab.keyboard.type(`the lantern is called ${words[0]}`)
  await expect(tab.getByText('Saved on this device')).toBeVisible()
  await tab.getByRole('textbox', { name: 'Title of the page' }).fill(words[1]!)
  await tab.keyboard.press('Enter')
  const onServer = async () => JSON.stringify((await host.read(place.stream)).body.items)
  await eventually(onServer).toContain(words[1])
  await eventually(() => wordsInFiles(tab, words)).toEqual(words)

  await tab.getByRole('button', { name: 'Delete page' }).click()
  await tab.getByRole('button', { name: 'Deleted pages' }).click()
  await tab.getByRole('button', { name: new RegExp(words[1]!) }).click()
  await tab.getByRole('button', { name: 'Delete for good' }).click()
  await expect(tab.getByText('Nobody can bring it back.')).toBeVisible()
  await tab.getByRole('group', { name: 'Delete for good' }).getByRole('button', { name: 'Delete for good' }).click()
  await expect(tab.getByRole('heading', { name: 'This page was deleted for good.' })).toBeVisible()
  await expect(tab.getByText('No deleted pages here.')).toBeVisible()
  await eventually(onServer).not.toContain(words[1])
  await eventually(() => wordsInFiles(tab, words)).toEqual([])
})
