import type { Random } from './random.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** How likely a conversation starts in each hour of a working day: morning, a dip at lunch, an afternoon, a tail. */
const hourWeights = [
  0.1, 0.05, 0.02, 0.02, 0.02, 0.1, 0.4, 1.2, 3, 6, 7, 6, 3, 5, 6.5, 6, 5, 3.5, 2, 1.6, 1.8, 1.5, 0.8, 0.3,
]
const weekendShare = 0.18

/**
 * Start times (unix ms, ascending) of `count` conversations in the `days` before `now`: people work by day, rest at
 * night and on most weekends, in the time zone of the viewer.
 */
export function conversationStarts(
  random: Random,
  { now, days, count, utcOffsetMinutes }: { now: number; days: number; count: number; utcOffsetMinutes: number },
): number[] {
  const offset = utcOffsetMinutes * minute
  const localMidnight = Math.floor((now + offset) / day) * day - offset
  const starts: number[] = []
  while (starts.length < count) {
    const midnight = localMidnight - random.between(0, days) * day
    const weekday = new Date(midnight + offset).getUTCDay()
    if ((weekday === 0 || weekday === 6) && !random.chance(weekendShare)) continue
    const start = midnight + weightedHour(random) * hour + random.next() * hour
    if (start < now - 5 * minute) starts.push(Math.floor(start))
  }
  return starts.sort((a, b) => a - b)
}

/** Time to read, think and type: seconds when it flows, now and then a long pause. */
export function pauseBefore(random: Random, text: string): number {
  const typing = Math.min(text.length, 600) * 110
  const thinking = random.chance(0.12) ? random.between(4, 22) * minute : random.between(6, 100) * 1000
  return Math.floor(typing + thinking)
}

function weightedHour(random: Random): number {
  let ticket = random.next() * hourWeights.reduce((sum, weight) => sum + weight, 0)
  return Math.max(
    0,
    hourWeights.findIndex((weight) => (ticket -= weight) < 0),
  )
}
