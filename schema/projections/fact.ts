import type { KnownEvent } from '../events/event.ts'
import type { FactDraft } from '../events/facts.ts'
import { bytesToUlid, ulidToBytes } from '../events/ulid-bytes.ts'
import type { SqlValue } from '../live.ts'
import type { Names } from './names.ts'
import type { Sql, Statement } from './sql.ts'

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
 * Facts are read within one stream only: an event of one space can change nothing of another, whatever ids it names.
 */
export interface Fact {
  readonly clock: number | bigint
  readonly eventId: string
  readonly field: string
  readonly value: string | null
  readonly at: number
  readonly deps: readonly string[]
}

export interface FactTable {
  /** false: it was there already */
  add(event: KnownEvent, draft: FactDraft): boolean
  remove(event: KnownEvent, draft: FactDraft): void
  /** one that was read from the facts of another database */
  put(stream: string, entity: string, fact: Fact): void
  /** oldest first by (clock, event id) */
  ofEntity(stream: string, entity: string): Fact[]
  fieldsOf(stream: string, entity: string): string[]
}

export function factTable(sql: Sql, names: Names): FactTable {
  const insert = sql.prepare(
    'INSERT INTO facts (entity_id, clock, event_id, field, value, at, deps) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const remove = sql.prepare('DELETE FROM facts WHERE entity_id = ? AND clock = ? AND event_id = ? AND field = ?')
  const all = sql.prepare(
    'SELECT clock, event_id, field, value, at, deps FROM facts WHERE entity_id = ? ORDER BY clock, event_id, field',
  )
  const fields = sql.prepare('SELECT DISTINCT field FROM facts WHERE entity_id = ?')
  const toFact = (row: readonly unknown[]): Fact => ({
    clock: row[0] as number | bigint,
    eventId: bytesToUlid(row[1] as Uint8Array),
    field: row[2] as string,
    value: row[3] as string | null,
    at: row[4] as number,
    deps: row[5] === null ? [] : (JSON.parse(row[5] as string) as string[]),
  })
  /** Most messages have no facts: what nothing has spoken of is not looked for. */
  function rowsOf(statement: Statement, stream: string, name: string): SqlValue[][] {
    const entity = names.knownEntity(stream, name)
    return entity === null ? [] : statement.rows(entity)
  }
  return {
    add(event, { entity, field, value }) {
      const deps = event.deps.length === 0 ? null : JSON.stringify(event.deps)
      const about = names.entity(event.stream, entity)
      return insert.run(about, BigInt(event.clock), ulidToBytes(event.id), field, value, event.at, deps) > 0
    },
    remove(event, { entity, field }) {
      remove.run(names.entity(event.stream, entity), BigInt(event.clock), ulidToBytes(event.id), field)
    },
    put(stream, entity, { clock, eventId, field, value, at, deps }) {
      const seen = deps.length === 0 ? null : JSON.stringify(deps)
      insert.run(names.entity(stream, entity), clock, ulidToBytes(eventId), field, value, at, seen)
    },
    ofEntity: (stream, entity) => rowsOf(all, stream, entity).map(toFact),
    fieldsOf: (stream, entity) => rowsOf(fields, stream, entity).map(([field]) => field as string),
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
