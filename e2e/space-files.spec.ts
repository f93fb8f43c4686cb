import { writeFileSync } from 'node:fs'
import { openPlainSqlite } from '../server/sqlite.ts'
import { eventually } from './support/eventually.ts'
import { expect, test } from './support/fixtures.ts'
import { openDemo, openRoom, say } from './support/rooms.ts'
import { valueOf } from './support/tab.ts'

const inCopies =
  "SELECT count(*) FROM timeline_items t JOIN streams s ON s.id = t.stream WHERE s.name LIKE 'local:file-%'"

test('a space that is saved as a file is an SQLite database, and opens again as a space of its own', async ({
  openTab,
}, info) => {
  const tab = await openTab()
  await openDemo(tab)
  await tab.getByRole('button', { name: 'Export this space' }).click()
  const downloading = tab.waitForEvent('download')
  await tab.getByRole('button', { name: 'Save as a file' }).click()
  const download = await downloading
  const file = info.outputPath(download.suggestedFilename())
  await download.saveAs(file)
  await expect(tab.getByText(/^Saved as Fieldnotes\.sqlite/)).toBeVisible()
  const database = await openPlainSqlite(file)
  const { said } = database.prepare('SELECT count(*) AS said FROM timeline_items').get() as { said: number }
  expect(said).toBe(await valueOf(tab, 'SELECT count(*) FROM timeline_items'))
  database.close()
  await tab.keyboard.press('Escape')

  await tab.getByRole('button', { name: 'Add a space' }).click()
  const chosen = tab.getByLabel('File with a space')
  const note = info.outputPath('note.txt')
  writeFileSync(note, 'no database')
  await chosen.setInputFiles(note)
  await expect(tab.getByText('This is not a space that was exported from here.')).toBeVisible()
  await chosen.setInputFiles(file)
  await expect(tab).toHaveURL(/\/s\/file-/)
  const copy = tab.getByRole('navigation', { name: 'Spaces' }).getByRole('link', { name: 'Fieldnotes, from a file' })
  await expect(copy).toHaveCount(1)
  await openRoom(tab, 'kitchen')
  await say(tab, 'written in the copy')
  expect(await valueOf(tab, inCopies)).toBe(said + 1)

  // once is enough; and it goes again, with what was written in it
  await tab.getByRole('button', { name: 'Add a space' }).click()
  await chosen.setInputFiles(file)
  await expect(tab.getByText('This file is open here already.')).toBeVisible()
  await tab.getByRole('button', { name: 'Go to it' }).click()
  await tab.getByRole('button', { name: 'Export this space' }).click()
  await tab.getByRole('button', { name: 'Take it off this device' }).click()
  await tab.getByRole('button', { name: 'Take it away' }).click()
  await expect(copy).toHaveCount(0)
  await eventually(() => valueOf(tab, inCopies)).toBe(0)
  expect(await valueOf(tab, 'SELECT count(*) FROM timeline_items')).toBe(said)
})
