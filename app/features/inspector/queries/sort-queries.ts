import type { InspectedQuery } from '../../../../schema/messages/runtime/inspection.ts'

/** What the table can be sorted by; the largest come first. */
export const columns = {
  tabs: { title: 'Tabs', minor: true, words: 'tabs that have it on screen', value: ({ tabs }) => tabs.length },
  rows: { title: 'Rows', minor: false, words: 'rows of its result', value: ({ rows }) => rows },
  state: { title: 'State', minor: true, words: 'entries kept in memory', value: ({ stateRows }) => stateRows },
  rate: {
    title: 'Deltas/s',
    minor: false,
    words: 'changes of its result a second',
    value: ({ cost }) => cost.deltasPerSecond,
  },
  p50: { title: 'p50', minor: true, words: 'median milliseconds a turn', value: ({ cost }) => cost.p50 ?? -1 },
  p95: {
    title: 'p95',
    minor: false,
    words: 'milliseconds that 95 % of the turns stay below',
    value: ({ cost }) => cost.p95 ?? -1,
  },
  total: { title: 'ms', minor: false, words: 'milliseconds since you look', value: ({ cost }) => cost.milliseconds },
} as const satisfies Record<string, Column>

interface Column {
  readonly title: string
  readonly words: string
  /** left out where there is little room */
  readonly minor: boolean
  value(query: InspectedQuery): number
}
export type ColumnName = keyof typeof columns
export const columnNames = Object.keys(columns) as readonly ColumnName[]

/** Those whose text, mode, reason, parameters or tables have every word of `wanted`; equal ones keep their order. */
export function shownQueries(queries: readonly InspectedQuery[], wanted: string, by: ColumnName): InspectedQuery[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  const { value } = columns[by]
  return queries
    .filter((query) => {
      const text = [query.sql, query.mode, query.reason, ...query.parameters, ...query.tables].join('\n').toLowerCase()
      return words.every((word) => text.includes(word))
    })
    .sort((a, b) => value(b) - value(a))
}
