/** Numbers as the inspector writes them. */

/** Three digits: 0.041, 4.1, 412. */
export function milliseconds(value: number | null): string {
  if (value === null) return '–'
  if (value === 0) return '0'
  return value < 0.01 ? '<0.01' : value < 10 ? value.toFixed(2) : value.toFixed(0)
}

export function perSecond(value: number): string {
  return value === 0 ? '0' : value < 10 ? value.toFixed(1) : value.toFixed(0)
}

/** 12,345 */
export const count = (value: number): string => value.toLocaleString('en')
