/**
 * How long to wait before attempt `attempt` (1 after the first failure): doubled each time up to a cap, and spread over
 * its upper half, so that many clients that lost the same server do not come back in step.
 *
 * Example: attempt 1 → 250–500 ms, 2 → 0.5–1 s, 6 and on → 4–8 s.
 */
export function backoffMs(attempt: number, random: () => number): number {
  const full = Math.min(8000, 500 * 2 ** (attempt - 1))
  return Math.round(full / 2 + (random() * full) / 2)
}
