import { DeviceStorage } from '../support/device-storage.ts'
import { eventually } from '../support/eventually.ts'
import { expect, test } from '../support/field-notes.ts'
import { composer, message, problem, say, syncPill } from '../support/rooms.ts'
import { valueOf } from '../support/tab.ts'

const long = (index: number): string => `number ${index}. ${'long '.repeat(9_000)}`

test('quota reached in SQLite: told in every tab, nothing is lost, and it goes on when there is room', async ({
  enter,
  host,
  place: { stream, room },
  profile,
  server,
}) => {
  const a = await enter()
  const b = await enter()
  await say(a, 'before it was full')
  await expect(syncPill(a)).toHaveAttribute('data-queued', '0')
  const device = await DeviceStorage.of(profile.context, server.url)
  // the ballast lies in place once nothing was written for a second
  await eventually(() => device.page.evaluate(async () => (await navigator.storage.estimate()).usage)).toBeGreaterThan(
    4_000_000,
  )

  await device.leaveRoom(500_000)
  const sent = 60
  for (let index = 0; index < sent; index++) await host.say(stream, room, long(index))
  for (const tab of [a, b]) {
    await expect(problem(tab)).toHaveAttribute('data-code', 'QUOTA_EXCEEDED')
    await expect(problem(tab)).toHaveRole('alert')
    await expect(syncPill(tab)).toHaveAttribute('data-tone', 'bad')
  }
  const count = "SELECT count(*) FROM events WHERE event_type = 'message.create'"
  const had = Number(await valueOf(b, count))
  expect(had).toBeLessThan(sent)
  // what is shown stays usable; what is written is not taken, and stays with its author
  await composer(b).fill('into the full device')
  await composer(b).press('Enter')
  await expect(b.getByText('This device has no room left. Free some space').first()).toBeVisible()
  await expect(message(b, 'into the full device')).toHaveCount(0)
  await expect(composer(b)).toHaveValue('into the full device')
  expect(await valueOf(b, count)).toBe(had)

  await device.makeRoom()
  for (const tab of [a, b]) await expect(problem(tab)).toHaveCount(0)
  await eventually(() => valueOf(a, count)).toBe(sent + 1)
  await composer(b).press('Enter')
  await expect(message(a, 'into the full device')).toHaveCount(1)
  await expect(syncPill(a)).toHaveAttribute('data-queued', '0')
  expect(await valueOf(a, 'PRAGMA integrity_check')).toBe('ok')
  const cursor = await valueOf(a, `SELECT seq FROM cursors WHERE stream = '${stream}'`)
  expect((await host.read(stream, String(cursor))).body.items).toEqual([])
})
