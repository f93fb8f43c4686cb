import type { Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { openLiveDatabase } from '../../index.ts'
import type { Explanation, LiveDatabase } from '../../types.ts'
import { Random } from '../random.ts'
import { isQuery, splitStatements } from '../order-evidence.ts'
import { Bound, TooMuch } from '../plain-sqlite.ts'
import { Watch, type Breach, type Watched } from '../watch.ts'
import type { Script } from './corpus.ts'
import { exercise, readRows, type ExercisePace } from './exercise.ts'

export interface Pace extends ExercisePace {
  /** queries of a script that are tried: evenly spread over it, from a place that the seed gives */
  readonly queries: number
  readonly seed: number
  /** queries live at a time */
  readonly batch: number
}

const mostRows = 1_000_000
const mostMillionSteps = 200

export interface QueryReport {
  readonly sql: string
  readonly script: string
  /** null: SQLite itself refuses it */
  readonly explanation: Explanation | null
  readonly breach: (Breach & { readonly after: string }) | null
  readonly isConstant: boolean
}

/** Plays one script of a corpus: its queries become live in batches, and its data is moved under each batch. */
export function runScript(sqlite3: Sqlite3Static, script: Script, pace: Pace, fill?: (live: LiveDatabase) => void) {
  const db = new sqlite3.oo1.DB(':memory:')
  const bound = new Bound()
  const live = openLiveDatabase(sqlite3, db, bound)
  const watch = new Watch(sqlite3, db, live, bound)
  const random = new Random(pace.seed)
  const reports: QueryReport[] = []
  let batch: Watched[] = []
  const breaches = new Map<Watched, Breach & { after: string }>()

  const within = <T>(work: () => T) => bound.within(mostMillionSteps, work)
  const isDurable = () => sqlite3.capi.sqlite3_get_autocommit(db) !== 0
  /** What is asked or moved within a transaction of the script is so after it: nothing is live within one. */
  const commit = () => {
    if (!isDurable()) attempt(() => live.run('COMMIT'))
    if (!isDurable()) attempt(() => live.run('ROLLBACK')) // a deferred foreign key
  }
  /** `table`: what moved; queries that do not read it are left for the next full check */
  const check = (after: string, table?: string) => {
    if (!isDurable()) return
    for (const watched of batch) {
      if (breaches.has(watched) || (table !== undefined && !reads(watched, table))) continue
      const breach = watch.compare(watched)
      if (breach) breaches.set(watched, { ...breach, after })
    }
  }
  let hidden = true
  const reads = ({ printed }: Watched, table: string) =>
    hidden || printed.sql.toLowerCase().includes(table.toLowerCase())
  const finishBatch = () => {
    commit()
    // behind a view or a trigger there may be any table
    hidden = readRows(live, `SELECT 1 FROM sqlite_schema WHERE type IN ('view', 'trigger') OR sql LIKE '%references%' OR sql LIKE '%content%'`).length > 0 // prettier-ignore
    if (batch.length > 0) {
      try {
        const isRead = (table: string) => batch.some((watched) => reads(watched, table))
        exercise(live, random, pace, isRead, (step, table) => within(() => check(step, table)), within)
        within(() => check('all of it'))
      } catch (error) {
        if (!(error instanceof TooMuch)) throw error
      }
    }
    for (const watched of batch) {
      const sql = watched.printed.sql
      reports.push({
        sql,
        script: script.name,
        explanation: watched.live.explain(),
        breach: breaches.get(watched) ?? null,
        isConstant: !/\bfrom\b/i.test(sql),
      })
      watched.live.unsubscribe()
    }
    batch = []
  }
  /** A file may make a view, ask, and drop the view again. */
  const ask = (sql: string) => {
    const statements = splitStatements(sql)
    const select = statements.findIndex(isQuery)
    for (const statement of select < 0 ? statements : statements.slice(0, select)) {
      attempt(() => live.run(statement))
      check(statement)
    }
    if (select >= 0) subscribe(statements.length === 1 ? sql : statements[select]!)
  }
  const subscribe = (sql: string) => {
    commit()
    const printed = { sql, parameters: [] }
    const name = script.name
    const rows = watch.countRows(printed, mostRows, mostMillionSteps)
    // a recursion without an end counts as refused: only an interruption ends it
    if (rows === null || rows === Infinity) {
      const port = script.ports?.get(sql)
      if (port !== undefined && port !== sql) return subscribe(port)
      reports.push({ sql, script: name, explanation: null, breach: null, isConstant: false })
      return
    }
    const watched = watch.subscribe(printed)
    if ('law' in watched)
      reports.push({ sql, script: name, explanation: null, breach: { ...watched, after: 'subscribe' }, isConstant: false }) // prettier-ignore
    else batch.push(watched)
  }

  const queries = script.records.filter(({ kind }) => kind === 'query').length
  try {
    const stride = Math.max(1, queries / pace.queries)
    const start = Math.floor(random.next() * stride)
    let seen = 0
    let filled = fill === undefined
    for (const { kind, sql } of script.records) {
      if (kind === 'statement') {
        // what is asked of it is exercised while it is there
        if (/^drop\s+(?:table|view)/i.test(sql)) finishBatch()
        attempt(() => live.run(sql))
        check(sql.slice(0, 200))
        continue
      }
      if (!filled) fill!(live)
      filled = true
      const isChosen = Math.floor((seen + start) / stride) !== Math.floor((seen + start - 1) / stride)
      seen++
      if (!isChosen) continue
      ask(sql)
      if (batch.length >= pace.batch) {
        check('subscription')
        finishBatch()
      }
    }
    check('subscription')
    finishBatch()
    live.close()
  } finally {
    db.close()
  }
  return { reports, queries, comparisons: watch.comparisons, notComparable: watch.notComparable }
}

function attempt(work: () => void): void {
  try {
    work()
  } catch (error) {
    if ((error as Error).name !== 'SqliteError') throw error
  }
}
