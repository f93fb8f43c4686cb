import { formatShort } from './format-time.ts'
import { useToday } from './today.ts'

/** 14:05 of today, Yesterday, 3 Mar: says otherwise when the day is over. */
export function ShortTime({ at }: { at: number }) {
  return formatShort(at, useToday())
}
