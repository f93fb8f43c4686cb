import { expect, test } from 'vitest'
import { Gather } from './gather.ts'

const later = (work: () => void) => setTimeout(work, 1)

test('a group waits for as many as the one before it had, one after another', async () => {
  const gather = new Gather()
  gather.wrote(4, Infinity)
  let size = 1
  const comeBack = () => {
    size += 1
    if (size < 4) later(comeBack)
  }
  later(comeBack)
  await gather.wait(() => size)
  expect(size).toBe(4)
})

test('a group is written without those who do not come back', async () => {
  const gather = new Gather()
  gather.wrote(64, 2)
  let turns = 0
  const tick = setInterval(() => (turns += 1), 1)
  await gather.wait(() => 1)
  clearInterval(tick)
  expect(turns).toBeLessThan(64) // it did not wait for each of them
})

test('one who is alone waits for nobody', async () => {
  const gather = new Gather()
  gather.wrote(1, Infinity)
  let ticked = false
  const timer = later(() => (ticked = true))
  await gather.wait(() => 1)
  expect(ticked).toBe(false)
  clearTimeout(timer)
})
