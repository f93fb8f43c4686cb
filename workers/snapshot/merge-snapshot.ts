import { homeStream } from '../../schema/events/streams.ts'
import { deviceBounds } from '../../schema/device-bounds.ts'
import { asNewest, type AnyEvent, type KnownEvent } from '../../schema/events/event.ts'
import type { RawSql } from '../runtime/serving/raw-sql.ts'
import { eventColumns, toStored, type Place } from '../event-store/event-log-table.ts'
import { beginScrub } from '../event-store/scrub-stage.ts'
import { recordEvent, seeClock } from '../event-store/record-event.ts'
import { sqliteCode } from '../runtime/storage/failure.ts'
import { inTransaction, type Store } from '../event-store/store.ts'
import { faultOfSnapshot } from './check-snapshot.ts'
import { copyStreams, forgetCopied } from './copy-streams.ts'
import { carrySearchIndex } from './search-index.ts'
import { isOfThisBuild, readInfo } from './snapshot-info.ts'

export type MergeOutcome =
  | {
      readonly type: 'Merged'
      readonly cursors: readonly { readonly stream: string; readonly cursor: string }[]
      /** how its words came */
      readonly index: 'carried' | 'made anew'
    }
  /** nothing was changed: the events are to come one by one */
  | { readonly type: 'Refused'; readonly reason: string }

/**
 * Takes in a snapshot that is attached as `from`. Law: snapshot, then what came after it = all events one by one, whatever the device
 * had of these streams before. `wanted` says of which homes: a space comes with all of its public
 * rooms. What else is in it is left there.
 *
 * One transaction. What the device has of these homes is taken back first, then the rows are copied, and what the snapshot does not
 * have of it is applied again. Other streams are not touched.
 */
export function mergeSnapshot(store: Store, from: string, wanted: (home: string) => boolean): MergeOutcome {
  const { sql } = store
  const fault = faultOf(sql, from)
  if (fault !== null) return { type: 'Refused', reason: fault }
  const info = readInfo(sql, from)
  if (!info) return { type: 'Refused', reason: 'it does not say what it is' }
  if (!isOfThisBuild(info)) return { type: 'Refused', reason: 'another version made it' }
  const taken = info.streams.filter(({ stream }) => wanted(homeStream(stream)))
  const entire = info.index && taken.length === info.streams.length
  const cursors = taken.flatMap(({ stream, seq }) => (seq === null ? [] : [{ stream, cursor: seq }]))
  const streams = cursors.map(({ stream }) => stream)
  // of its public rooms that are not in it too: they show what people are called in the space
  const here = [...new Set([...streams, ...streams.flatMap((stream) => namedWith(sql, stream))])]
  const held = here.reduce((sum, stream) => sum + eventsOf(store, stream), 0)
  const brought = taken.reduce((sum, { events }) => sum + events, 0)
  if (held > deviceBounds.besideSnapshot(brought)) return { type: 'Refused', reason: 'most of it is here already' }
  try {
    const index = inTransaction(store, () => {
      const own = here.flatMap((stream) => takeBack(store, stream))
      store.projector.flush()
      const plan = { from, to: 'main', streams }
      const carried = asUnreadable(() => {
        copyStreams(sql, plan)
        return carrySearchIndex(sql, plan, entire)
      })
      const at = store.now()
      for (const { stream, cursor } of cursors) store.log.advanceCursor(stream, cursor, at)
      seeClock(store, highestClock(sql, from))
      store.erasures.forget() // it knew of none of these streams
      giveBack(store, own, at)
      if (own.length > 0) beginScrub(sql) // what the snapshot has without its words was here with them
      return carried
    })
    return { type: 'Merged', cursors, index }
  } catch (error) {
    if (error instanceof Unreadable) return { type: 'Refused', reason: error.message }
    throw error
  } finally {
    forgetCopied(sql)
  }
}

function faultOf(sql: RawSql, from: string): string | null {
  try {
    return asUnreadable(() => faultOfSnapshot(sql, from))
  } catch (error) {
    if (error instanceof Unreadable) return error.message
    throw error
  }
}

/** That its bytes are no database is no fault of the device's own. */
class Unreadable extends Error {}

function asUnreadable<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const code = sqliteCode(error)
    if (code === corrupt || code === noDatabase || code === constraint)
      throw new Unreadable(`it cannot be read: ${(error as Error).message}`)
    throw error
  }
}
const corrupt = 11
const noDatabase = 26
const constraint = 19

interface OwnEvent {
  readonly event: AnyEvent
  readonly isApplied: boolean
  readonly place: Place | null
}

const namedWith = (sql: RawSql, stream: string): string[] =>
  sql
    .prepare('SELECT name FROM streams WHERE home = ?')
    .rows(homeStream(stream))
    .map(([name]) => name as string)

function eventsOf({ sql }: Store, stream: string): number {
  return sql
    .prepare(
      `SELECT (SELECT count(*) FROM events WHERE stream = ?1) +
         (SELECT coalesce(sum(a.events), 0) FROM applied_events a JOIN streams s ON s.id = a.stream WHERE s.name = ?1)`,
    )
    .rows(stream)[0]![0] as number
}

function takeBack(store: Store, stream: string): OwnEvent[] {
  const rows = store.sql.prepare(`SELECT ${eventColumns}, e.applied_at FROM events e WHERE e.stream = ?`).rows(stream)
  const own = rows.map((row): OwnEvent => ({ ...placed(toStored(row)), isApplied: row[11] !== null }))
  for (let sealed = store.log.blocks.takeOut(stream); sealed; sealed = store.log.blocks.takeOut(stream)) {
    own.push(...sealed.map((stored) => ({ ...placed(stored), isApplied: true })))
  }
  for (const { event, isApplied } of own) {
    if (isApplied) store.projector.unproject(asNewest(event as KnownEvent))
    store.log.remove(event)
  }
  store.erasures.dropStream(stream)
  return own
}

function placed({ event, seq, receivedAt }: ReturnType<typeof toStored>) {
  return { event, place: seq === null ? null : { seq, receivedAt: receivedAt ?? event.at } }
}

/** What the snapshot has of it is not taken twice; and it needs no sending any more. */
function giveBack(store: Store, own: readonly OwnEvent[], at: number): void {
  const record = recordEvent(store)
  const sent = store.sql.prepare('DELETE FROM outbox WHERE stream = ? AND event_id = ?')
  for (const { event, isApplied, place } of own) {
    const outcome = record(event, isApplied ? asNewest(event as KnownEvent) : null, place, at)
    if (outcome === 'duplicate') sent.run(event.stream, event.id)
  }
}

function highestClock(sql: RawSql, from: string): bigint {
  const [clock] = sql
    .prepare(
      `SELECT max(coalesce((SELECT max(clock) FROM ${from}.events), 0), coalesce((SELECT max(last_clock) FROM ${from}.applied_events), 0))`,
    )
    .rows()[0]!
  return BigInt(clock as number | bigint)
}
