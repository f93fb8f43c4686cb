import type { Page } from '@playwright/test'
import type { FaultName } from '../runtime/page/chaos.ts'
import { eventually } from '../support/eventually.ts'
import { expect, test } from '../support/fault-fixtures.ts'
import { leaderAmong, rowsOf, valueOf } from '../support/tab.ts'
import { watch, watched } from '../support/writing.ts'

const noCoordinator: readonly FaultName[] = [
  'no-shared-worker',
  'shared-worker-throws',
  'shared-worker-does-not-load',
  'shared-worker-never-answers',
]

for (const fault of noCoordinator) {
  test(`${fault}: still many tabs, one leader, and a failover`, async ({ openTab, consoleErrors, free }) => {
    consoleErrors.expect(/404/)
    const tabs = await Promise.all([1, 2, 3].map(() => openTab({ chaos: [fault] })))
    const { leader, followers } = await leaderAmong(tabs)
    const [second, third] = followers as [Page, Page]
    for (const tab of tabs) expect(await statusOf(tab)).toMatchObject({ coordinator: 'leader', storage: 'opfs' })
    await rowsOf(second, 'CREATE TABLE kept (n)')
    await watch(third, 'SELECT n FROM kept ORDER BY n')
    await rowsOf(leader, 'INSERT INTO kept VALUES (1)')
    await eventually(async () => (await watched(third)).rows).toEqual([[1]])

    if (fault === 'no-shared-worker') await free.crash(leader)
    else await leader.close()
    // into the gap: an event is repeated until it is answered
    await second.evaluate(() => runtime.client.dispatch([runtime.message('gap', 'once')]))
    expect(await valueOf(second, "SELECT count(*) FROM events WHERE actor = 'gap'")).toBe(1)
    await rowsOf(second, 'INSERT INTO kept VALUES (2)')
    await eventually(async () => (await watched(third)).rows).toEqual([[1], [2]])
    await leaderAmong([second, third])
    expect((await watched(third)).snapshots).toBe(1)
  })
}

test('one tab cannot start the SharedWorker, another can: they are of one mind', async ({ openTab, consoleErrors }) => {
  consoleErrors.expect(/404/)
  const without = await openTab({ chaos: ['shared-worker-does-not-load'] })
  await rowsOf(without, 'CREATE TABLE kept (n)')
  const withIt = await openTab()
  await rowsOf(withIt, 'INSERT INTO kept VALUES (1)')
  expect((await leaderAmong([without, withIt])).leader).toBe(without)
  await without.close()
  expect(await valueOf(withIt, 'SELECT count(*) FROM kept')).toBe(1)
  // and the other way round: where a SharedWorker serves, the tab without follows as soon as it is gone
  const later = await openTab({ chaos: ['no-shared-worker'], atOnce: true })
  await withIt.close()
  expect(await valueOf(later, 'SELECT count(*) FROM kept')).toBe(1)
})

test('worker-does-not-load: it is tried again until it does', async ({ openTab, consoleErrors }) => {
  consoleErrors.expect(/404/)
  const tab = await openTab({ chaos: ['worker-does-not-load'] })
  expect(await valueOf(tab, 'SELECT 1')).toBe(1)
  expect(await tab.evaluate(() => runtime.workers.length)).toBe(4)
})

test('no-opfs: in memory, one database for all tabs, and every tab says so', async ({ openTab }) => {
  const first = await openTab({ chaos: ['no-opfs'] })
  const second = await openTab({ chaos: ['no-opfs'] })
  await rowsOf(first, 'CREATE TABLE here (n)')
  await rowsOf(second, 'INSERT INTO here VALUES (1)')
  expect(await valueOf(first, 'SELECT count(*) FROM here')).toBe(1)
  for (const tab of [first, second]) {
    expect(await statusOf(tab)).toMatchObject({ storage: 'memory', problem: { code: 'STORAGE_MEMORY' } })
  }
})

const statusOf = (tab: Page): Promise<unknown> =>
  tab.evaluate(() => JSON.parse(document.getElementById('status')!.textContent!) as unknown)
