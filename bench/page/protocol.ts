/** Benchmark page ↔ its worker. One worker measures one workload, and is ended. */
export interface RunFigure {
  readonly workload: string
  readonly rows: number
  readonly queries: number
  /** how long it may measure */
  readonly ms: number
}

export type FromBench =
  | { readonly type: 'STEP'; readonly words: string }
  | { readonly type: 'FIRST_ROWS'; readonly mode: string; readonly liveMs: number; readonly plainMs: number }
  | ({ readonly type: 'SAMPLE' } & Sample)
  | { readonly type: 'DONE'; readonly equal: boolean }
  | { readonly type: 'FAILED'; readonly message: string }

/** ms of one write, each of a round of many, and of reading all queries again once. */
export interface Sample {
  readonly writes: number
  /** the write and all live queries brought up to date: `delivery` of `npm run bench -- engine` */
  readonly liveMs: number
  /** the write with nothing live: `bare write` */
  readonly bareMs: number
  /** all queries run again: `raw read` */
  readonly againMs: number
}
