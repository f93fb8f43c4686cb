/** Minutes of the day, in the person's time zone. `from` lies behind `to` when they go over midnight. */
export interface QuietHours {
  readonly from: number
  readonly to: number
  /** as IANA calls it, e.g. Europe/Zurich */
  readonly zone: string
}
export const minutesOfDay = 24 * 60

/** Example: 22:00 to 07:00 is quiet at 23:30 and at 06:59, and not at 07:00. */
export function isQuietAt(hours: QuietHours | null, now: number): boolean {
  if (!hours) return false
  const { from, to, zone } = hours
  const minute = minuteOfDay(now, zone)
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to
}

/** A zone that is not known here counts as UTC. */
function minuteOfDay(now: number, zone: string): number {
  const [hour = 0, minute = 0] = inZone(zone).format(now).split(':').map(Number)
  return hour * 60 + minute
}
function inZone(timeZone: string): Intl.DateTimeFormat {
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  try {
    return new Intl.DateTimeFormat('en-GB', { ...clock, timeZone })
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...clock, timeZone: 'UTC' })
  }
}
