import { deletedOf, readPinField, readReactionField } from '../../../schema/events/facts.ts'
import { asNewest, authorOf, type KnownEvent } from '../../../schema/events/event.ts'
import { keyIn } from '../../../schema/events/key.ts'
import { homeStream, publicRoomOf } from '../../../schema/events/streams.ts'
import type { PastChange, PastChangeKind, PastQuestion, PastRoom } from '../../../schema/messages/past.ts'
import { factTable, type Fact, type FactTable } from '../../../schema/projections/fact.ts'
import { namesOf } from '../../../schema/projections/names.ts'
import { createProjector } from '../../../schema/projections/projector.ts'
import type { RawSql } from '../../runtime/serving/raw-sql.ts'
import type { Store } from '../store.ts'

/** changes that are told */
const told = 12

/**
 * A room as it was at a moment. Law: its messages are what a device shows that was given the events up to this clock, and no other.
 *
 * How: an empty database in memory is given the newest messages of then, from the log, and of the facts about them, their authors and
 * their room those up to then; the same projections fold them. It is rolled back at the end, and the live database is only read. So it
 * costs what so many messages cost, however long the log is.
 *
 * Two things cannot be had back: words that were erased, and what was discarded or dropped.
 */
export function roomAt(store: Store, scratch: RawSql, question: PastQuestion): PastRoom {
  const began = performance.now()
  const moment = BigInt(question.clock)
  const { stream, room } = question
  scratch.exec('BEGIN')
  try {
    const names = namesOf(scratch)
    const past = createProjector(scratch, names, store.log)
    const known = knownFacts(store)
    const window = messagesUpTo(store, question, moment)
    const until = (entity: string, within = stream) =>
      known(within, entity).filter(({ clock }) => BigInt(clock) <= moment)
    const recall = (entities: Iterable<string>, within = stream) => {
      for (const entity of new Set(entities)) past.recall(within, entity, until(entity, within))
    }
    const creates = window.map((id) => createOf(store, stream, id))
    // names are read as they were before a batch; what people and public rooms are called is told where the space is
    recall(creates.map(authorOf), homeStream(stream))
    if (publicRoomOf(stream)?.room === room) recall([room], homeStream(stream))
    past.flush()
    const threads = window.flatMap((id) =>
      until(id).flatMap(({ field, value }) => (field === 'message.thread' ? [value!] : [])),
    )
    recall([room, ...threads, ...window])
    for (const create of creates) past.project(create)
    past.flush()
    const about = [
      ...window.flatMap((id) =>
        known(stream, id)
          .filter(isOfMessage)
          .map((fact) => ({ message: id, fact })),
      ),
      ...creates.map(asFact),
    ]
    return {
      ...roomOf(scratch, stream, room),
      messages: messagesOf(scratch),
      changes: changesOf(store, stream, about, moment),
      ...neighbours(store, question, about, moment),
      place: placeOf(store, question, moment),
      took: performance.now() - began,
    }
  } finally {
    scratch.exec('ROLLBACK')
  }
}

/** All facts of an entity, read once, in their order. */
function knownFacts({ sql }: Store): (stream: string, entity: string) => readonly Fact[] {
  // names of its own: nothing is given a number here
  const isStream = (stream: string) => sql.prepare('SELECT 1 FROM streams WHERE name = ?').rows(stream).length > 0
  const facts: FactTable = factTable(sql, namesOf(sql))
  const read = new Map<string, readonly Fact[]>()
  return (stream, entity) => {
    const key = keyIn(stream, entity)
    let own = read.get(key)
    if (!own) read.set(key, (own = isStream(stream) ? facts.ofEntity(stream, entity) : []))
    return own
  }
}

const timelineOf = `(SELECT e.id FROM entities e JOIN streams s ON s.id = e.stream WHERE s.name = ?1 AND e.name = ?2)`

/** Ids of the newest messages of then, oldest first. */
function messagesUpTo({ sql }: Store, { stream, room, messages }: PastQuestion, moment: bigint): string[] {
  return sql
    .prepare(
      `SELECT id FROM timeline_items WHERE timeline_id = ${timelineOf} AND order_key <= ?3 ORDER BY order_key DESC, id DESC LIMIT ?4`,
    )
    .rows(stream, room, moment, messages)
    .map(([id]) => id as string)
    .toReversed()
}

function placeOf({ sql }: Store, { stream, room }: PastQuestion, moment: bigint): number {
  const upTo = `SELECT count(*) FROM timeline_items WHERE timeline_id = ${timelineOf} AND order_key <= ?3`
  return sql.prepare(upTo).rows(stream, room, moment)[0]![0] as number
}

function createOf({ log }: Store, stream: string, id: string) {
  const stored = log.stored({ stream, id })
  if (!stored) throw new Error(`assertion failed: the message ${id} is in no log`)
  return asNewest(stored.event as KnownEvent) as Extract<KnownEvent, { type: 'message.create' }>
}

/** One id may name a message and other things. */
const isOfMessage = ({ field }: Fact): boolean => field.startsWith('message.')

/** A message's own event among the facts about it. */
function asFact({ id, clock, at }: KnownEvent): { readonly message: string; readonly fact: Fact } {
  return { message: id, fact: { clock: BigInt(clock), eventId: id, field: 'wrote', value: null, at, deps: [] } }
}

function roomOf(scratch: RawSql, stream: string, room: string): Pick<PastRoom, 'name' | 'topic'> {
  const [row] = scratch.prepare('SELECT name, topic FROM rooms WHERE stream = ? AND id = ?').rows(stream, room)
  return { name: (row?.[0] as string | undefined) ?? null, topic: (row?.[1] as string | null | undefined) ?? null }
}

function messagesOf(scratch: RawSql): PastRoom['messages'] {
  return scratch
    .prepare(
      `SELECT t.id, t.author_name, t.snippet || ifnull(c.body, ''), t.created_at, t.edited_at, t.deleted, t.reactions, t.pinned, t.thread_id
       FROM timeline_items t LEFT JOIN component_text c ON c.id = t.key ORDER BY t.order_key, t.id`,
    )
    .rows()
    .map(([id, author, text, createdAt, editedAt, deleted, reactions, pinned, threadId]) => ({
      id: id as string,
      author: author as string,
      text: text as string,
      createdAt: createdAt as number,
      editedAt: editedAt as number | null,
      deleted: deleted as number,
      reactions: reactions as string,
      pinned: pinned as number,
      threadId: threadId as string | null,
    }))
}

type About = { readonly message: string; readonly fact: Fact }

function changesOf({ log }: Store, stream: string, about: readonly About[], moment: bigint): PastChange[] {
  return about
    .filter(({ fact }) => BigInt(fact.clock) <= moment)
    .sort((a, b) => byClock(b.fact, a.fact))
    .slice(0, told)
    .map(({ message, fact }) => ({
      event: fact.eventId,
      clock: String(fact.clock),
      at: fact.at,
      actor: log.author(stream, fact.eventId),
      message,
      what: kindOf(fact),
    }))
}

function kindOf({ field, value, ...rest }: Fact): PastChangeKind {
  if (field === 'wrote') return 'wrote'
  if (field === 'message.text') return 'edited'
  if (field === 'message.erased') return 'erased'
  if (field === 'message.thread') return 'opened a thread'
  if (field === 'message.deleted') return deletedOf([{ field, value, ...rest }]) === 0 ? 'restored' : 'deleted'
  if (readReactionField(field)) return value === '1' ? 'reacted' : 'took a reaction back'
  if (readPinField(field) !== null) return value === '1' ? 'pinned' : 'unpinned'
  throw new Error(`assertion failed: ${field} is no field of a message`)
}

/** Before the newest change of then is the one before it; behind it comes the next, or the next message. */
function neighbours(
  { sql }: Store,
  { stream, room }: PastQuestion,
  about: readonly About[],
  moment: bigint,
): Pick<PastRoom, 'earlier' | 'later'> {
  const clocks = about.map(({ fact }) => BigInt(fact.clock))
  const [next] = sql
    .prepare(`SELECT min(order_key) FROM timeline_items WHERE timeline_id = ${timelineOf} AND order_key > ?3`)
    .rows(stream, room, moment)[0]!
  const newest = clocks.reduce((one, other) => (other <= moment && other > one ? other : one), -1n)
  const before = clocks.filter((clock) => clock < newest)
  const behind = clocks.filter((clock) => clock > moment)
  if (next !== null) behind.push(BigInt(next as number | bigint))
  return { earlier: extreme(before, (a, b) => a > b), later: extreme(behind, (a, b) => a < b) }
}

function extreme(of: readonly bigint[], better: (a: bigint, b: bigint) => boolean): string | null {
  let found: bigint | null = null
  for (const each of of) if (found === null || better(each, found)) found = each
  return found === null ? null : String(found)
}

function byClock(a: Fact, b: Fact): number {
  const [one, other] = [BigInt(a.clock), BigInt(b.clock)]
  if (one !== other) return one < other ? -1 : 1
  return a.eventId < b.eventId ? -1 : 1
}
