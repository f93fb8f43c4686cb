import { validateEvent, type KnownEvent } from '../../schema/events/event.ts'
import { eventTypes } from '../../schema/events/payloads.ts'
import { projectionTables, projectionVersion } from '../../schema/projections/projector.ts'
import { eventColumns, toEvent } from './event-log-table.ts'
import { setAside } from './set-aside.ts'
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
  if (written === null && store.sql.prepare('SELECT 1 FROM events LIMIT 1').rows().length === 0) {
    writeMeta(store, 'projection_version', String(projectionVersion))
    return false
  }
  return true
}

/** Does the next step. `stepSize` events a step. */
export function replayStep(store: Store, stepSize = 2000): ReplayProgress {
  return inTransaction(store, () => {
    const resumed = readMeta(store, 'replay')
    const state: ReplayState =
      resumed !== null && readMeta(store, 'projection_version') === String(projectionVersion)
        ? (JSON.parse(resumed) as ReplayState)
        : begin(store)
    const rows = store.sql
      .prepare(
        `SELECT ${eventColumns} FROM events e WHERE (e.event_id, e.stream) < (?, ?) AND e.applied_at IS NOT NULL
           AND e.event_type IN (${inTimelines}) ORDER BY e.event_id DESC, e.stream DESC LIMIT ?`,
      )
      .rows(...state.before, stepSize)
    for (const row of rows) store.projector.project(toEvent(row) as KnownEvent)
    const last = rows.at(-1)
    if (!last || rows.length < stepSize) {
      store.sql.prepare("DELETE FROM meta WHERE key = 'replay'").run()
      return { done: state.total, total: state.total }
    }
    const next = { ...state, before: [last[0], last[1]] as [string, string], done: state.done + rows.length }
    writeMeta(store, 'replay', JSON.stringify(next))
    return { done: Math.min(next.done, next.total - 1), total: next.total }
  })
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

/** Projects events that an older build stored without knowing their type. */
export function projectStored(store: Store): number {
  const known = eventTypes.map((type) => `'${type}'`).join(', ')
  const find = `SELECT ${eventColumns} FROM events e WHERE e.applied_at IS NULL AND e.event_type IN (${known}) LIMIT 2000`
  let projected = 0
  for (;;) {
    const rows = store.sql.prepare(find).rows()
    if (rows.length === 0) return projected
    inTransaction(store, () => {
      for (const row of rows) if (projectOne(store, row)) projected++
    })
  }
}

const unknownType = { code: 'MALFORMED_EVENT', field: 'type', message: 'type: this build does not know it' } as const

function projectOne(store: Store, row: Parameters<typeof toEvent>[0]): boolean {
  const result = validateEvent(toEvent(row))
  const at = store.now()
  if (result.type !== 'known') {
    // stored before anyone could check its payload
    const fault = result.type === 'invalid' ? result.fault : unknownType
    const event = toEvent(row)
    setAside(store.sql, { stream: event.stream, seq: '', event, fault }, at)
    store.log.remove(event)
    return false
  }
  store.sql
    .prepare('UPDATE events SET applied_at = ? WHERE stream = ? AND event_id = ?')
    .run(at, result.event.stream, result.event.id)
  store.log.markApplied(result.event, at, null)
  store.projector.project(result.event)
  return true
}

interface ReplayState {
  /** events from here on are projected */
  readonly before: readonly [id: string, stream: string]
  readonly done: number
  readonly total: number
}

/** The many events that only the timelines need; all others are projected in the first step. */
const inTimelines = eventTypes
  .filter((type) => /^(?:message|reaction|pin)\./.test(type))
  .map((type) => `'${type}'`)
  .join(', ')

function begin(store: Store): ReplayState {
  for (const table of projectionTables) store.sql.exec(`DELETE FROM ${table}`)
  store.sql.exec("INSERT INTO search_index (search_index) VALUES ('delete-all')")
  const outline = store.sql
    .prepare(
      `SELECT ${eventColumns} FROM events e WHERE e.applied_at IS NOT NULL AND e.event_type NOT IN (${inTimelines})`,
    )
    .rows()
  for (const row of outline) store.projector.project(toEvent(row) as KnownEvent)
  const [total] = store.sql.prepare('SELECT count(*) FROM events WHERE applied_at IS NOT NULL').rows()[0] as [number]
  writeMeta(store, 'projection_version', String(projectionVersion))
  return { before: ['~', ''], done: outline.length, total }
}

function readMeta(store: Store, key: string): string | null {
  return (store.sql.prepare('SELECT value FROM meta WHERE key = ?').rows(key)[0]?.[0] as string | undefined) ?? null
}
function writeMeta(store: Store, key: string, value: string): void {
  store.sql
    .prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
    .run(key, value)
}
