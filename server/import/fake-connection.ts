import type { KnownEvent } from '../../schema/events/event.ts'
import { validateEvent } from '../../schema/events/event.ts'
import { Refused, type ServerConnection } from './server-connection.ts'

/** A server in memory: takes whole requests of valid events or none, answers what it has already by its id. */
export function fakeConnection(): ServerConnection & { readonly streams: ReadonlyMap<string, readonly KnownEvent[]> } {
  const streams = new Map<string, KnownEvent[]>()
  return {
    actor: 'import-fake',
    now: Date.now,
    streams,
    async append(stream, events) {
      const present = streams.get(stream) ?? []
      const index = events.findIndex((event) => validateEvent(event).type !== 'known')
      if (index >= 0) throw new Refused(400, { code: 'MALFORMED_EVENT', message: 'is malformed', index })
      const known = new Map(present.map((event) => [event.id, JSON.stringify(event)]))
      const changed = events.findIndex(({ id }, i) => known.has(id) && known.get(id) !== JSON.stringify(events[i]))
      if (changed >= 0) throw new Refused(409, { code: 'EVENT_CHANGED', message: 'is changed', index: changed })
      const results = events.map(({ id }, i) => ({ id, seq: String(i), receivedAt: 0, duplicate: known.has(id) }))
      streams.set(stream, [...present, ...events.filter(({ id }) => !known.has(id))])
      return { results, repeated: false }
    },
    async read(stream) {
      const events = streams.get(stream)
      if (!events) throw new Refused(404, { code: 'UNKNOWN_STREAM', message: 'there is none' })
      const items = events.map((event, i) => ({ seq: String(i), receivedAt: 0, event }))
      return { items, upToDate: true, head: null, total: items.length, behind: 0 }
    },
  }
}
