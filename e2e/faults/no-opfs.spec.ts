import { expect, test } from '../support/fixtures.ts'
import { message, openDemo, problem, say, syncPill } from '../support/rooms.ts'

// Its requests would not be ours to change.
test.use({ serviceWorkers: 'block' })

test('no OPFS: the app says in every tab that nothing is stored, and all tabs share one database in memory', async ({
  openTab,
  profile,
}) => {
  await profile.context.route(/host\.worker.*\.js/, async (route) => {
    const response = await route.fetch()
    const body = `delete FileSystemFileHandle.prototype.createSyncAccessHandle;${await response.text()}`
    await route.fulfill({ response, body })
  })
  const a = await openTab()
  const b = await openTab(await openDemo(a))
  for (const tab of [a, b]) {
    await expect(problem(tab)).toHaveRole('status')
    await expect(problem(tab)).toContainText('Nothing is stored on this device.')
    await expect(syncPill(tab)).toHaveAttribute('data-storage', 'memory')
  }
  await say(a, 'kept nowhere')
  await expect(message(b, 'kept nowhere')).toHaveCount(1)
})
