import type { Timings } from '../../app/features/inspector/engines/TimingPlot.tsx'
import type { FromBench, Sample } from './protocol.ts'

/** One workload as far as it is measured. */
export interface Result {
  readonly workload: string
  readonly sql: string
  readonly queries: number
  readonly rows: number
  readonly step: string
  readonly mode: string | null
  readonly firstRows: { readonly liveMs: number; readonly plainMs: number } | null
  readonly samples: readonly Sample[]
  /** whether the live rows were what SQLite answers, at the end; null: it is not over */
  readonly equal: boolean | null
  readonly failed: string | null
}

export const begun = (of: Pick<Result, 'workload' | 'sql' | 'queries' | 'rows'>): Result => ({
  ...of,
  step: 'Starting …',
  mode: null,
  firstRows: null,
  samples: [],
  equal: null,
  failed: null,
})

export function goOn(result: Result, message: FromBench): Result {
  switch (message.type) {
    case 'STEP':
      return { ...result, step: message.words }
    case 'FIRST_ROWS':
      return { ...result, mode: message.mode, firstRows: message }
    case 'SAMPLE':
      return { ...result, samples: [...result.samples, message] }
    case 'DONE':
      return { ...result, step: '', equal: message.equal }
    case 'FAILED':
      return { ...result, step: '', failed: message.message }
  }
}

export interface Figures {
  /** ms of one write */
  readonly live: number
  readonly bare: number
  readonly again: number
  /** how many times longer the write and running all again takes */
  readonly times: number
}

/** Of the later half of the rounds, half took no longer: what came before was still being compiled. */
export function figuresOf({ samples }: Pick<Result, 'samples'>): Figures | null {
  const warm = samples.slice(Math.ceil(samples.length / 2))
  if (warm.length === 0) return null
  const half = (of: keyof Omit<Sample, 'writes'>) => median(warm.map((sample) => sample[of]))
  const [live, bare, again] = [half('liveMs'), half('bareMs'), half('againMs')]
  return { live, bare, again, times: (bare + again) / Math.max(live, 0.0005) }
}

const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[Math.floor((of.length - 1) / 2)]!

export function timingsOf({ samples }: Pick<Result, 'samples'>): Timings {
  const onScale = (ms: number) => (ms > 0 ? ms : null)
  return {
    x: samples.map(({ writes }) => writes),
    lines: [
      { name: 'a write, all live queries updated', ms: samples.map(({ liveMs }) => onScale(liveMs)) },
      { name: 'a write, all queries run again', ms: samples.map(({ bareMs, againMs }) => onScale(bareMs + againMs)) },
      { name: 'the write alone', ms: samples.map(({ bareMs }) => onScale(bareMs)) },
    ],
  }
}

/** Three digits. */
export function ms(value: number): string {
  return `${value < 0.1 ? value.toFixed(3) : value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`
}
