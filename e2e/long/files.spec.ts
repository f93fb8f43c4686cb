import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { attach, filesInLog, hashOf } from '../support/files.ts'
import { expect, test } from '../support/fixtures.ts'
import { OtherPerson } from '../support/other-person.ts'
import { composer, networkIsBack, openRoom, say, signIn } from '../support/rooms.ts'
import { untilConnected } from '../support/tab.ts'

/**
 * Many large files that are queued offline, the browser ended again and again, before and while they are sent:
 * `npm run e2e -- --long e2e/long/files.spec.ts`; FILES=50 of MB=2 each, and a restart after every RESTART=10th.
 */
test.describe.configure({ timeout: 3_600_000 })

const count = Number(process.env['FILES'] ?? 50)
const megabytes = Number(process.env['MB'] ?? 2)
const every = Number(process.env['RESTART'] ?? 10)

test('files that are queued offline are stored once each, whatever ends the browser', async ({
  openTab,
  server,
  profile,
  consoleErrors,
}) => {
  consoleErrors.expect(/net::ERR_|Failed to fetch/)
  const hana = await OtherPerson.signIn(server.url, 'Hana Host')
  const { ofSpace, stream } = await hana.createSpace('Field notes', ['general'])
  let tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  await say(tab, 'before')
  await hana.untilJoined(ofSpace, 'Ada')
  const restart = async (offline: boolean) => {
    await profile.restart()
    await profile.context.setOffline(offline)
    tab = await profile.context.newPage()
    await tab.goto(server.url)
    await untilConnected(tab)
  }
  await profile.context.setOffline(true)
  const sent: string[] = []
  for (let n = 0; n < count; n++) {
    const buffer = randomBytes(megabytes * 1_000_000)
    sent.push(hashOf(buffer))
    await attach(tab, { name: `recording ${n}.bin`, mimeType: 'application/octet-stream', buffer })
    await expect(tab.getByRole('list', { name: 'Files to send' }).getByRole('listitem')).toHaveCount(1)
    await composer(tab).press('Enter')
    await expect(tab.getByRole('button', { name: `Save recording ${n}.bin` })).toBeVisible()
    if (n % every === every - 1) await restart(true)
  }
  const began = Date.now()
  for (let arrived = 0, ends = 0; arrived < count;) {
    // ended while they are sent, three times
    if (ends < 3) {
      await restart(false)
      await networkIsBack(tab)
      await tab.waitForTimeout(1500)
      ends += 1
    }
    arrived = (await filesInLog(hana, stream)).length
    console.log(`${arrived} of ${count} after ${Math.round((Date.now() - began) / 1000)} s`)
    await tab.waitForTimeout(1000)
  }
  expect((await filesInLog(hana, stream)).map(({ sha256 }) => sha256)).toEqual(sent)
  const folder = join(server.dataDirectory, 'blobs')
  const stored = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  const names = stored.map(({ name }) => name).filter((name) => /^[0-9a-f]{64}$/.test(name))
  expect(names.toSorted()).toEqual(sent.toSorted())
  expect(readdirSync(join(folder, 'uploads'))).toEqual([])
})
