import type { LiveUpdate, RowChange, SqlValue } from '../../../schema/live.ts'
import { type LeaderDatabase, OpenFailure, RequestFailure } from '../serving/leader-database.ts'
import type { Context } from '../platform/fake-world.ts'

/**
 * A disk and the database on it, as far as the runtime can tell: rows with a number each, in `buckets` queries.
 * `INSERT n` and the command `add` run as often as they are asked to (that is what must not happen twice); a call that was
 * answered is kept on the disk.
 * `SELECT bucket` reads. It throws when a second database is opened: the law above all.
 */
export class FakeDisk {
  epoch = 0
  openedBy: Context | null = null
  readonly violations: string[] = []
  /** row → how often what writes it ran */
  readonly runs = new Map<number, number>()
  /** every row on disk, ascending */
  readonly rows = new Set<number>()
  readonly answered = new Set<string>()
  opens = 0

  open(by: Context, proposedEpoch: number, failing: boolean): LeaderDatabase {
    if (this.openedBy) this.violations.push(`${by.name} opened while ${this.openedBy.name} had it open`)
    if (failing) throw new OpenFailure({ code: 'OPEN_FAILED', message: 'the pool is busy' }, false)
    this.openedBy = by
    this.opens += 1
    by.onDeath.push(() => {
      if (this.openedBy === by) this.openedBy = null
    })
    this.epoch = Math.max(this.epoch + 1, proposedEpoch)
    return new FakeDatabase(this, this.epoch, by)
  }
}

export const buckets = 7
export const bucketRows = (rows: Iterable<number>, bucket: number): number[] =>
  [...rows].filter((row) => row % buckets === bucket).sort((a, b) => a - b)

class FakeDatabase implements LeaderDatabase {
  readonly storage = 'opfs'
  readonly problem = null
  readonly space = null
  readonly application = {}
  readonly epoch: number
  readonly #disk: FakeDisk
  readonly #context: Context
  readonly #live = new Set<{ bucket: number; rows: number[]; onUpdate: (update: LiveUpdate) => void }>()
  #turn = 0

  constructor(disk: FakeDisk, epoch: number, context: Context) {
    this.#disk = disk
    this.epoch = epoch
    this.#context = context
  }

  query(sql: string, parameters: readonly SqlValue[]) {
    const argument = Number(parameters[0])
    if (sql.startsWith('INSERT')) {
      this.#add([argument])
      return { columns: [], rows: [], changes: 1 }
    }
    if (sql !== 'SELECT') throw new RequestFailure('SQL_ERROR', `near "${sql}": syntax error`)
    return { columns: ['n'], rows: bucketRows(this.#disk.rows, argument).map((row) => [row]), changes: 0 }
  }

  subscribe(query: { parameters: readonly SqlValue[] }, onUpdate: (update: LiveUpdate) => void) {
    const bucket = Number(query.parameters[0])
    const live = { bucket, rows: bucketRows(this.#disk.rows, bucket), onUpdate }
    this.#live.add(live)
    return {
      snapshot: (): LiveUpdate => ({
        type: 'snapshot',
        turn: this.#turn,
        columns: ['n'],
        keys: live.rows.map(String),
        rows: live.rows.map((row) => [row]),
      }),
      unsubscribe: () => void this.#live.delete(live),
      inspected: {
        rows: [],
        error: null,
        explain: () => ({ mode: 'incremental' as const, operators: [], tables: [] }),
        trace: () => () => {},
        meter: () => () => {},
      },
    }
  }

  call(requestId: string, _command: string, argument: unknown): void {
    if (this.#disk.answered.has(requestId)) return
    this.#disk.answered.add(requestId)
    this.#add(argument as readonly number[])
  }

  #add(rows: readonly number[]): void {
    if (!this.#context.alive) this.#disk.violations.push(`${this.#context.name} wrote after its death`)
    this.#turn += 1
    for (const row of rows) {
      this.#disk.rows.add(row)
      this.#disk.runs.set(row, (this.#disk.runs.get(row) ?? 0) + 1)
    }
    for (const live of this.#live) {
      const changes: RowChange[] = []
      for (const row of rows) {
        if (row % buckets !== live.bucket || live.rows.includes(row)) continue
        const found = live.rows.findIndex((each) => each > row)
        const index = found < 0 ? live.rows.length : found
        live.rows.splice(index, 0, row)
        changes.push({ op: 'insert', index, key: String(row), row: [row] })
      }
      if (changes.length > 0) live.onUpdate({ type: 'delta', turn: this.#turn, changes })
    }
  }

  reads(): boolean {
    return false
  }
  watch(): void {}
  receive(): void {}
  setContext(): void {}
}
