/** The minute of unix ms. The row id of a text in the index is its minute, or more: the next that is free. */
export function minuteOf(at: number): number {
  return Math.max(1, Math.floor(at / 60_000))
}
