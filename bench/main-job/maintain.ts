import { ulid } from 'ulid'
import type { AnyEvent, SequencedEvent } from '../../schema/events/event.ts'
import type { Query, SqlValue } from '../../schema/live.ts'
import type { BenchSite, RemoteWorker } from '../bench-site.ts'
import { percentile, type Figures } from '../figures.ts'
import type { Timing } from '../plot.ts'
import { benchSeq } from '../history-events.ts'
import { reactionQuery, timelineQuery, unreadQuery } from './queries.ts'

const rounds = 100

/** What one event costs with 1, 50 and 500 live queries open, and what running them all again would cost. */
export async function benchMaintain(site: BenchSite, figures: Figures): Promise<Timing[]> {
  const section = 'one event with live queries open: maintained against run again (Chromium, OPFS, after the history)'
  const { page, worker } = await site.openWorker()
  await worker.open()
  const writer = await EventWriter.after(worker)
  const rooms = await worker.query(
    `SELECT (SELECT name FROM entities WHERE id = t.timeline_id), (SELECT t2.order_key FROM timeline_items t2
       WHERE t2.timeline_id = t.timeline_id ORDER BY order_key DESC LIMIT 1 OFFSET 49), timeline_id,
       (SELECT name FROM streams WHERE id = t.stream)
     FROM timeline_items t GROUP BY timeline_id ORDER BY count(*) DESC LIMIT 500`,
    [],
  )
  const messages = await worker.query(
    'SELECT t.id, e.name, t.key, s.name FROM timeline_items t JOIN entities e ON e.id = t.timeline_id JOIN streams s ON s.id = t.stream ORDER BY order_key DESC LIMIT 500',
    [],
  )
  const kinds: readonly { name: string; query: (n: number) => Query; event: (n: number) => SequencedEvent }[] = [
    {
      name: 'timeline (last 50 of a room)',
      query: (n) => timelineQuery(String(rooms[n]![3]), Number(rooms[n]![2]), rooms[n]![1] ?? 0),
      event: (n) => writer.message(String(rooms[n]![3]), String(rooms[n]![0])),
    },
    {
      name: 'unread count of a room',
      query: (n) => unreadQuery(Number(rooms[n]![2]), rooms[n]![1] ?? 0),
      event: (n) => writer.message(String(rooms[n]![3]), String(rooms[n]![0])),
    },
    {
      name: 'reactions of a message',
      query: (n) => reactionQuery(Number(messages[n]![2])),
      event: (n) => writer.reaction(messages[n]!),
    },
  ]
  const timings: Timing[] = []
  for (const { name, query, event } of kinds) {
    for (const count of [1, 50, 500]) {
      const available = Math.min(count, name.startsWith('reactions') ? messages.length : rooms.length)
      const queries = Array.from({ length: available }, (_, n) => query(n))
      const batches = Array.from({ length: 2 * rounds }, (_, n) => JSON.stringify([event(n % available)]))
      const { withoutMs, withMs, recomputeMs, deltas } = await worker.maintain({ queries, batches })
      if (deltas < rounds) throw new Error(`${name}: only ${deltas} deltas for ${rounds} events`)
      const maintained = Math.max(0, percentile(withMs, 50) - percentile(withoutMs, 50))
      const again = percentile(recomputeMs, 50)
      const label = `${name}, ${available} live`
      figures.add(section, `${label}: whole event, p50`, percentile(withMs, 50), 'ms')
      figures.add(section, `${label}: of it for the queries, p50`, maintained, 'ms')
      figures.add(section, `${label}: running them again`, again, 'ms')
      timings.push({ what: label, how: 'the event, live queries kept', ms: percentile(withMs, 50) })
      timings.push({ what: label, how: 'all queries run again', ms: again })
      // below the clock's step there is nothing to divide by
      figures.add(section, `${label}: times faster`, again / Math.max(maintained, 0.005), '×')
    }
  }
  await page.close()
  return timings
}

class EventWriter {
  #seq: number
  #clock: bigint

  static async after(worker: RemoteWorker): Promise<EventWriter> {
    const [row] = await worker.query(
      'SELECT (SELECT max(seq) FROM cursors), CAST(max(order_key) AS TEXT) FROM timeline_items',
      [],
    )
    return new EventWriter(Number(row?.[0]), BigInt(String(row?.[1])))
  }

  private constructor(seq: number, clock: bigint) {
    this.#seq = seq
    this.#clock = clock
  }

  message(stream: string, room: string): SequencedEvent {
    const id = ulid()
    return this.#sequenced({
      stream,
      id,
      type: 'message.create',
      entity: id,
      room,
      payload: { text: `measured ${id}` },
    })
  }

  reaction([message, room, , stream]: readonly SqlValue[]): SequencedEvent {
    const place = { stream: String(stream), entity: String(message), room: String(room) }
    return this.#sequenced({ id: ulid(), type: 'reaction.add', ...place, payload: { emoji: '👍' } })
  }

  #sequenced(event: Pick<AnyEvent, 'stream' | 'id' | 'type' | 'entity' | 'room' | 'payload'>): SequencedEvent {
    this.#clock += 1n
    const at = Number(this.#clock >> 16n)
    const envelope = { actor: `bench-${this.#seq}`, clock: String(this.#clock), at, deps: [] }
    return { seq: benchSeq(++this.#seq), receivedAt: at, event: { ...event, ...envelope } }
  }
}
