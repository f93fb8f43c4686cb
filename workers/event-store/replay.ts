import { asNewest, validateEvent, type KnownEvent } from '../../schema/events/event.ts'
import { aheadOf } from '../../schema/events/bounds.ts'
import { definitionOf, eventTypes } from '../../schema/events/event-types.ts'
import { projectionVersion } from '../../schema/projections/projector.ts'
import { projectionTables } from '../../schema/tables/tables.ts'
import type { SqlValue } from '../../schema/live.ts'
import type { StoredEvent } from './block-codec.ts'
import type { BlockPlace } from './event-blocks.ts'
import { eventColumns, toEvent, toStored } from './event-log-table.ts'
import { isDeviceError } from '../runtime/storage/failure.ts'
import { withSavepoint } from './savepoint.ts'
import { forgetSetAside, setAside } from './set-aside.ts'
import { inTransaction, type Store } from './store.ts'

/**
 * Replay law: dropping every projection and projecting the log again gives the same tables. It is done when a build
 * brings new projections, in steps of one transaction each, newest events first, so that the app stays readable: the
 * first step rebuilds spaces, members, rooms and the newest messages, the rest follows behind them. Events may arrive
 * and be dispatched between the steps, since projecting twice changes nothing. A step that was cut short is resumed.
 */
export interface ReplayProgress {
  /** events projected, of those to project; the last call has done = total */
  readonly done: number
  readonly total: number
}

/** Records a fresh database's projections as up to date, and says whether those of an older one need a replay. */
export function needsReplay(store: Store): boolean {
  const written = readMeta(store, 'projection_version')
  if (written === String(projectionVersion)) return readMeta(store, 'replay') !== null
  if (written === null && isEmpty(store)) {
    writeMeta(store, 'projection_version', String(projectionVersion))
    return false
  }
  return true
}

function isEmpty({ sql, log }: Store): boolean {
  return sql.prepare('SELECT 1 FROM events LIMIT 1').rows().length === 0 && log.blocks.count() === 0
}

/** Does the next step. `stepSize` events a step. */
export function replayStep(store: Store, stepSize = 2000): ReplayProgress {
  try {
    return inTransaction(store, () => step(store, stepSize, projectAll))
  } catch (error) {
    if (isDeviceError(error)) throw error
    // one of them is poison for these projections: once more, each behind its own savepoint
    return inTransaction(store, () => step(store, stepSize, projectApart))
  }
}

function step(store: Store, stepSize: number, project: ProjectEvents): ReplayProgress {
  const resumed = readMeta(store, 'replay')
  const state: ReplayState =
    resumed !== null && readMeta(store, 'projection_version') === String(projectionVersion)
      ? (JSON.parse(resumed) as ReplayState)
      : begin(store, project)
  const { events, next } = state.rows
    ? openEvents(store, state.rows, stepSize)
    : sealedEvents(store, state.block, stepSize)
  project(store, earliestFirst(events))
  if (!next) {
    store.sql.prepare("DELETE FROM meta WHERE key = 'replay'").run()
    return { done: state.total, total: state.total }
  }
  const done = state.done + events.length
  writeMeta(store, 'replay', JSON.stringify({ ...next, done, total: state.total } satisfies ReplayState))
  return { done: Math.min(done, state.total - 1), total: state.total }
}

/** As they came at first: of one minute, the later message has the greater key (schema/projections/message-keys.ts). */
function earliestFirst(events: readonly StoredEvent[]): readonly StoredEvent[] {
  return events.toSorted((one, other) => one.event.at - other.event.at)
}

type Position = Pick<ReplayState, 'rows' | 'block'>
type Events = { readonly events: readonly StoredEvent[]; readonly next: Position | null }

function openEvents(store: Store, before: readonly [string, string], stepSize: number): Events {
  const rows = store.sql
    .prepare(
      `SELECT ${eventColumns} FROM events e WHERE (e.event_id, e.stream) < (?, ?) AND e.applied_at IS NOT NULL
         AND e.event_type IN (${inTimelines}) ORDER BY e.event_id DESC, e.stream DESC LIMIT ?`,
    )
    .rows(...before, stepSize)
  const last = rows.at(-1)
  const more = last && rows.length === stepSize ? ([last[0], last[1]] as [string, string]) : null
  return { events: rows.map(toStored), next: { rows: more, block: null } }
}

function sealedEvents(store: Store, before: BlockPlace | null, stepSize: number): Events {
  const events: StoredEvent[] = []
  let block = before
  while (events.length < stepSize) {
    const read = store.log.blocks.read('timeline', block)
    if (!read) return { events, next: null }
    events.push(...read.events)
    block = read.place
  }
  return { events, next: { rows: null, block } }
}

type ProjectEvents = (store: Store, events: readonly StoredEvent[]) => void

const projectAll: ProjectEvents = (store, events) => {
  for (const stored of events) projectStoredEvent(store, stored)
}

/** What these projections cannot take stays in the log, set aside: newer ones may. */
const projectApart: ProjectEvents = (store, events) => {
  for (const stored of events) {
    const fault = withSavepoint(store, () => {
      projectStoredEvent(store, stored)
      return null
    })
    if (!fault) continue
    const { id, stream, type } = stored.event
    store.sql.prepare('UPDATE events SET applied_at = NULL WHERE event_id = ? AND stream = ?').run(id, stream)
    setAside(store.sql, { stream, seq: '', event: { id, type }, fault }, store.now())
  }
}

function projectStoredEvent(store: Store, stored: StoredEvent): void {
  const event = asNewest(stored.event as KnownEvent)
  const ahead = stored.receivedAt === null ? null : aheadOf(event, stored.receivedAt)
  if (ahead) throw new Error(`${ahead.field} ${ahead.message}`) // taken by a build that did not look
  store.projector.project(event)
}

/** All steps; between them the worker goes on with whatever else waits. */
export async function replay(store: Store, onProgress: (progress: ReplayProgress) => void): Promise<void> {
  for (;;) {
    const progress = replayStep(store)
    onProgress(progress)
    if (progress.done === progress.total) return
    await new Promise((resolve) => setTimeout(resolve))
  }
}

/** Projects events that an older build stored without knowing their type, or that older projections could not take. */
export function projectStored(store: Store): number {
  const known = eventTypes.map((type) => `'${type}'`).join(', ')
  const find = store.sql.prepare(
    `SELECT ${eventColumns} FROM events e WHERE e.applied_at IS NULL AND e.event_type IN (${known})
       AND (e.event_id, e.stream) > (?, ?) AND NOT EXISTS (SELECT 1 FROM rejected_events r
         WHERE r.stream = e.stream AND r.event_id = e.event_id AND r.seq = '')
     ORDER BY e.event_id, e.stream LIMIT 2000`,
  )
  let projected = 0
  for (let after: readonly [string, string] = ['', '']; ;) {
    const rows = find.rows(...after)
    const last = rows.at(-1)
    if (!last) return projected
    inTransaction(store, () => {
      for (const row of rows) if (projectOne(store, row)) projected++
    })
    after = [last[0] as string, last[1] as string]
  }
}

function projectOne(store: Store, row: readonly SqlValue[]): boolean {
  const [id, stream] = row as readonly [string, string, ...SqlValue[]]
  const at = store.now()
  const result = validateEvent(toEvent(row)) // stored before anyone could check its payload
  if (result.type === 'unknown') return false // of a version that this build does not know
  const fault = withSavepoint(store, () => {
    if (result.type === 'invalid') return result.fault
    store.sql.prepare('UPDATE events SET applied_at = ? WHERE event_id = ? AND stream = ?').run(at, id, stream)
    store.projector.project(result.event)
    return null
  })
  if (!fault) return true
  setAside(store.sql, { stream, seq: '', event: { id, type: row[2] }, fault }, at)
  return false
}

interface ReplayState {
  /** of `events`, those from here on are projected; null: all are */
  readonly rows: readonly [id: string, stream: string] | null
  /** the same of the blocks; null: none is */
  readonly block: BlockPlace | null
  readonly done: number
  readonly total: number
}

/** The many events that only the timelines need; all others are projected in the first step. */
const inTimelines = eventTypes
  .filter((type) => definitionOf(type).part === 'timeline')
  .map((type) => `'${type}'`)
  .join(', ')

function begin(store: Store, project: ProjectEvents): ReplayState {
  forgetSetAside(store.sql) // what older projections could not take, these may
  for (const table of projectionTables) store.sql.exec(`DELETE FROM ${table}`)
  store.sql.exec("INSERT INTO search_index (search_index) VALUES ('delete-all')")
  const open = store.sql
    .prepare(
      `SELECT ${eventColumns} FROM events e WHERE e.applied_at IS NOT NULL AND e.event_type NOT IN (${inTimelines})`,
    )
    .rows()
  const outline = open.map(toStored)
  for (
    let read = store.log.blocks.read('structure', null);
    read;
    read = store.log.blocks.read('structure', read.place)
  ) {
    outline.push(...read.events)
  }
  project(store, outline)
  const [rows] = store.sql.prepare('SELECT count(*) FROM events WHERE applied_at IS NOT NULL').rows()[0] as [number]
  writeMeta(store, 'projection_version', String(projectionVersion))
  return { rows: ['~', ''], block: null, done: outline.length, total: rows + store.log.blocks.count() }
}

function readMeta(store: Store, key: string): string | null {
  return (store.sql.prepare('SELECT value FROM meta WHERE key = ?').rows(key)[0]?.[0] as string | undefined) ?? null
}
function writeMeta(store: Store, key: string, value: string): void {
  store.sql
    .prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
    .run(key, value)
}
