import { eventually } from './support/eventually.ts'
import { expect, test } from './support/fixtures.ts'
import { composer, message, messages, openDemo, openRoom, roomLink, timeline } from './support/rooms.ts'

test('what was typed is on screen, in its direction, and leads where it says', async ({ openTab }) => {
  const tab = await openTab()
  await openDemo(tab)
  await openRoom(tab, 'kitchen')
  const typed = [
    '[redacted]: https://a.example/x',
    '2*3*4 and C:\\new\\*.txt and &nbsp;',
    '<note>\n  <to>Bo</to>\n</note>',
    'hello\n---',
    '```',
    '#',
  ]
  for (const text of typed) {
    await composer(tab).fill(text)
    await composer(tab).press('Enter')
    const drawn = async () => (await messages(tab).last().locator('p').allInnerTexts()).join('\n')
    await eventually(drawn).toBe(text)
  }

  await composer(tab).fill('שלום\n\nhello\n\n- שלום\n- hello\n\n> שלום')
  await composer(tab).press('Enter')
  const mixed = message(tab, 'שלום').last()
  await expect(mixed.locator('li')).toHaveCount(2)
  const directions = (selector: string) =>
    mixed.locator(selector).evaluateAll((found) => found.map((each) => getComputedStyle(each).direction))
  expect(await directions('li')).toEqual(['rtl', 'ltr'])
  expect(await directions('blockquote')).toEqual(['rtl'])
  expect((await directions('p')).slice(0, 2)).toEqual(['rtl', 'ltr'])

  await composer(tab).fill('see #**general** but not #**nowhere** and [bank.example](https://evil.example)')
  await composer(tab).press('Enter')
  const linked = message(tab, 'but not')
  await expect(linked).toContainText('bank.example (evil.example)')
  await expect(linked.getByRole('link', { name: '#nowhere' })).toHaveCount(0)
  await linked.getByRole('link', { name: '#general' }).click()
  await expect(timeline(tab)).toHaveAccessibleName('Messages in general')
  await expect(roomLink(tab, 'general')).toHaveAttribute('aria-current', 'page')
})

test('search finds symbols and options, and says why it finds nothing', async ({ openTab }) => {
  const tab = await openTab()
  await openDemo(tab)
  await openRoom(tab, 'kitchen')
  for (const text of ['never `rm -rf` the **pantry** 🎉', 'rm the quince', '我家在上海东边。']) {
    await composer(tab).fill(text)
    await composer(tab).press('Enter')
  }
  await tab.getByRole('button', { name: 'Search messages' }).click()
  const panel = tab.getByRole('complementary', { name: 'Search' })
  const box = tab.getByRole('searchbox', { name: 'Search messages' })
  await expect(panel).toContainText('from:me')
  await box.fill('rm -rf')
  await expect(panel.getByRole('status')).toHaveText('1 message')
  await expect(panel).toContainText('never rm -rf the pantry')
  await expect(panel.locator('mark')).toHaveText(['rm', '-rf'])
  await message(tab, 'never rm -rf').hover()
  await tab.getByRole('button', { name: 'Edit message' }).click()
  await tab.getByRole('textbox', { name: 'Edit message' }).fill('never `rm -rf` the cellar 🎉 pantry')
  await tab.getByRole('textbox', { name: 'Edit message' }).press('Enter')
  await expect(panel).toContainText('never rm -rf the cellar')
  for (const [text, found] of [
    ['上海', '我家在上海东边。'],
    ['🎉 pantry', 'the cellar 🎉'],
    ['from:me quince', 'rm the quince'],
    ['from:%', 'Nobody here is called “%”.'],
    ['has:nothing', 'has: knows link'],
    ['zzqqzz', 'Nothing found'],
  ] as const) {
    await box.fill(text)
    await expect(panel).toContainText(found)
  }
  await box.fill('quince from:m')
  await panel.getByRole('group', { name: 'Suggestions' }).getByRole('button', { name: 'from:me' }).click()
  await expect(box).toHaveValue('quince from:me ')
  await expect(box).toBeFocused()
  await expect(panel).toContainText('rm the quince')
})
