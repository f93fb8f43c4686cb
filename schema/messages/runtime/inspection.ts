/**
 * What an inspector asks of the running database, and what it is answered. A question travels as a request does (tab.ts,
 * database.ts). Laws: it changes nothing and may be repeated; nothing is measured for longer than `attentionMs` after somebody
 * asked; every answer is bounded (`inspectionBounds`), and says how much there would be.
 */
export type Question =
  /** every live query, and what each has cost since somebody looks */
  | { readonly about: 'queries' }
  /** one of them: its operators, and what went through them in the turns behind number `after` */
  | { readonly about: 'query'; readonly queryId: string; readonly after: number }
  /** one of them as it is kept, beside what it gives when it is run again */
  | { readonly about: 'both'; readonly queryId: string }

export type Answer = QueriesAnswer | QueryAnswer | BothAnswer
export type AnswerTo<Q extends Question> = Extract<Answer, { readonly about: Q['about'] }>

export interface BothAnswer {
  readonly about: 'both'
  readonly queryId: string
  /** `reordered`: the same rows in another order; `failed`: it is kept without an answer, or cannot be run */
  readonly comparison: 'equal' | 'reordered' | 'different' | 'failed'
  readonly rows: number
  /** ms of running it again and reading its rows */
  readonly againMs: number
  /** of keeping it up to date */
  readonly cost: QueryCost
}

export interface QueriesAnswer {
  readonly about: 'queries'
  /** how many there are; the dearest come first where that is more than are told */
  readonly total: number
  readonly queries: readonly InspectedQuery[]
}

export interface QueryAnswer {
  readonly about: 'query'
  /** null: nobody subscribes to it any more */
  readonly query: InspectedQuery | null
  readonly operators: readonly InspectedOperator[]
  readonly turns: readonly InspectedTurn[]
}

export interface InspectedQuery {
  readonly queryId: string
  readonly sql: string
  /** as they stand in SQL */
  readonly parameters: readonly string[]
  readonly mode: 'incremental' | 'partitioned' | 'rerun'
  /** why not incremental */
  readonly reason: string | null
  readonly error: string | null
  /** whose changed rows it is told of */
  readonly tables: readonly string[]
  /** how many rows it has now */
  readonly rows: number
  /** entries that its operators keep in memory */
  readonly stateRows: number
  /** the tabs that subscribe to it */
  readonly tabs: readonly string[]
  readonly cost: QueryCost
}

/** Since somebody looks. */
export interface QueryCost {
  /** turns that it was visited in */
  readonly turns: number
  /** those that changed its result */
  readonly deltas: number
  readonly rowsChanged: number
  readonly deltasPerSecond: number
  readonly milliseconds: number
  /** milliseconds a turn, of the last turns; null: none came */
  readonly p50: number | null
  readonly p95: number | null
}

export interface InspectedOperator {
  readonly id: string
  readonly kind: string
  readonly label: string
  /** ids of the operators that feed it */
  readonly inputs: readonly string[]
  readonly stateRows: number
  readonly rowsIn: number
  readonly rowsOut: number
  readonly milliseconds: number
  /** of its look-ups */
  readonly sql: readonly string[]
}

export interface InspectedTurn {
  /** grows by one with every turn that visits the query */
  readonly n: number
  readonly milliseconds: number
  readonly rowsChanged: number
  /** what each operator sent on */
  readonly sent: readonly { readonly operator: string; readonly added: number; readonly removed: number }[]
}

/** An inspector asks anew within this time, as long as somebody looks at it. */
export const attentionMs = 5_000

export const inspectionBounds = {
  queries: 500,
  sqlLength: 4_000,
  parameters: 50,
  parameterLength: 120,
  tables: 50,
  operators: 100,
  sqlsOfOperator: 20,
  turns: 64,
  sentOfTurn: 200,
} as const
