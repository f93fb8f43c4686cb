import { cleanText } from '../../schema/import/clean-text.ts'
import { notes, type LineFault, type Note, type Position } from '../../schema/import/records.ts'
import type { Named, SourceChange, SourceMessage } from '../../schema/import/records.ts'
import { messageKey } from '../../schema/import/history.ts'
import { timeUnits, type TimeUnit } from '../../schema/import/source-time.ts'
import { openSqlite, type Sqlite } from '../sqlite.ts'
import { createFieldSets } from './field-sets.ts'
import { createNames, threadName, type NamedKind } from './spool-names.ts'
import { prepareSpool, spoolTables, type SpoolStatements } from './spool-statements.ts'

/**
 * The records of a source, beside it on disk: what can be said of one only when all are read is said here. Which unit do
 * the source's times have? Is an id there twice? What came first? So memory is bounded, whatever the source's size.
 *
 * Law: a message that is dropped changes nothing about any other. First go those whose time does not fit, then, of those
 * with one id, all but the first that is left.
 */
export type Reason = LineFault | 'OtherUnit' | 'Future' | 'SameId' | 'OtherThere' | 'Refused'

export interface Dropped extends Position {
  /** Same: it says what an earlier one says */
  readonly reason: Reason | 'Same'
  /** what it is about: a value, the field that differs, the server's reason */
  readonly about: string
  /** of SameId: the one that is imported */
  readonly first?: Position
}
export interface SpooledMessage {
  readonly place: number
  readonly file: number
  readonly line: number
  /** keys, '' for none */
  readonly room: string
  readonly thread: string
  readonly sender: string
  /** `messageKey` of it, of the message that its thread hangs on, and of the one that it answers; '' for none */
  readonly key: string
  readonly root: string
  readonly reply: string
  readonly ms: number
  readonly text: string
}
export interface SpooledChange {
  readonly place: number
  readonly kind: SourceChange['kind']
  /** `messageKey` of the message */
  readonly target: string
  readonly person: string | null
  readonly ms: number
  readonly value: string
}
export interface Times {
  /** null: there are dates alone */
  readonly unit: TimeUnit | null
  readonly dates: number
  readonly numbers: number
  readonly fromMs: number
  readonly toMs: number
}
const maxKinds = 500

/** `space`: the id of the space that the messages go into. */
export async function openSpool(space: string): Promise<Spool> {
  // Without a name SQLite makes a file of its own among the temporary ones, which is gone with the process, however it
  // ends. One transaction, never committed.
  const database = await openSqlite('', { durable: false })
  database.exec(spoolTables)
  return new Spool(database, space)
}

export class Spool {
  readonly database: Sqlite
  readonly #space: string
  readonly #sql: SpoolStatements
  readonly #files: string[] = []
  readonly #fields = createFieldSets()
  readonly #names: ReturnType<typeof createNames>
  /** what is not taken over, and what came over, by kind */
  readonly left = new Map<string, number>()
  readonly told = new Map<string, number>()
  #place = 0
  #notesSeen = 0
  /** time does not go back from line to line, and needs no index */
  #isInOrder = true
  #lastMs = 0
  #lastSub = 0

  constructor(database: Sqlite, space: string) {
    this.database = database
    this.#space = space
    this.#sql = prepareSpool(database)
    this.#names = createNames(this.#sql)
  }

  add({ file, line }: Position, message: SourceMessage): void {
    const { id, room, thread, sender, time, text, replyTo, notes, left } = message
    const place = ++this.#place
    const bits = notes.reduce((bits, note) => bits | bitOf(note), 0)
    this.#notesSeen |= bits
    const { unit, ms, sub } = time
    if (ms < this.#lastMs || (ms === this.#lastMs && sub < this.#lastSub) || unit === null) this.#isInOrder = false
    this.#lastMs = ms
    this.#lastSub = sub
    const key = this.#keyOf(room.key, id)
    const root = thread === null || thread.root === null ? '' : this.#keyOf(room.key, thread.root)
    const reply = replyTo === null ? '' : this.#keyOf(room.key, replyTo)
    // a message does not hang on itself
    const threadKey = thread === null || root === key ? '' : thread.key
    this.name('room', room)
    this.name('person', sender)
    if (thread !== null) this.name('thread', { key: threadName(room.key, thread.key), name: thread.name })
    const names = [this.#fileOf(file), line, room.key, threadKey, sender.key, key, root, reply] as const
    this.#sql.insert.run(place, ...names, unit, ms, sub, bits, this.#fields.numberOf(left), text)
  }

  change({ file, line }: Position, { kind, room, target, person, time, value }: SourceChange): void {
    if (person) this.name('person', person)
    const { unit, ms, sub } = time ?? { unit: 'date', ms: null, sub: 0 }
    const key = this.#keyOf(room, target)
    const { text } = cleanText(value)
    this.#sql.insertChange.run(this.#fileOf(file), line, kind, key, person?.key ?? null, unit, ms, sub, text)
  }

  name(kind: NamedKind, named: Named, topic = ''): void {
    this.#names.set(kind, named, topic)
  }
  nameOf(kind: NamedKind, key: string): { readonly name: string; readonly topic: string } {
    return this.#names.get(kind, key)
  }

  countLeft(kind: string, count = 1): void {
    countIn(this.left, kind, count)
  }
  countTold(kind: string, count = 1): void {
    countIn(this.told, kind, count)
  }

  /** `place`: of a message that was added */
  drop({ file, line }: Position, reason: Reason, about: string, place?: number): void {
    this.#sql.drop.run(place ?? ++this.#place, this.#fileOf(file), line, reason, about)
    if (place !== undefined) this.#sql.remove.run(place)
  }

  /** Decides which messages are left, and in which order. Nothing is added after that. */
  settle(latestMs: number): Times {
    const sql = this.#sql
    const unit = (sql.votes.get() as { unit: TimeUnit } | undefined)?.unit ?? null
    if (unit !== null) {
      sql.dropOtherUnits.run(unit)
      sql.dropChangesOfOtherUnits.run(unit)
      const divisor = 1000 ** timeUnits.indexOf(unit)
      if (divisor > 1) for (const statement of sql.rescale) statement.run(divisor)
    }
    sql.dropFuture.run(latestMs)
    sql.removeDropped.run()
    this.database.exec('CREATE INDEX by_key ON lines (key, place)')
    sql.dropSameId.run()
    sql.removeDropped.run()
    if (!this.#isInOrder) this.database.exec('CREATE INDEX by_time ON lines (ms, sub, place)')
    const found = sql.times.get() as { dates: number; numbers: number; fromMs: number | null; toMs: number | null }
    return { unit, dates: found.dates, numbers: found.numbers, fromMs: found.fromMs ?? 0, toMs: found.toMs ?? 0 }
  }

  /** what is left, in order of time, messages of one time in the source's order */
  *pages(size: number): Generator<readonly SpooledMessage[]> {
    let last = { ms: -1, sub: -1, place: -1 }
    for (;;) {
      const rows = this.#isInOrder
        ? this.#sql.nextInFile.all(last.place, size)
        : this.#sql.nextInTime.all(last.ms, last.sub, last.place, size)
      if (rows.length === 0) return
      const page = rows as unknown as (SpooledMessage & { sub: number })[]
      yield page
      last = page.at(-1)!
    }
  }

  /** the message of this key, if it is left */
  find(key: string): SpooledMessage | null {
    return (this.#sql.find.get(key) as SpooledMessage | undefined) ?? null
  }

  isChanged(key: string): boolean {
    return this.#sql.isChanged.get(key) !== undefined
  }

  /** Changes of messages that are left, or are in `there`, in order of time. The others are counted. */
  *changes(size: number, latestMs: number): Generator<readonly SpooledChange[]> {
    this.#sql.timeOfMessage.run()
    for (const { kind, count } of this.#sql.strayChanges.all(latestMs) as { kind: string; count: number }[]) {
      this.countLeft(kind, count)
    }
    this.#sql.dropStrayChanges.run(latestMs)
    let last = { ms: -1, sub: -1, place: -1 }
    for (;;) {
      const page = this.#sql.nextChange.all(last.ms, last.sub, last.place, size) as unknown as (SpooledChange & {
        sub: number
      })[]
      if (page.length === 0) return
      yield page
      last = page.at(-1)!
    }
  }

  *dropped(): Iterable<Dropped> {
    for (const row of this.#sql.dropped.iterate() as unknown as Iterable<DroppedRow>) {
      const { file, line, reason, about } = row
      const dropped = { ...this.positionOf({ file, line }), reason, about }
      if (reason !== 'SameId') yield dropped
      else {
        const [first, firstLine, differs] = about.split(' ') as [string, string, string]
        yield { ...dropped, about: differs, first: this.positionOf({ file: Number(first), line: Number(firstLine) }) }
      }
    }
  }

  positionOf({ file, line }: { readonly file: number; readonly line: number }): Position {
    return { file: this.#files[file] ?? '', line }
  }

  counts(): { readonly left: number; readonly dropped: ReadonlyMap<Reason | 'Same', number> } {
    const rows = this.#sql.reasons.all() as unknown as { reason: Reason | 'Same'; count: number }[]
    const { left } = this.#sql.left.get() as { left: number }
    return { left, dropped: new Map(rows.map(({ reason, count }) => [reason, count])) }
  }

  noted(note: Note): { readonly count: number; readonly lines: readonly Position[] } {
    if ((this.#notesSeen & bitOf(note)) === 0) return { count: 0, lines: [] }
    const { count } = this.#sql.countNoted.get(bitOf(note)) as { count: number }
    const rows = count === 0 ? [] : (this.#sql.linesNoted.all(bitOf(note)) as { file: number; line: number }[])
    return { count, lines: rows.map((row) => this.positionOf(row)) }
  }

  /** how many lines have a field that is not taken over, the most frequent first */
  fieldsLeft(): readonly (readonly [name: string, lines: number])[] {
    return this.#fields.counts(this.#sql.fields.all() as { fields: number; count: number }[])
  }

  close(): void {
    this.database.close()
  }

  #keyOf(room: string, id: string): string {
    return messageKey(this.#space, room, id)
  }

  #fileOf(file: string): number {
    const last = this.#files.length - 1
    if (this.#files[last] === file) return last
    return this.#files.push(file) - 1
  }
}

interface DroppedRow {
  readonly file: number
  readonly line: number
  readonly reason: Dropped['reason']
  readonly about: string
}

const bitOf = (note: Note): number => 1 << notes.indexOf(note)

function countIn(counts: Map<string, number>, kind: string, count: number): void {
  const known = counts.has(kind) || counts.size < maxKinds ? kind : 'of other kinds'
  counts.set(known, (counts.get(known) ?? 0) + count)
}
