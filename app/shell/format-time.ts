const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const dayThisYear = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
const dayOtherYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' })
const shortThisYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const shortOtherYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' })

export const formatTime = (at: number): string => time.format(at)
export const formatFull = (at: number): string => full.format(at)

/** Today, Yesterday, Monday 3 March, 3 March 2018. */
export function formatDay(at: number, now = Date.now()): string {
  const days = daysBetween(at, now)
  if (days === 0) return 'Today'
  if (days === 1) return 'Yesterday'
  return sameYear(at, now) ? dayThisYear.format(at) : dayOtherYear.format(at)
}

/** 14:05, Yesterday, 3 Mar, 3 Mar 2018. */
export function formatShort(at: number, now = Date.now()): string {
  const days = daysBetween(at, now)
  if (days === 0) return time.format(at)
  if (days === 1) return 'Yesterday'
  return sameYear(at, now) ? shortThisYear.format(at) : shortOtherYear.format(at)
}

function daysBetween(at: number, now: number): number {
  return Math.round((midnight(now) - midnight(at)) / 86_400_000)
}
function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}
function sameYear(at: number, now: number): boolean {
  return new Date(at).getFullYear() === new Date(now).getFullYear()
}
