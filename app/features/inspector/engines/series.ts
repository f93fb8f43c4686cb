import type { BothAnswer } from '../../../../schema/messages/runtime/inspection.ts'
import type { Timings } from './TimingPlot.tsx'

/** One comparison: when, and what each way took. */
export interface Point {
  /** s since the first */
  readonly at: number
  /** ms a turn, of the turns since the last comparison; null: none visited the query */
  readonly maintained: number | null
  readonly again: number
}

export interface Series {
  readonly queryId: string
  readonly began: number
  readonly last: BothAnswer
  readonly points: readonly Point[]
  readonly compared: number
  /** comparisons whose rows were not the same */
  readonly different: number
}

/** so many are drawn */
const most = 600

/** The next answer; of another query the series begins anew. */
export function addPoint(series: Series | null, answer: BothAnswer, now: number): Series {
  const before = series?.queryId === answer.queryId ? series : null
  const began = before?.began ?? now
  const turns = before ? answer.cost.turns - before.last.cost.turns : 0
  const spent = before ? answer.cost.milliseconds - before.last.cost.milliseconds : 0
  // a leader that is new counts from nothing
  const maintained = turns > 0 ? Math.max(spent, 0) / turns : null
  const point: Point = { at: (now - began) / 1000, maintained, again: answer.againMs }
  return {
    queryId: answer.queryId,
    began,
    last: answer,
    points: [...(before?.points ?? []), point].slice(-most),
    compared: (before?.compared ?? 0) + 1,
    different: (before?.different ?? 0) + (answer.comparison === 'different' ? 1 : 0),
  }
}

/** On a scale of powers of ten there is no zero: what is too short for the clock stands at its shortest. */
const shortestMs = 0.005

export function timingsOf({ points }: Series): Timings {
  let kept: number | null = null
  return {
    x: points.map(({ at }) => at),
    lines: [
      // between turns the line goes on where it was: nothing had to be done
      { name: 'kept up to date, a turn', ms: points.map(({ maintained }) => (kept = atLeast(maintained) ?? kept)) },
      { name: 'run again', ms: points.map(({ again }) => atLeast(again)) },
    ],
  }
}

const atLeast = (ms: number | null): number | null => (ms === null ? null : Math.max(ms, shortestMs))
