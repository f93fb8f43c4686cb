import { notes, type LineFault, type Note, type SourceMessage } from '../../schema/import/read-line.ts'
import { timeUnits, type TimeUnit } from '../../schema/import/source-time.ts'
import { openSqlite, type Sqlite } from '../sqlite.ts'

/**
 * The lines of a file, beside it on disk: what can be said of a line only once all are read is said here. Which unit do
 * the file's times have? Is an id there twice? What came first? So memory is bounded, whatever the file's size.
 *
 * Law: a line that is dropped changes nothing about any other. First go the lines whose time does not fit, then, of lines
 * with one id, all but the first that is left.
 */
export type Reason = LineFault | 'OtherUnit' | 'Future' | 'SameId' | 'OtherThere' | 'Refused'

export interface Dropped {
  readonly line: number
  /** Same: it says what an earlier line says */
  readonly reason: Reason | 'Same'
  /** what it is about: a value, another line, the server's reason */
  readonly about: string
}
export interface SpooledMessage {
  readonly place: number
  readonly line: number
  readonly stream: string
  readonly topic: string
  readonly sender: string
  readonly key: string
  readonly ms: number
  readonly text: string
}
export interface Times {
  /** null: there are dates alone */
  readonly unit: TimeUnit | null
  readonly dates: number
  readonly numbers: number
  readonly fromMs: number
  readonly toMs: number
}
export interface Spool {
  readonly database: Sqlite
  /** `key`: the same for messages of one stream and id */
  add(line: number, message: SourceMessage, key: string): void
  /** `place`: of a line that was added */
  drop(line: number, reason: Reason, about: string, place?: number): void
  /** Decides what is left, and in which order. Nothing is added after that. */
  settle(latestMs: number): Times
  /** what is left, in order of time, lines of one time in the file's order */
  pages(size: number): Generator<readonly SpooledMessage[]>
  dropped(): Iterable<Dropped>
  counts(): { readonly left: number; readonly dropped: ReadonlyMap<Reason | 'Same', number> }
  noted(note: Note): { readonly count: number; readonly lines: readonly number[] }
  /** how many lines have a field that is not taken over, the most frequent first */
  fieldsLeft(): readonly (readonly [name: string, lines: number])[]
  close(): void
}
const maxFieldNames = 1000
const maxNamesOfLine = 100

export async function openSpool(): Promise<Spool> {
  // Without a name SQLite makes a file of its own among the temporary ones, which is gone with the process, however it
  // ends. One transaction, never committed.
  const database = await openSqlite('', { durable: false })
  database.exec(`
    PRAGMA cache_size = -65536;
    CREATE TABLE lines (
      place INTEGER PRIMARY KEY, line INTEGER NOT NULL, stream TEXT NOT NULL, topic TEXT NOT NULL, sender TEXT NOT NULL,
      key TEXT NOT NULL, unit TEXT, ms INTEGER NOT NULL, sub INTEGER NOT NULL, notes INTEGER NOT NULL,
      fields INTEGER NOT NULL, text TEXT NOT NULL
    );
    CREATE TABLE dropped (place INTEGER PRIMARY KEY, line INTEGER NOT NULL, reason TEXT NOT NULL, about TEXT NOT NULL);
    BEGIN;
  `)
  return new SqliteSpool(database)
}

class SqliteSpool implements Spool {
  readonly database: Sqlite
  readonly #statements: ReturnType<typeof prepare>
  #place = 0
  #notesSeen = 0
  /** time does not go back from line to line, and needs no index */
  #isInOrder = true
  #lastMs = 0
  #lastSub = 0
  /** sets of field names that lines have in common, by number */
  readonly #fields = new Map<string, number>([['[]', 0]])

  constructor(database: Sqlite) {
    this.database = database
    this.#statements = prepare(database)
  }

  add(line: number, { stream, topic, sender, time, text, notes, left }: SourceMessage, key: string): void {
    const place = ++this.#place
    const bits = notes.reduce((bits, note) => bits | bitOf(note), 0)
    this.#notesSeen |= bits
    const { unit, ms, sub } = time
    if (ms < this.#lastMs || (ms === this.#lastMs && sub < this.#lastSub) || unit === null) this.#isInOrder = false
    this.#lastMs = ms
    this.#lastSub = sub
    const fields = left.length === 0 ? 0 : this.#fieldSet(left)
    this.#statements.insert.run(place, line, stream, topic, sender, key, unit, ms, sub, bits, fields, text)
  }

  drop(line: number, reason: Reason, about: string, place?: number): void {
    this.#statements.drop.run(place ?? ++this.#place, line, reason, about)
    if (place !== undefined) this.#statements.remove.run(place)
  }

  settle(latestMs: number): Times {
    const { votes, rescale, dropOtherUnits, dropFuture, dropSameId, removeDropped, times } = this.#statements
    const unit = (votes.get() as { unit: TimeUnit } | undefined)?.unit ?? null
    if (unit !== null) {
      dropOtherUnits.run(unit)
      const divisor = 1000 ** timeUnits.indexOf(unit)
      if (divisor > 1) rescale.run(divisor)
    }
    dropFuture.run(latestMs)
    removeDropped.run()
    this.database.exec('CREATE INDEX by_key ON lines (key, place)')
    dropSameId.run()
    removeDropped.run()
    if (!this.#isInOrder) this.database.exec('CREATE INDEX by_time ON lines (ms, sub, place)')
    const found = times.get() as { dates: number; numbers: number; fromMs: number | null; toMs: number | null }
    return { unit, dates: found.dates, numbers: found.numbers, fromMs: found.fromMs ?? 0, toMs: found.toMs ?? 0 }
  }

  *pages(size: number): Generator<readonly SpooledMessage[]> {
    const { nextInFile, nextInTime } = this.#statements
    let last = { ms: -1, sub: -1, place: -1 }
    for (;;) {
      const rows = this.#isInOrder
        ? nextInFile.all(last.place, size)
        : nextInTime.all(last.ms, last.sub, last.place, size)
      if (rows.length === 0) return
      const page = rows as unknown as (SpooledMessage & { sub: number })[]
      yield page
      last = page.at(-1)!
    }
  }

  dropped(): Iterable<Dropped> {
    return this.#statements.dropped.iterate() as unknown as Iterable<Dropped>
  }

  counts() {
    const rows = this.#statements.reasons.all() as unknown as { reason: Reason | 'Same'; count: number }[]
    const { left } = this.#statements.left.get() as { left: number }
    return { left, dropped: new Map(rows.map(({ reason, count }) => [reason, count])) }
  }

  noted(note: Note) {
    if ((this.#notesSeen & bitOf(note)) === 0) return { count: 0, lines: [] }
    const { count } = this.#statements.countNoted.get(bitOf(note)) as { count: number }
    const lines = count === 0 ? [] : (this.#statements.linesNoted.all(bitOf(note)) as { line: number }[])
    return { count, lines: lines.map(({ line }) => line) }
  }

  fieldsLeft() {
    const counts = new Map<string, number>()
    const names = [...this.#fields.keys()]
    for (const row of this.#statements.fields.all() as { fields: number; count: number }[]) {
      for (const name of JSON.parse(names[row.fields]!) as string[]) {
        counts.set(name, (counts.get(name) ?? 0) + row.count)
      }
    }
    return [...counts].sort((a, b) => b[1] - a[1])
  }

  close(): void {
    this.database.close()
  }

  #fieldSet(names: readonly string[]): number {
    const known = this.#fields
    const set = JSON.stringify(
      names
        .slice(0, maxNamesOfLine)
        .map((name) => name.slice(0, 40))
        .sort(),
    )
    const key = known.has(set) || known.size < maxFieldNames ? set : '["others, of many names"]'
    const number = known.get(key) ?? known.size
    known.set(key, number)
    return number
  }
}

const bitOf = (note: Note): number => 1 << notes.indexOf(note)

function prepare(database: Sqlite) {
  const sql = (text: string) => database.prepare(text)
  const columns = 'place, line, stream, topic, sender, key, ms, sub, text'
  return {
    insert: sql('INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    drop: sql('INSERT INTO dropped VALUES (?, ?, ?, ?)'),
    remove: sql('DELETE FROM lines WHERE place = ?'),
    // numbers that are too small to tell count as seconds
    votes: sql(
      `SELECT coalesce(unit, 's') AS unit FROM lines WHERE unit IS NOT 'date' GROUP BY 1 ORDER BY count(*) DESC, min(place) LIMIT 1`,
    ),
    dropOtherUnits: sql(
      `INSERT INTO dropped SELECT place, line, 'OtherUnit', unit FROM lines WHERE unit NOT IN ('date', ?)`,
    ),
    rescale: sql(
      `UPDATE lines SET ms = (ms * 1000000 + sub) / ?1 / 1000000, sub = (ms * 1000000 + sub) / ?1 % 1000000 WHERE unit IS NULL`,
    ),
    dropFuture: sql(
      `INSERT INTO dropped SELECT place, line, 'Future', ms FROM lines
       WHERE ms > ? AND place NOT IN (SELECT place FROM dropped)`,
    ),
    dropSameId: sql(
      `INSERT INTO dropped
       SELECT place, line, iif(differs = '', 'Same', 'SameId'), first_line || ' ' || differs FROM (
         SELECT again.place, again.line, first.line AS first_line, CASE
             WHEN again.text <> first.text THEN 'text' WHEN (again.ms, again.sub) <> (first.ms, first.sub) THEN 'time'
             WHEN again.sender <> first.sender THEN 'sender' WHEN again.topic <> first.topic THEN 'topic' ELSE '' END AS differs
         FROM (SELECT key, min(place) AS place FROM lines GROUP BY key HAVING count(*) > 1) twice
         CROSS JOIN lines first ON first.place = twice.place
         CROSS JOIN lines again ON again.key = twice.key AND again.place > twice.place)`,
    ),
    removeDropped: sql('DELETE FROM lines WHERE place IN (SELECT place FROM dropped)'),
    times: sql(
      `SELECT count(*) FILTER (WHERE unit = 'date') AS dates, count(*) FILTER (WHERE unit IS NOT 'date') AS numbers,
         min(ms) AS fromMs, max(ms) AS toMs FROM lines`,
    ),
    nextInFile: sql(`SELECT ${columns} FROM lines WHERE place > ? ORDER BY place LIMIT ?`),
    nextInTime: sql(`SELECT ${columns} FROM lines WHERE (ms, sub, place) > (?, ?, ?) ORDER BY ms, sub, place LIMIT ?`),
    dropped: sql("SELECT line, reason, about FROM dropped WHERE reason <> 'Same' ORDER BY line, place"),
    reasons: sql('SELECT reason, count(*) AS count FROM dropped GROUP BY reason ORDER BY count(*) DESC, min(line)'),
    left: sql('SELECT count(*) AS left FROM lines'),
    countNoted: sql('SELECT count(*) AS count FROM lines WHERE notes & ?'),
    linesNoted: sql('SELECT DISTINCT line FROM lines WHERE notes & ? ORDER BY line LIMIT 5'),
    fields: sql('SELECT fields, count(*) AS count FROM lines WHERE fields > 0 GROUP BY fields'),
  }
}
