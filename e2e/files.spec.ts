import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { attach, filesInLog, hashOf } from './support/files.ts'
import { expect, test } from './support/fixtures.ts'
import { OtherPerson } from './support/other-person.ts'
import { png } from './support/png.ts'
import { composer, messages, networkIsBack, openRoom, say, signIn } from './support/rooms.ts'
import { untilConnected } from './support/tab.ts'

const heron = png(640, 480, [70, 120, 160])

test('pictures and files are sent, shown in the room that was kept for them, looked at, and found', async ({
  openTab,
  server,
}) => {
  const hana = await OtherPerson.signIn(server.url, 'Hana Host')
  const { stream, rooms } = await hana.createSpace('Field notes', ['general'])
  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')

  await attach(
    tab,
    { name: 'heron.png', mimeType: 'image/png', buffer: heron },
    { name: 'page.png', mimeType: 'image/png', buffer: Buffer.from('<script>alert(1)</script>') },
  )
  const tray = tab.getByRole('list', { name: 'Files to send' })
  await expect(tray.getByRole('listitem')).toHaveCount(2)
  await tray.getByRole('textbox', { name: 'What heron.png shows' }).fill('a heron at dawn')
  await composer(tab).press('Enter')
  await expect(tray).toBeHidden()
  const row = messages(tab).last()
  const picture = row.getByRole('button', { name: 'Picture: a heron at dawn' })
  await expect(picture.locator('img')).toHaveJSProperty('naturalWidth', 640)
  expect(await picture.boundingBox()).toMatchObject({ width: 400, height: 300 })
  // what only calls itself a picture is a file
  await expect(row.getByRole('button', { name: 'Save page.png' })).toBeVisible()
  await expect(async () =>
    expect(await filesInLog(hana, stream)).toEqual([
      { name: 'heron.png', sha256: hashOf(heron) },
      { name: 'page.png', sha256: hashOf(Buffer.from('<script>alert(1)</script>')) },
    ]),
  ).toPass()

  await picture.click()
  const dialog = tab.getByRole('dialog', { name: 'heron.png' })
  await expect(dialog.getByRole('img', { name: 'a heron at dawn' })).toHaveJSProperty('complete', true)
  const [saved] = await Promise.all([
    tab.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Save heron.png' }).click(),
  ])
  expect(saved.suggestedFilename()).toBe('heron.png')
  await tab.keyboard.press('Escape')
  await expect(dialog).toBeHidden()

  // one from somebody else: its room is there before it is, and it stays on the device
  const marsh = png(300, 600, [90, 140, 80])
  expect((await hana.putFile(marsh)).status).toBe(200)
  const file = {
    sha256: hashOf(marsh),
    name: 'marsh.png',
    type: 'image/png',
    size: marsh.length,
    width: 300,
    height: 600,
  }
  const message = hana.event('message.create', stream, { text: '', files: [file] }, { room: rooms[0]! })
  expect((await hana.append(stream, [{ ...message, version: 2 }])).status).toBe(200)
  const received = tab.getByRole('button', { name: 'Picture: marsh.png' })
  await expect(received.locator('img')).toHaveJSProperty('naturalHeight', 600)
  expect(await received.boundingBox()).toMatchObject({ width: 150, height: 300 })

  await tab.getByRole('button', { name: 'Search messages' }).click()
  await tab.getByRole('searchbox').fill('dawn has:image')
  await expect(tab.getByRole('complementary').getByText('heron.png')).toBeVisible()
})

test('files that are queued offline outlive the browser, and are stored once each', async ({
  openTab,
  server,
  profile,
  consoleErrors,
}) => {
  consoleErrors.expect(/net::ERR_/) // it is ended while it sends
  const hana = await OtherPerson.signIn(server.url, 'Hana Host')
  const { ofSpace, stream } = await hana.createSpace('Field notes', ['general'])
  let tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  await say(tab, 'before')
  await hana.untilJoined(ofSpace, 'Ada')
  const sent = Array.from({ length: 4 }, (_, n) => png(20, 20, [n, n, n], randomBytes(300_000)))
  for (const [n, buffer] of sent.entries()) {
    await profile.context.setOffline(true)
    await attach(tab, { name: `pond ${n}.png`, mimeType: 'image/png', buffer })
    await expect(tab.getByRole('list', { name: 'Files to send' }).getByRole('listitem')).toHaveCount(1)
    await composer(tab).press('Enter')
    const picture = tab.getByRole('button', { name: `Picture: pond ${n}.png` })
    await expect(picture.locator('img')).toHaveJSProperty('naturalWidth', 20)
    if (n % 2 === 1) continue
    await profile.restart()
    await profile.context.setOffline(true)
    tab = await profile.context.newPage()
    await tab.goto(server.url)
    await untilConnected(tab)
    await expect(tab.getByRole('button', { name: `Picture: pond ${n}.png` }).locator('img')).toHaveJSProperty(
      'naturalWidth',
      20,
    )
  }
  // (a browser that starts may send some by itself, before it is told that it is offline)
  await profile.context.setOffline(false)
  await networkIsBack(tab)
  await expect(async () =>
    expect(await filesInLog(hana, stream)).toEqual(
      sent.map((bytes, n) => ({ name: `pond ${n}.png`, sha256: hashOf(bytes) })),
    ),
  ).toPass()
  const folder = join(server.dataDirectory, 'blobs')
  const stored = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) =>
    /^[0-9a-f]{64}$/.test(each.name),
  )
  expect(stored.map(({ name }) => name).toSorted()).toEqual(sent.map(hashOf).toSorted())
})
