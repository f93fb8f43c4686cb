import { expect, test } from 'vitest'
import type { Happening, RuntimeFacts, TabFacts } from '../../../../schema/messages/runtime/facts.ts'
import { failoversOf, ratesOf, tellOn, type Story } from './story.ts'
import { judge, nothingLost } from './nothing-lost.ts'

const factsOf = (
  coordinatorId: string,
  happenings: readonly Partial<Happening>[],
  tabs: readonly Partial<TabFacts>[] = [],
) =>
  ({
    coordinatorId,
    happenings: happenings.map((each, place) => ({
      n: place + 1,
      what: 'TAB_CAME',
      tabId: 'a',
      epoch: 1,
      msAgo: 0,
      ...each,
    })),
    tabs,
  }) as unknown as RuntimeFacts

const failover: readonly Partial<Happening>[] = [
  { what: 'COORDINATOR_STARTED', tabId: null, msAgo: 500 },
  { what: 'LEADER_LOST', tabId: 'a', epoch: 1, msAgo: 100 },
  { what: 'PROMOTED', tabId: 'b', epoch: 2, msAgo: 99 },
  { what: 'LOCK_HELD', tabId: 'b', epoch: 2, msAgo: 80 },
  { what: 'OPENED', tabId: 'b', epoch: 2, msAgo: 30 },
  { what: 'FIRST_ANSWER', tabId: 'b', epoch: 2, msAgo: 20 },
]

test('a failover is told from the loss of one leader to the first answer of the next', () => {
  const story = tellOn([], factsOf('c', failover), 10_000)
  expect(failoversOf(story)).toEqual([
    {
      key: 'c 2',
      at: 9_900,
      from: 'a',
      to: 'b',
      epoch: 2,
      ms: 80,
      steps: [
        { what: 'PROMOTED', ms: 1 },
        { what: 'LOCK_HELD', ms: 20 },
        { what: 'OPENED', ms: 70 },
        { what: 'FIRST_ANSWER', ms: 80 },
      ],
    },
  ])
})

test('one that is not over has no end, and a second loss ends the first', () => {
  const half = tellOn([], factsOf('c', failover.slice(0, 4)), 10_000)
  expect(failoversOf(half)).toMatchObject([
    { ms: null, to: null, steps: [{ what: 'PROMOTED' }, { what: 'LOCK_HELD' }] },
  ])
  const twice = [...failover.slice(0, 4), ...failover.slice(1).map((each) => ({ ...each, msAgo: each.msAgo! - 20 }))]
  expect(failoversOf(tellOn([], factsOf('c', twice), 10_000)).map(({ ms }) => ms)).toEqual([80, null])
})

test('what is told again is known, at the time at which it was told first; a new coordinator adds to the story', () => {
  let story: Story = tellOn([], factsOf('one', failover), 10_000)
  const again = tellOn(
    story,
    factsOf(
      'one',
      failover.map((each) => ({ ...each, msAgo: each.msAgo! + 257 })),
    ),
    10_250,
  )
  expect(again).toBe(story)
  story = tellOn(story, factsOf('two', [{ what: 'COORDINATOR_STARTED', msAgo: 3 }]), 11_000)
  expect(story.map(({ what }) => what).slice(-2)).toEqual(['FIRST_ANSWER', 'COORDINATOR_STARTED'])
  expect(failoversOf(story), 'the story of before stays').toHaveLength(1)
})

test('rates are of one coordinator, by the time that passed', () => {
  const look = (coordinatorId: string, at: number, heard: number) => ({
    at,
    facts: factsOf(coordinatorId, [], [{ tabId: 'a', heard, told: heard * 3 }]),
  })
  expect(ratesOf(look('c', 1_000, 10), look('c', 1_500, 15)).get('a')).toEqual({ heard: 10, told: 30 })
  expect(ratesOf(look('c', 1_000, 10), look('d', 1_500, 15)).size).toBe(0)
  expect(ratesOf(null, look('c', 1_500, 15)).size).toBe(0)
})

test('an event that was there and is not is lost, however many have come', () => {
  const before = { events: 10, newest: ['x', 'y'], waiting: 0 }
  expect(nothingLost(judge(before, { events: 12 }, new Set(['x', 'y', 'z'])))).toBe(true)
  expect(nothingLost(judge(before, { events: 12 }, new Set(['x', 'z'])))).toBe(false)
  expect(nothingLost(judge(before, { events: 9 }, new Set(['x', 'y'])))).toBe(false)
})
