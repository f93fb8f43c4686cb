import { expect, test } from 'vitest'
import { formatDay, formatShort } from './format-time.ts'
import { dayOf, nextDay, Today } from './today.ts'

function clockAt(start: number) {
  let now = start
  let timers: { at: number; work: () => void }[] = []
  let wake = (): void => {}
  return {
    now: () => now,
    after(ms: number, work: () => void) {
      const timer = { at: now + ms, work }
      timers.push(timer)
      return () => void (timers = timers.filter((each) => each !== timer))
    },
    onWake(work: () => void) {
      wake = work
      return () => void (wake = () => {})
    },
    /** awake: timers run as they are due */
    pass(ms: number) {
      const end = now + ms
      for (;;) {
        const next = timers.toSorted((left, right) => left.at - right.at)[0]
        if (!next || next.at > end) break
        timers = timers.filter((each) => each !== next)
        now = next.at
        next.work()
      }
      now = end
    },
    sleep: (ms: number) => void (now += ms),
    wake: () => wake(),
    waiting: () => timers.length,
  }
}
const evening = new Date(2026, 10, 30, 23, 59, 30).getTime()

test('a line that said Today says Yesterday when the day is over', () => {
  const clock = clockAt(evening)
  const today = new Today(clock)
  const at = evening - 60_000
  const said: string[] = []
  const stop = today.subscribe(() => said.push(formatDay(at, today.get()), formatShort(at, today.get())))
  expect(formatDay(at, today.get())).toBe('Today')
  clock.pass(60_000)
  expect(said).toEqual(['Yesterday', 'Yesterday'])
  stop()
  expect(clock.waiting(), 'who is not looked at keeps no timer').toBe(0)
})

test('a device that slept past midnight says so when it wakes', () => {
  const clock = clockAt(evening)
  const today = new Today(clock)
  let told = 0
  today.subscribe(() => told++)
  clock.sleep(9 * 3_600_000)
  clock.wake()
  expect([told, today.get()]).toEqual([1, dayOf(clock.now())])
})

test('a clock that is set back or on is followed within a minute', () => {
  const clock = clockAt(evening - 12 * 3_600_000)
  const today = new Today(clock)
  let told = 0
  today.subscribe(() => told++)
  clock.sleep(-3 * 86_400_000)
  clock.pass(4 * 86_400_000)
  expect(today.get()).toBe(dayOf(clock.now()))
  expect(told).toBeGreaterThan(0)
})

test('days of 23 and of 25 hours end at their midnight', () => {
  for (const month of [2, 9]) {
    for (let day = 1; day <= 31; day++) {
      const noon = new Date(2026, month, day, 12).getTime()
      expect(new Date(nextDay(noon)).getHours()).toBe(0)
      expect(dayOf(nextDay(noon))).toBe(nextDay(noon))
      expect(nextDay(noon)).toBeGreaterThan(noon)
    }
  }
})
