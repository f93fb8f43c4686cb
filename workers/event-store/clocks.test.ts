import { describe, expect, it } from 'vitest'
import { clockToMs } from '../../schema/events/clock.ts'
import { bounds } from '../../schema/events/bounds.ts'
import type { AnyEvent, EventDraft } from '../../schema/events/event.ts'
import type { ToSync } from '../../schema/messages/sync.ts'
import { applyBatch } from './apply-batch.ts'
import { dispatchDrafts } from './dispatch-drafts.ts'
import { applyUploadResults, outboxCount, pendingEvents, retryEvents } from './outbox.ts'
import { eventId } from './random-events.ts'
import { learnServerClock } from './server-clock.ts'
import { syncConversation } from './sync-messages.ts'
import { openMemoryStore, projectionDump, type MemoryStore } from './testing.ts'

const stream = 'space:s1'
const present = 1_800_000_000_000
const year = 365 * 86_400_000
let count = 0

function draft(at: number, text: string, fields: object = {}): EventDraft {
  const id = eventId(++count)
  return {
    id,
    type: 'message.create',
    stream,
    actor: 'ann',
    at,
    room: 'r1',
    payload: { text },
    ...fields,
  } as EventDraft
}
function remote(ms: number, fields: object): AnyEvent {
  const clock = String(BigInt(ms) << 16n)
  return {
    id: eventId(++count),
    type: 'message.create',
    stream,
    actor: 'bob',
    clock,
    at: ms,
    deps: [],
    room: 'r1',
    payload: { text: 'hi' },
    ...fields,
  }
}
function receive(store: MemoryStore, events: readonly AnyEvent[], receivedAt = present) {
  const items = events.map((event) => ({ seq: event.id, receivedAt, event }))
  return applyBatch(store, { batchId: 'b', stream, items, after: null, cursor: null })
}
/** A device whose clock shows what `wall` says. */
function deviceAt(wall: { ms: number }) {
  return openMemoryStore({ now: () => wall.ms })
}
const rows = (store: MemoryStore, sql: string) => store.sql.prepare(sql).rows()

describe('clocks of others', () => {
  it.each([
    ['the end of time', 2n ** 63n - 1n],
    ['the year 6429', BigInt(Date.UTC(6429, 0)) << 16n],
    ['six minutes ahead', BigInt(present + 6 * 60_000) << 16n],
  ])('%s: a name is not frozen, unread counts stay right, and our own clock does not follow', async (_when, clock) => {
    const store = await deviceAt({ ms: present })
    const far = { clock: String(clock) }
    const outcome = receive(store, [
      remote(present - 9, { type: 'room.create', entity: 'r1', payload: { name: 'general', kind: 'room' } }),
      remote(present - 8, { type: 'room.update', entity: 'r1', payload: { name: 'frozen' }, ...far }),
      remote(present - 7, { type: 'room.update', entity: 'r1', payload: { name: 'free' } }),
      remote(present - 6, far),
    ])
    expect(outcome).toMatchObject({
      applied: 2,
      rejected: [{ fault: { code: 'CLOCK_AHEAD' } }, { fault: { code: 'CLOCK_AHEAD' } }],
    })
    expect(rows(store, 'SELECT name FROM rooms')).toEqual([['free']])
    dispatchDrafts(store, [draft(present, 'ours')])
    expect(clockToMs(pendingEvents(store)[0]!.clock)).toBe(present)
    store.close()
  })

  it('a read mark reaches no further than its own clock: what comes later is unread', async () => {
    const store = await deviceAt({ ms: present })
    const mark = remote(present - 5, {
      type: 'read.mark',
      stream: 'person:ann',
      payload: { stream, upTo: '9'.repeat(19) },
    })
    applyBatch(store, {
      batchId: 'b',
      stream: 'person:ann',
      items: [{ seq: '1', receivedAt: present, event: mark }],
      after: null,
      cursor: null,
    })
    receive(store, [remote(present - 6, {}), remote(present - 4, {})])
    const unread =
      'SELECT count(*) FROM timeline_items t JOIN entities e ON e.id = t.timeline_id JOIN read_markers k ON k.room_id = e.name WHERE t.order_key > k.order_key'
    expect(rows(store, unread)).toEqual([[1]])
    store.close()
  })

  it('what an older build took is looked at again when its projections are rebuilt', async () => {
    const { replayStep } = await import('./replay.ts')
    const store = await deviceAt({ ms: present })
    receive(store, [remote(present, { type: 'room.create', entity: 'r1', payload: { name: 'general', kind: 'room' } })])
    const frozen = remote(present, {
      type: 'room.update',
      entity: 'r1',
      payload: { name: 'frozen' },
      clock: String(2n ** 62n),
    })
    store.log.insert(frozen, { seq: '99', receivedAt: present }, 1)
    store.sql.exec("DELETE FROM meta WHERE key = 'projection_version'")
    for (;;) {
      const { done, total } = replayStep(store)
      if (done === total) break
    }
    expect(rows(store, 'SELECT name FROM rooms')).toEqual([['general']])
    expect(rows(store, 'SELECT message FROM rejected_events')).toEqual([[expect.stringMatching(/ahead of the time/)]])
    store.close()
  })
})

describe("this device's own clock", () => {
  it.each([
    ['a year ahead', year],
    ['thirty years ahead', 30 * year],
    ['at the beginning of all clocks', -present],
  ])(
    '%s: once the server has said what time it is, all is stamped anew, in its order, and stays so',
    async (_how, off) => {
      const wall = { ms: present + off }
      const store = await deviceAt(wall)
      const first = draft(wall.ms, 'first')
      dispatchDrafts(store, [first, draft(wall.ms, 'second')])
      dispatchDrafts(store, [draft(wall.ms, 'edited', { type: 'message.edit', entity: first.id })])
      const before = pendingEvents(store).map(({ id }) => id)
      const said: ToSync[] = []
      const sync = syncConversation(
        store,
        { epoch: 1, generation: 'g', full: false, failed: () => {} },
        (message) => said.push(message),
        () => {},
      )
      sync.receive({ type: 'SERVER_CLOCK', skewMs: -off })
      expect(said).toMatchObject([
        { type: 'OUTBOX_DISCARDED', events: before.map((id) => ({ stream, id })) },
        { type: 'OUTBOX', complete: false, events: before.map((id) => ({ id })) },
      ])
      for (const { clock, at } of pendingEvents(store)) {
        expect(clockToMs(clock)).toBe(present)
        expect(Math.abs(at - present)).toBeLessThan(2)
      }
      expect(rows(store, 'SELECT snippet FROM timeline_items ORDER BY order_key')).toEqual([['edited'], ['second']])
      dispatchDrafts(store, [draft(wall.ms, 'third')])
      expect(pendingEvents(store).at(-1)).toMatchObject({ at: present })
      expect(rows(store, "SELECT max(order_key) >> 16 FROM timeline_items WHERE snippet = 'third'")).toEqual([
        [present],
      ])
      // told the same again, nothing changes
      const dump = projectionDump(store)
      expect(learnServerClock(store, -off)).toEqual([])
      expect(projectionDump(store)).toEqual(dump)
      store.close()
    },
  )

  it('that jumps ahead and back again leaves nothing behind that the server would refuse', async () => {
    const wall = { ms: present }
    const store = await deviceAt(wall)
    dispatchDrafts(store, [
      draft(wall.ms, 'before', { type: 'room.create', entity: 'r1', payload: { name: 'before', kind: 'room' } }),
    ])
    wall.ms = present + 5 * year
    dispatchDrafts(store, [draft(wall.ms, '', { type: 'room.update', entity: 'r1', payload: { name: 'while ahead' } })])
    wall.ms = present + 1000
    dispatchDrafts(store, [draft(wall.ms, '', { type: 'room.update', entity: 'r1', payload: { name: 'after' } })])
    expect(rows(store, 'SELECT name FROM rooms')).toEqual([['after']])
    learnServerClock(store, 0)
    expect(rows(store, 'SELECT name FROM rooms')).toEqual([['after']])
    for (const { clock, at } of pendingEvents(store)) {
      expect(clockToMs(clock)).toBeLessThanOrEqual(present + bounds.aheadMs)
      expect(at).toBeLessThanOrEqual(wall.ms)
    }
    receive(
      store,
      [remote(present + 2000, { type: 'room.update', entity: 'r1', payload: { name: 'theirs' } })],
      present + 3000,
    )
    wall.ms = present + 4000
    dispatchDrafts(store, [draft(wall.ms, '', { type: 'room.update', entity: 'r1', payload: { name: 'ours again' } })])
    expect(rows(store, 'SELECT name FROM rooms')).toEqual([['ours again']])
    store.close()
  })

  it('what was refused for its time is sent once more by itself, then waits for the person, with the code of the refusal', async () => {
    const wall = { ms: present + year }
    const store = await deviceAt(wall)
    dispatchDrafts(store, [draft(wall.ms, 'mine')])
    const { id } = pendingEvents(store)[0]!
    const refused = [{ id, error: { code: 'CLOCK_AHEAD', message: 'clock: no' } }]
    expect(applyUploadResults(store, stream, refused)).toMatchObject({ failed: 0, again: [{ id }] })
    expect(applyUploadResults(store, stream, refused)).toMatchObject({ failed: 1, again: [] })
    expect(outboxCount(store)).toEqual({ pending: 0, failed: 1 })
    expect(rows(store, 'SELECT error FROM outbox')).toEqual([['CLOCK_AHEAD']])
    learnServerClock(store, -year)
    const [again] = retryEvents(store, [{ stream, id }])
    expect(clockToMs(again!.clock)).toBe(present)
    expect(again!.at).toBe(present)
    expect(rows(store, 'SELECT id, order_key >> 16 FROM timeline_items')).toEqual([[id, present]])
    store.close()
  })
})
