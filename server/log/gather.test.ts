import { expect, test } from 'vitest'
import { Gather } from './gather.ts'

const later = (work: () => void) => setTimeout(work, 1)

test('a group waits for as many as the one before it had, one after another', async () => {
  const gather = new Gather(Infinity)
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
  gather.wrote(64, Infinity)
  await expect(gather.wait(() => 1)).resolves.toBeUndefined()
})

test('one who is alone waits for nobody', async () => {
  const gather = new Gather(Infinity)
  gather.wrote(1, Infinity)
  let asked = 0
  await gather.wait(() => {
    asked += 1
    return 1
  })
  expect(asked).toBe(1) // and then it was written
})
