import { isId } from '../../schema/events/bounds.ts'
import type { EventFault } from '../../schema/events/event.ts'
import { deviceBounds } from '../../schema/device-bounds.ts'
import { beginning } from '../../schema/messages/received.ts'
import type { Sql } from '../../schema/projections/sql.ts'

/**
 * What could not be taken, with the reason, for the person to see. Law: it harms nothing else. It may be anything of any
 * size, so only its beginning is kept, and only the newest of them; the count tells of all. The same one that comes again
 * (a page read twice, the next start) is neither kept nor counted twice while it is kept.
 */
export interface SetAside {
  readonly stream: string
  readonly seq: string
  /** as it came */
  readonly event: unknown
  readonly fault: EventFault
}

export function setAside(sql: Sql, { stream, seq, event, fault }: SetAside, at: number): void {
  const { code, message } = fault
  const added = sql.prepare(insert).run(stream, seq, idOf(event) ?? '', beginning(event), code, beginning(message), at)
  if (added === 0) return
  sql.prepare(trim).run(deviceBounds.setAside)
  sql.prepare(count).run()
}

/** Of the events that are in the log and were not projected: they are tried again. */
export function forgetSetAside(sql: Sql): void {
  const forgotten = sql.prepare("DELETE FROM rejected_events WHERE seq = ''").run()
  sql.prepare("UPDATE meta SET value = max(0, value - ?) WHERE key = 'set_aside'").run(forgotten)
}

export function setAsideCount(sql: Sql): number {
  return (sql.prepare("SELECT value FROM meta WHERE key = 'set_aside'").rows()[0]?.[0] as number | undefined) ?? 0
}

/** The id of what claims to be an event, if it has one that can be shown. */
export function idOf(event: unknown): string | null {
  // of what could not be passed on there is only the beginning, as text
  if (typeof event === 'string') return /"id"\s*:\s*"([0-9A-Z]{26})"/.exec(event)?.[1] ?? null
  const id = typeof event === 'object' && event !== null && 'id' in event ? event.id : null
  return typeof id === 'string' && isId(id) ? id : null
}

const insert = `INSERT INTO rejected_events (stream, seq, event_id, event, code, message, rejected_at)
  VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (stream, seq, event_id) DO NOTHING`
const trim = 'DELETE FROM rejected_events WHERE id <= (SELECT max(id) FROM rejected_events) - ?'
const count = "INSERT INTO meta (key, value) VALUES ('set_aside', 1) ON CONFLICT (key) DO UPDATE SET value = value + 1"
