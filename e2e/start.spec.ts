import { expect, test } from './support/fixtures.ts'
import { messages } from './support/rooms.ts'
import { untilConnected } from './support/tab.ts'

/** What must come before what; between the lines anything may happen beside anything. */
const order = ['worker-started', 'worker-loaded', 'wasm-compiled', 'pool-installed', 'leader']

test('a start leaves its timeline: the worker before the app, each step of the database after the other', async ({
  openTab,
}) => {
  const tab = await openTab()
  await tab.getByRole('button', { name: 'Open the demo space' }).click()
  await expect(messages(tab).last()).toBeVisible()
  await tab.reload()
  await untilConnected(tab)
  await expect(messages(tab).last()).toBeVisible()
  const marks = await tab.evaluate(() =>
    performance
      .getEntriesByType('mark')
      .filter(({ name }) => name.startsWith('rsql:'))
      .map(({ name, startTime }) => ({ name: name.slice('rsql:'.length), at: startTime })),
  )
  const at = (name: string): number => marks.find((mark) => mark.name === name)?.at ?? Number.NaN
  const times = order.map(at)
  expect(times, JSON.stringify(marks)).toEqual(times.toSorted((a, b) => a - b))
  expect(times.every(Number.isFinite), JSON.stringify(marks)).toBe(true)
})
