import type { KnownEvent } from '../events/event.ts'
import type { Sql } from './sql.ts'

/**
 * A fact is what one event says of one field of one entity: (entity, stream, clock, event, field) → value.
 *
 * The projection law rests on them. The table `facts` is a set that only grows, so it does not depend on the order,
 * repetition or batching of events; and every visible row that several events can touch is recomputed ("folded") from
 * the facts of its entity. What is a function of a set of events is the same function whatever way they came.
 *
 * Example: {room r1: create "A"@1, name "B"@3, name "C"@2} folds to name "B" in each of the six orders of arrival; with
 * the create still missing there is no row at all, and the two renames wait in `facts`.
 *
 * Facts count only within their own stream: an event of one space can change nothing of another.
 */
export interface Fact {
  readonly stream: string
  readonly clock: number | bigint
  readonly eventId: string
  readonly field: string
  readonly value: string | null
  readonly at: number
  readonly deps: readonly string[]
}

export interface FactDraft {
  readonly entity: string
  readonly field: string
  readonly value: string | null
}

export interface FactTable {
  /** false: it was there already */
  add(event: KnownEvent, draft: FactDraft): boolean
  remove(event: KnownEvent, draft: FactDraft): void
  /** of every stream; oldest first by (clock, event id) */
  ofEntity(entity: string): Fact[]
  ofEntityIn(entity: string, stream: string): Fact[]
  fieldsOf(entity: string): string[]
}

export function factTable(sql: Sql): FactTable {
  const insert = sql.prepare(
    'INSERT INTO facts (entity_id, stream, clock, event_id, field, value, at, deps) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const remove = sql.prepare(
    'DELETE FROM facts WHERE entity_id = ? AND stream = ? AND clock = ? AND event_id = ? AND field = ?',
  )
  const columns = 'stream, clock, event_id, field, value, at, deps'
  const all = sql.prepare(`SELECT ${columns} FROM facts WHERE entity_id = ? ORDER BY clock, event_id, field`)
  const inStream = sql.prepare(
    `SELECT ${columns} FROM facts WHERE entity_id = ? AND stream = ? ORDER BY clock, event_id, field`,
  )
  const fields = sql.prepare('SELECT DISTINCT field FROM facts WHERE entity_id = ?')
  const toFact = (row: readonly unknown[]): Fact => ({
    stream: row[0] as string,
    clock: row[1] as number | bigint,
    eventId: row[2] as string,
    field: row[3] as string,
    value: row[4] as string | null,
    at: row[5] as number,
    deps: row[6] === null ? [] : (JSON.parse(row[6] as string) as string[]),
  })
  return {
    add(event, { entity, field, value }) {
      const deps = event.deps.length === 0 ? null : JSON.stringify(event.deps)
      return insert.run(entity, event.stream, BigInt(event.clock), event.id, field, value, event.at, deps) > 0
    },
    remove(event, { entity, field }) {
      remove.run(entity, event.stream, BigInt(event.clock), event.id, field)
    },
    ofEntity: (entity) => all.rows(entity).map(toFact),
    ofEntityIn: (entity, stream) => inStream.rows(entity, stream).map(toFact),
    fieldsOf: (entity) => fields.rows(entity).map(([field]) => field as string),
  }
}

/** Last writer of a field. `facts` are in order. */
export function latest(facts: readonly Fact[], field: string): Fact | undefined {
  return facts.findLast((fact) => fact.field === field)
}
export function first(facts: readonly Fact[], field: string): Fact | undefined {
  return facts.find((fact) => fact.field === field)
}

/**
 * The writes of a field that nobody who wrote after them had seen, but for the winner: a person may want to settle
 * them. A write is seen once any other write of the field names it in `deps`.
 * Example: a, b(deps a), c(deps a) with c latest: [b].
 */
export function unseenWrites(facts: readonly Fact[], field: string): Fact[] {
  const writes = facts.filter((fact) => fact.field === field)
  const seen = new Set(writes.flatMap((fact) => fact.deps))
  return writes.slice(0, -1).filter((fact) => !seen.has(fact.eventId))
}
