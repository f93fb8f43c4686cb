import type { InspectedQuery } from '../../../../schema/messages/runtime/inspection.ts'

/** Longer than this is a frame that is late. */
const frameMs = 16

/** Why a query stands out, in a few words; null: it does not. */
export function dearness({ mode, cost, stateRows }: InspectedQuery, whole: number): string | null {
  if (cost.p95 !== null && cost.p95 > frameMs) return 'a turn takes longer than a frame'
  if (mode === 'rerun' && cost.turns > 0) return 'runs again as a whole'
  if (stateRows > 100_000) return 'keeps much in memory'
  if (whole > frameMs && cost.milliseconds > whole / 3) return 'takes over a third of all the time'
  return null
}
