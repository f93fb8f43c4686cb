export const formatTime = formatter({ hour: '2-digit', minute: '2-digit' })
export const formatFull = formatter({ dateStyle: 'full', timeStyle: 'short' })
/** 3 Mar 2018, 14:05: also of what is still to come. */
export const formatWhen = formatter({ dateStyle: 'medium', timeStyle: 'short' })
const dayThisYear = formatter({ weekday: 'long', day: 'numeric', month: 'long' })
const dayOtherYear = formatter({ day: 'numeric', month: 'long', year: 'numeric' })
const shortThisYear = formatter({ day: 'numeric', month: 'short' })
const shortOtherYear = formatter({ day: 'numeric', month: 'short', year: 'numeric' })

/** To make one takes the browser some 2 ms, so it is made when it is first needed and not while the app starts. */
function formatter(options: Intl.DateTimeFormatOptions): (at: number) => string {
  let made: Intl.DateTimeFormat | undefined
  return (at) => (made ??= new Intl.DateTimeFormat(undefined, options)).format(at)
}

/** Today, Yesterday, Monday 3 March, 3 March 2018. */
export function formatDay(at: number, now = Date.now()): string {
  const days = daysBetween(at, now)
  if (days === 0) return 'Today'
  if (days === 1) return 'Yesterday'
  return sameYear(at, now) ? dayThisYear(at) : dayOtherYear(at)
}

/** 14:05, Yesterday, 3 Mar, 3 Mar 2018. */
export function formatShort(at: number, now = Date.now()): string {
  const days = daysBetween(at, now)
  if (days === 0) return formatTime(at)
  if (days === 1) return 'Yesterday'
  return sameYear(at, now) ? shortThisYear(at) : shortOtherYear(at)
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
