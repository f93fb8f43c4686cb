/**
 * Hybrid logical clock, packed into one INTEGER: wall milliseconds · 2¹⁶ + counter.
 * Law: every event that a device writes has a clock above every clock that the device has seen, and clocks stay close
 * to wall time; so comparing (clock, id) orders events consistently with causality, whatever wall clocks do.
 *
 * Example: seen = 100·2¹⁶+3, the wall says 90 → 100·2¹⁶+4; the wall says 120 → 120·2¹⁶.
 */
export function nextClock(seen: bigint, wallMs: number): bigint {
  const wall = BigInt(Math.max(0, Math.floor(wallMs))) << 16n
  return wall > seen ? wall : seen + 1n
}

/** Milliseconds of the wall clock inside a packed clock. */
export function clockToMs(clock: bigint | number | string): number {
  return Number(BigInt(clock) >> 16n)
}
