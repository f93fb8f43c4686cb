import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { KnownEvent } from '../../../schema/events/event.ts'
import { refKey, type RowRef, type TracedTable } from '../../../schema/messages/trace.ts'
import { randomEvents } from '../random-events.ts'
import { recordEvent } from '../record-event.ts'
import { inTransaction } from '../store.ts'
import { openMemoryStore, type MemoryStore } from '../testing.ts'
import { lineage } from './row-events.ts'

/** PROPERTY_SEED=… replays a failure; TRACED=… looks longer. */
const seed = Number(process.env['PROPERTY_SEED'] ?? 1)
const wanted = Number(process.env['TRACED'] ?? 1_000)

it(`an event is traced to every row that would be another without it, and each of them back to it: ${wanted} events (seed ${seed})`, async () => {
  const tables = new Set<string>()
  let traced = 0
  for (let world = 0; traced < wanted; world++) {
    const [events] = fc.sample(randomEvents(60), { numRuns: 1, seed: seed * 10_000 + world })
    const store = await openMemoryStore()
    try {
      inTransaction(store, () => {
        const record = recordEvent(store)
        for (const event of events!) record(event, event, null, 1)
      })
      const { eventsOf, rowsOf } = lineage(store)
      const all = rowsIn(store)
      for (const { stream, id } of events!) {
        const event = store.log.read({ stream, id }) as KnownEvent
        const where = `PROPERTY_SEED=${seed}, world ${world}, ${event.type} ${stream} ${id}`
        const named = rowsOf(event)
        for (const [key, row] of differences(all, without(store, event))) {
          expect(named.has(key), `${where} changes ${key}`).toBe(true)
          expect(eventsOf(row).has(`${stream} ${id}`), `${key} is made by ${where}`).toBe(true)
          tables.add(row.table)
        }
        // what one direction says, the other says too
        for (const { ref } of named.values()) {
          if (!all.has(refKey(ref))) continue
          expect(eventsOf(ref).has(`${stream} ${id}`), `${refKey(ref)} names ${where}`).toBe(true)
        }
        traced += 1
      }
      for (const { ref } of all.values()) {
        for (const { ref: source } of eventsOf(ref).values()) {
          const event = store.log.read(source) as KnownEvent | null
          expect(event, `${refKey(ref)} names an event of the log`).not.toBeNull()
        }
      }
    } finally {
      store.close()
    }
  }
  const kinds: readonly TracedTable[] = ['timeline_items', 'timelines', 'reactions', 'pins', 'rooms', 'memberships', 'spaces', 'component_doc', 'page_comments', 'page_versions', 'read_markers'] // prettier-ignore
  expect([...tables].sort(), 'every kind of row was met').toEqual([...kinds].sort())
})

type Rows = Map<string, { readonly ref: RowRef; readonly content: string }>

/** The rows as they are when the event has never been. */
function without(store: MemoryStore, event: KnownEvent): Rows {
  store.sql.exec('BEGIN')
  try {
    store.projector.unproject(event)
    store.projector.flush()
    return rowsIn(store)
  } finally {
    store.sql.exec('ROLLBACK')
    store.projector.reset()
  }
}

function differences(before: Rows, after: Rows): Map<string, RowRef> {
  const found = new Map<string, RowRef>()
  for (const [key, { ref, content }] of before) if (after.get(key)?.content !== content) found.set(key, ref)
  for (const [key, { ref }] of after) if (!before.has(key)) found.set(key, ref)
  return found
}

const streamName = (of: string) => `(SELECT name FROM streams WHERE id = ${of})`
const message = (of: string) =>
  `FROM ${of} x JOIN timeline_items m ON m.key = x.target_id JOIN component_author a ON a.id = x.actor_id`
/** stream, id, of, and all else that the row says */
const selects: { readonly [T in TracedTable]: string } = {
  timeline_items: `SELECT ${streamName('stream')}, id, NULL, json_array(timeline_id, order_key, author_id, author_name, author_given, snippet,
    full_content_cached, created_at, edited_at, deleted, reactions, pinned, reply_to, thread_id, reply_count, last_reply_at) FROM timeline_items`,
  timelines: `SELECT ${streamName('e.stream')}, e.name, NULL, json_array(t.message_count, t.last_message_at) FROM timelines t
    JOIN entities e ON e.id = t.id WHERE t.message_count > 0`,
  reactions: `SELECT ${streamName('m.stream')}, m.id, json_array(a.author_id, x.emoji), json_array(x.active, x.clock) ${message('reactions')}`,
  pins: `SELECT ${streamName('m.stream')}, m.id, a.author_id, json_array(x.active, x.clock) ${message('pins')}`,
  rooms: `SELECT stream, id, NULL, json_array(space_id, name, topic, kind, parent_room, parent_message, archived, created_at, created_clock) FROM rooms`,
  memberships:
    'SELECT stream, person_id, NULL, json_array(name, role, active, joined_at, joined_clock) FROM memberships',
  spaces: 'SELECT stream, id, NULL, json_array(name, visibility, created_at) FROM spaces',
  component_doc: `SELECT stream, entity_id, NULL, json_array(room_id, title, author_id, archived, hex(state), created_at, updated_at, written_at) FROM component_doc`,
  page_comments:
    'SELECT stream, id, NULL, json_array(page_id, author_id, text, quote, resolved, created_at) FROM page_comments',
  page_versions: 'SELECT stream, id, NULL, json_array(page_id, name, author_id, clock, at) FROM page_versions',
  read_markers: `SELECT 'person:' || actor_id, room_id, stream, json_array(order_key, muted, level) FROM read_markers`,
}

function rowsIn({ sql }: MemoryStore): Rows {
  const rows: Rows = new Map()
  for (const [table, select] of Object.entries(selects) as [TracedTable, string][]) {
    for (const [stream, id, of, content] of sql.prepare(select).rows() as [string, string, string | null, string][]) {
      const ref = { table, stream, id, ...(of !== null && { of }) }
      rows.set(refKey(ref), { ref, content })
    }
  }
  return rows
}
