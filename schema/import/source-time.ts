/**
 * When a line of a history was written. A number counts from 1970 in seconds, ms, µs or ns: which, its size tells (see
 * `unitOf`), and a file has one unit, that of most of its lines. A date says itself what it is.
 *
 * Example: 1700000000, "1700000000.000100" and "2023-11-14T22:13:20Z" are the same second; 1700000000000 is, too.
 */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns'
export const timeUnits: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns']
export const unitInWords: Readonly<Record<TimeUnit, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
}

export interface SourceTime {
  readonly type: 'Time'
  /** null: a number so small that it could be any; then `ms` and `sub` are read by seconds, and whoever knows the file's unit divides them */
  readonly unit: TimeUnit | 'date' | null
  /** since 1970, whole; never negative, but as far ahead as a number goes */
  readonly ms: number
  /** nanoseconds beyond `ms`: they order lines, and are not kept */
  readonly sub: number
  /** a date without a zone, read as UTC */
  readonly zoneless: boolean
}
export interface TimeFault {
  readonly type: 'NoTime' | 'BadTime' | 'BeforeEpoch'
}

export function readTime(value: unknown): SourceTime | TimeFault {
  if (value === undefined || value === null) return { type: 'NoTime' }
  if (typeof value === 'number') return Number.isSafeInteger(value) ? whole(value) : decimal(String(value))
  if (typeof value === 'bigint') return decimal(String(value))
  if (typeof value !== 'string') return { type: 'BadTime' }
  const text = value.trim()
  if (text === '') return { type: 'NoTime' }
  return /^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(text) ? decimal(text) : date(text)
}

/**
 * 10⁸ to 2.6·10¹¹ are seconds from 1973 to beyond 9999, and a thousandfold each in the further units; all times of chats
 * lie there, and so does the year 9999 that programs write for "never". Below, a number is too small to tell.
 */
function unitOf(value: number): TimeUnit | null {
  return value < 1e8 ? null : value < 2.6e11 ? 's' : value < 2.6e14 ? 'ms' : value < 2.6e17 ? 'us' : 'ns'
}

function whole(value: number): SourceTime | TimeFault {
  if (value < 0) return { type: 'BeforeEpoch' }
  const unit = unitOf(value)
  switch (unit) {
    case 'ms':
      return { type: 'Time', unit, ms: value, sub: 0, zoneless: false }
    case 'us':
      return { type: 'Time', unit, ms: Math.floor(value / 1000), sub: (value % 1000) * 1000, zoneless: false }
    case 'ns':
      return decimal(String(value))
    default:
      return { type: 'Time', unit, ms: value * 1000, sub: 0, zoneless: false }
  }
}

/** Digits, a point, an exponent: exact, whatever their number. */
function decimal(text: string): SourceTime | TimeFault {
  const parts = /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d{1,3}))?$/i.exec(text)
  if (!parts || text.length > 60) return { type: 'BadTime' }
  const [, sign, integer = '', fraction = '', exponent = '0'] = parts
  if (integer + fraction === '') return { type: 'BadTime' }
  const value = Number(text)
  if (sign === '-' && value !== 0) return { type: 'BeforeEpoch' }
  const unit = unitOf(value)
  if (value > 1e19) return { type: 'Time', unit: 'ns', ms: farAhead, sub: 0, zoneless: false }
  // how many of the digits stand before the point, counted in nanoseconds
  const shift = integer.length + Number(exponent) + 9 - 3 * timeUnits.indexOf(unit ?? 's')
  const nanoseconds = BigInt((integer + fraction).padEnd(shift, '0').slice(0, Math.max(0, shift)) || '0')
  const ms = Number(nanoseconds / 1_000_000n)
  return { type: 'Time', unit, ms, sub: Number(nanoseconds % 1_000_000n), zoneless: false }
}
/** beyond every date: a time that is refused as lying in the future */
const farAhead = 8.64e15

const isoDate =
  /^(?<year>\d{4}|[-+]\d{6})-(?<month>\d\d)-(?<day>\d\d)(?:[Tt ] ?(?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,30}))?)?)? ?(?<zone>[Zz]|UTC|GMT|[-+]\d\d(?::?\d\d)?)?$/

function date(text: string): SourceTime | TimeFault {
  const parts = isoDate.exec(text)?.groups
  if (!parts) return { type: 'BadTime' }
  const number = (name: string) => Number(parts[name] ?? 0)
  const [year, month, day, hour, minute, second] = ['year', 'month', 'day', 'hour', 'minute', 'second'].map(number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const midnight = new Date(0)
  midnight.setUTCFullYear(year, month - 1, day)
  const isDay = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day
  const isTime = (hour < 24 && minute < 60 && second <= 60) || (hour === 24 && minute + second === 0) // 60: a leap second
  if (!isDay || !isTime) return { type: 'BadTime' }
  const zone = /^([-+])(\d\d):?(\d\d)?$/.exec(parts['zone'] ?? '')
  const offset = zone ? Number(`${zone[1]}1`) * (Number(zone[2]) * 60 + Number(zone[3] ?? 0)) : 0
  if (Math.abs(offset) > 24 * 60) return { type: 'BadTime' }
  const fraction = (parts['fraction'] ?? '').padEnd(9, '0')
  const ms = midnight.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1000 + Number(fraction.slice(0, 3))
  if (ms < 0) return { type: 'BeforeEpoch' }
  return { type: 'Time', unit: 'date', ms, sub: Number(fraction.slice(3, 9)), zoneless: parts['zone'] === undefined }
}
