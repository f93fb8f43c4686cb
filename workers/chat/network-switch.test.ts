import { expect, test } from 'vitest'
import { networkSwitch } from './network-switch.ts'

test('a tab that said something else before takes the last word on, and others say nothing', () => {
  let time = 0
  const said: [string, boolean][] = []
  const [a, b, c] = ['a', 'b', 'c'].map((tab) =>
    networkSwitch(
      (cut) => said.push([tab, cut]),
      () => time,
    ),
  ) as [ReturnType<typeof networkSwitch>, ReturnType<typeof networkSwitch>, ReturnType<typeof networkSwitch>]
  a.set(false)
  time = 10_000
  b.set(true)
  for (const tab of [a, b, c]) tab.heard(false)
  expect(said).toEqual([
    ['a', true],
    ['b', false],
    ['a', false],
  ])
})

test('what is not known yet, and what is on its way, changes nothing', () => {
  let time = 0
  const said: boolean[] = []
  const tab = networkSwitch(
    (cut) => said.push(cut),
    () => time,
  )
  tab.set(false)
  tab.set(true)
  time = 500
  tab.heard(true) // of the first word
  time = 10_000
  tab.heard(undefined) // a leader that was not told yet
  tab.heard(false)
  expect(said).toEqual([true, false])
})
