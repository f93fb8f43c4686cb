import { describe, expect, it } from 'vitest'
import type { AnyEvent, EventDraft, KnownEvent } from '../../schema/events/event.ts'
import { migrate } from '../runtime/opening/migrate.ts'
import { streamOfRoom } from '../../schema/events/streams.ts'
import { lossesKey, readLosses } from '../../schema/messages/losses.ts'
import type { ToSync } from '../../schema/messages/sync.ts'
import { migrations } from '../../schema/tables/migrations.ts'
import { tables } from '../../schema/tables/tables.ts'
import { applyBatch, type BatchOutcome } from './apply-batch.ts'
import { dispatchDrafts } from './dispatch-drafts.ts'
import { applyUploadResults, discardEvents, outboxCount, pendingEvents, requeueEvents, retryEvents } from './outbox.ts'
import { eventId } from './random-events.ts'
import { needsReplay, projectStored, replayStep } from './replay.ts'
import { forgetLosses } from './drop-stream.ts'
import { syncConversation } from './sync-messages.ts'
import { streamsToSync } from './sync-state.ts'
import { inTransaction, openStore } from './store.ts'
import { openMemoryStore, projectionDump, type MemoryStore } from './testing.ts'

const stream = 'space:s1'
let count = 0
let place = 0
const nextId = () => eventId(++count)

function draft(type: string, fields: Partial<EventDraft> & { payload: unknown }): EventDraft {
  return { id: nextId(), type, stream, actor: 'ann', at: 1000, ...fields } as unknown as EventDraft
}
function message(text: string, fields: Partial<EventDraft> = {}): EventDraft {
  return draft('message.create', { room: 'r1', payload: { text }, ...fields } as never)
}
function event(type: string, clock: number, fields: Partial<AnyEvent> & { payload: unknown }): AnyEvent {
  return { id: nextId(), type, stream, actor: 'bob', clock: String(clock), at: clock, deps: [], ...fields }
}
function receive(
  store: MemoryStore,
  events: readonly unknown[],
  more: { after?: string; cursor?: string; stream?: string } = {},
): BatchOutcome {
  const items = events.map((each) => ({ seq: `${++place}`, receivedAt: 2e12, event: each as AnyEvent }))
  return applyBatch(store, {
    batchId: 'b',
    stream: more.stream ?? stream,
    items,
    after: more.after ?? null,
    cursor: more.cursor ?? null,
  })
}
const all = (store: MemoryStore, sql: string) => store.sql.prepare(sql).rows()

describe('what the rows say', () => {
  it('files are in the row and can be found; a delete takes them, a restore brings them back, an edit leaves them', async () => {
    const store = await openMemoryStore()
    const file = { sha256: 'a'.repeat(64), name: 'Heron at dawn.png', type: 'image/png', size: 9, alt: 'a grey bird' }
    const create = event('message.create', 10, { room: 'r1', version: 2, payload: { text: 'look', files: [file] } })
    const about = { entity: create.id, room: 'r1' }
    const row = () => all(store, `SELECT snippet, files, file_names FROM timeline_items WHERE id = '${create.id}'`)[0]
    const kept = [JSON.stringify([file]), 'Heron at dawn.png\na grey bird']
    receive(store, [event('message.delete', 12, { ...about, payload: {} }), create])
    expect(row()).toEqual(['', null, null])
    receive(store, [event('message.restore', 13, { ...about, payload: {} })])
    expect(row()).toEqual(['look', ...kept])
    receive(store, [event('message.edit', 14, { ...about, payload: { text: 'look there' } })])
    expect(row()).toEqual(['look there', ...kept])
    receive(store, [event('message.erase', 15, { ...about, payload: {} })])
    expect(row()).toEqual(['', null, null])
    expect(all(store, "SELECT count(*) FROM events WHERE payload LIKE '%Heron%'")).toEqual([[0]])
  })

  it('an edit, a reaction, a pin and a thread that came before their message are in its row when it comes', async () => {
    const store = await openMemoryStore()
    const stream = streamOfRoom('s1', 'r1')
    const create = event('message.create', 10, { stream, room: 'r1', payload: { text: 'first' } })
    const about = { stream, entity: create.id, room: 'r1' }
    receive(
      store,
      [
        event('message.edit', 12, { ...about, payload: { text: 'second @**Cy Vale**' } }),
        event('message.edit', 11, { ...about, payload: { text: 'stale' } }),
        event('reaction.add', 13, { ...about, payload: { emoji: '👍' } }),
        event('reaction.add', 12, { ...about, actor: 'cy', payload: { emoji: '👍' } }),
        event('reaction.add', 11, { ...about, actor: 'cy', payload: { emoji: '1' } }),
        event('pin.add', 14, { ...about, payload: {} }),
        event('room.create', 15, {
          stream,
          entity: 't1',
          payload: { name: 'T', kind: 'thread', parentRoom: 'r1', parentMessage: create.id },
        }),
        event('message.create', 16, { stream, room: 't1', payload: { text: 'reply' } }),
        event('message.create', 17, { stream, room: 't1', payload: { text: 'reply' } }),
      ],
      { stream },
    )
    expect(all(store, "SELECT count(*) FROM timelines l JOIN entities e ON e.id = l.id WHERE e.name = 'r1'")).toEqual([
      [0],
    ])
    receive(store, [create], { stream })
    const columns = 'snippet, edited_at, reactions, pinned, thread_id, reply_count, last_reply_at, author_name'
    expect(all(store, `SELECT ${columns} FROM timeline_items WHERE id = '${create.id}'`)).toEqual([
      ['second @**Cy Vale**', 12, '{"1":["cy"],"👍":["cy","bob"]}', 1, 't1', 2, 17, 'bob'],
    ])
    expect(all(store, 'SELECT m.name, e.name FROM mentions m JOIN entities e ON e.id = m.timeline_id')).toEqual([
      ['Cy Vale', 'r1'],
    ])
    // a delete takes the words with it, and the thread keeps counting without it
    const reply = all(
      store,
      "SELECT t.id FROM timeline_items t JOIN entities e ON e.id = t.timeline_id WHERE e.name = 't1' ORDER BY order_key DESC LIMIT 1",
    )[0]![0]
    receive(
      store,
      [
        event('message.delete', 20, { ...about, payload: {} }),
        event('message.delete', 21, { stream, entity: reply as string, room: 't1', payload: {} }),
        event('message.edit', 30, { ...about, payload: { text: 'too late' } }),
      ],
      { stream },
    )
    expect(
      all(
        store,
        `SELECT snippet, deleted, reactions, pinned, reply_count, last_reply_at FROM timeline_items WHERE id = '${create.id}'`,
      ),
    ).toEqual([['', 1, '{}', 0, 1, 16]])
    expect(all(store, "SELECT count(*) FROM search_index WHERE search_index MATCH 'second OR late'")).toEqual([[0]])
    expect(all(store, 'SELECT count(*) FROM mentions')).toEqual([[0]])
    // who deleted takes it back, and the last words are there again; nobody else can
    const restored = () => all(store, `SELECT snippet, deleted, pinned FROM timeline_items WHERE id = '${create.id}'`)
    receive(store, [{ ...event('message.restore', 40, { ...about, payload: {} }), actor: 'ann' }], { stream })
    expect(restored()).toEqual([['', 1, 0]])
    receive(store, [event('message.restore', 19, { ...about, payload: {} })], { stream })
    expect(restored()).toEqual([['', 1, 0]])
    receive(store, [event('message.restore', 41, { ...about, payload: {} })], { stream })
    expect(restored()).toEqual([['too late', 0, 1]])
    expect(all(store, "SELECT count(*) FROM search_index WHERE search_index MATCH 'late'")).toEqual([[1]])
    store.close()
  })

  it('the last word counts: names, roles, reactions; the further read mark; the first join', async () => {
    const store = await openMemoryStore()
    const inRoom = { stream: streamOfRoom('s1', 'r1'), room: 'r1' }
    // a message counts before anything is known of its room and its space
    receive(store, [event('message.create', 3, { ...inRoom, payload: { text: 'hi' } })], inRoom)
    expect(all(store, 'SELECT author_name FROM timeline_items')).toEqual([['bob']])
    receive(store, [
      event('space.create', 1, { entity: 's1', payload: { name: 'S', visibility: 'public' } }),
      event('member.join', 2, { entity: 'bob', payload: { name: 'Bob' } }),
      event('member.join', 9, { entity: 'bob', payload: { name: 'Robert' } }),
      event('room.create', 5, { entity: 'r1', payload: { name: 'A', kind: 'room' } }),
      event('room.update', 7, { entity: 'r1', payload: { name: 'C' } }),
      event('room.update', 6, { entity: 'r1', payload: { name: 'B' } }),
    ])
    const author = { id: 'p1', name: 'Old Bob' }
    receive(store, [event('message.create', 4, { ...inRoom, payload: { text: 'old', author } })], inRoom)
    expect(all(store, 'SELECT name, role, active, joined_clock FROM memberships')).toEqual([['Robert', 'owner', 1, 2]])
    expect(all(store, 'SELECT author_name FROM timeline_items ORDER BY order_key')).toEqual([['Robert'], ['Old Bob']])
    expect(all(store, 'SELECT name, stream, space_id FROM rooms')).toEqual([['C', inRoom.stream, 's1']])
    expect(all(store, 'SELECT entity_id, field, value FROM conflicts')).toEqual([['r1', 'room.name', 'B']])
    const own = (clock: number, upTo: string) => ({
      ...event('read.mark', clock, { room: 'r1', payload: { stream: inRoom.stream, upTo } }),
      stream: 'person:bob',
    })
    applyBatch(store, {
      batchId: 'b',
      stream: 'person:bob',
      after: null,
      cursor: null,
      items: [own(20, '15'), own(21, '12')].map((each, i) => ({ seq: `p${i}`, receivedAt: 1, event: each })),
    })
    expect(all(store, 'SELECT actor_id, order_key FROM read_markers')).toEqual([['bob', 15]])
    expect(streamsToSync(store, 'bob')).toEqual([
      { stream: 'person:bob', cursor: null },
      { stream: 'space:s1', cursor: null },
      { stream: inRoom.stream, cursor: null },
    ])
    store.close()
  })

  it('a saved view keeps what it asks; its last name, rule and look count; a deleted one comes back', async () => {
    const store = await openMemoryStore()
    const source = { kind: 'search', stream, text: 'from:me tea' }
    const own = (type: string, clock: number, fields: object) =>
      ({ ...event(type, clock, fields as never), stream: 'person:bob', actor: 'bob' }) as AnyEvent
    const saved = own('view.save', 20, { payload: { name: 'Tea', source } })
    const about = (type: string, clock: number, payload: object) => own(type, clock, { entity: saved.id, payload })
    const take = (events: readonly AnyEvent[]) =>
      applyBatch(store, {
        batchId: nextId(),
        stream: 'person:bob',
        after: null,
        cursor: null,
        items: events.map((each) => ({ seq: `v${each.clock}`, receivedAt: 1, event: each })),
      })
    take([
      about('view.rename', 24, { name: 'My tea' }),
      saved,
      about('view.rename', 22, { name: 'Later' }),
      about('view.notify', 23, { on: true }),
      about('view.look', 25, { at: 5000, rows: 3 }),
    ])
    const rows = () =>
      all(store, 'SELECT stream, name, kind, about, text, notify, looked_at, looked_rows FROM saved_views')
    const expected = [['person:bob', 'My tea', 'search', stream, 'from:me tea', 1, 5000, 3]]
    expect(rows()).toEqual(expected)
    take([about('view.delete', 30, { deleted: true })])
    expect(rows()).toEqual([])
    take([about('view.delete', 31, { deleted: false })])
    expect(rows()).toEqual(expected)
    store.close()
  })

  it('the last mute and the last ban count; what admins did is written down, and taken back with its event', async () => {
    const ban = event('member.ban', 5, { actor: 'ann', entity: 'cy', payload: { banned: true, reason: 'again' } })
    const events = [
      event('member.join', 1, { entity: 'cy', payload: { name: 'Cy' } }),
      event('member.mute', 2, { actor: 'ann', entity: 'cy', payload: { until: 50, reason: 'spam' } }),
      event('member.mute', 3, { actor: 'ann', entity: 'cy', payload: { until: 0 } }),
      event('member.role', 4, { actor: 'ann', entity: 'cy', payload: { role: 'admin' } }),
      ban,
      event('member.join', 6, { entity: 'cy', payload: { name: 'Cy' } }), // of a device that had not heard of it
    ]
    const standing = 'SELECT role, active, muted_until, mute_reason, muted_by, banned, ban_reason FROM memberships'
    for (const order of [events, events.toReversed()]) {
      const store = await openMemoryStore()
      for (const each of order) receive(store, [each])
      expect(all(store, standing)).toEqual([['member', 0, 0, null, 'ann', 1, 'again']])
      expect(all(store, 'SELECT event_type, actor_id, about, detail, reason FROM moderation ORDER BY clock')).toEqual([
        ['member.mute', 'ann', 'cy', '50', 'spam'],
        ['member.mute', 'ann', 'cy', '0', null],
        ['member.role', 'ann', 'cy', 'admin', null],
        ['member.ban', 'ann', 'cy', '1', 'again'],
      ])
      inTransaction(store, () => {
        store.projector.unproject(ban as KnownEvent)
        store.projector.flush()
      })
      expect(all(store, standing)).toEqual([['admin', 1, 0, null, 'ann', 0, null]])
      expect(all(store, "SELECT count(*) FROM moderation WHERE event_type = 'member.ban'")).toEqual([[0]])
      store.close()
    }
  })

  it('an invitation counts who came by it, and makes them what it says; no guest is more by coming again', async () => {
    const invite = { id: 'i1', role: 'admin' }
    const comes = { name: 'Cy', invite }
    const events = [
      event('invite.create', 1, {
        actor: 'ann',
        entity: 'i1',
        payload: { role: 'admin', hash: '0'.repeat(64), expiresAt: 99, uses: 5 },
      }),
      event('member.join', 2, { entity: 'cy', payload: comes }),
      event('member.join', 3, { entity: 'gus', payload: { name: 'Gus', invite: { id: 'i2', role: 'guest' } } }),
      event('member.leave', 4, { entity: 'gus', payload: {} }),
      event('member.join', 5, { entity: 'gus', payload: { name: 'Gus', invite } }),
      event('invite.revoke', 6, { entity: 'i1', payload: {} }),
    ]
    for (const order of [events, events.toReversed()]) {
      const store = await openMemoryStore()
      for (const each of order) receive(store, [each])
      expect(all(store, 'SELECT id, maker_id, role, expires_at, uses, used, revoked FROM invitations')).toEqual([
        ['i1', 'ann', 'admin', 99, 5, 2, 1],
      ])
      expect(all(store, 'SELECT person_id, role, active FROM memberships ORDER BY person_id')).toEqual([
        ['cy', 'admin', 1],
        ['gus', 'guest', 1],
      ])
      store.close()
    }
  })

  it.each([
    ['left', 'ann'],
    ['was removed', 'bob'],
  ])('an admin who %s and comes back is a member, founder or not, in any order of arrival', async (_how, actor) => {
    const events = [
      event('space.create', 1, { actor: 'ann', entity: 's1', payload: { name: 'S', visibility: 'public' } }),
      event('member.join', 2, { entity: 'ann', payload: { name: 'Ann' } }),
      event('member.join', 3, { entity: 'cy', payload: { name: 'Cy' } }),
      event('member.role', 4, { entity: 'cy', payload: { role: 'admin' } }),
      event('member.leave', 5, { entity: 'ann', actor, payload: {} }),
      event('member.role', 6, { entity: 'ann', payload: { role: 'admin' } }), // of somebody who is not there
      event('member.leave', 7, { entity: 'cy', actor, payload: {} }),
      event('member.join', 8, { entity: 'ann', payload: { name: 'Ann' } }),
      event('member.join', 9, { entity: 'cy', payload: { name: 'Cy' } }),
    ]
    for (const order of [events, events.toReversed()]) {
      const store = await openMemoryStore()
      for (const each of order) receive(store, [each])
      expect(all(store, 'SELECT person_id, role, active FROM memberships ORDER BY person_id')).toEqual([
        ['ann', 'member', 1],
        ['cy', 'member', 1],
      ])
      store.close()
    }
  })

  it('who claims to have made a space that is there is no admin of it, nor of another space', async () => {
    const store = await openMemoryStore()
    receive(store, [
      event('space.create', 5, { actor: 'eve', entity: 's1', payload: { name: 'Mine', visibility: 'public' } }),
      event('space.create', 1, { actor: 'ann', entity: 's1', payload: { name: 'S', visibility: 'invite' } }),
      event('space.create', 1, { actor: 'eve', entity: 's2', payload: { name: 'Other', visibility: 'public' } }),
      event('member.join', 2, { entity: 'ann', payload: { name: 'Ann' } }),
      event('member.join', 6, { entity: 'eve', payload: { name: 'Eve' } }),
    ])
    expect(all(store, 'SELECT person_id, role FROM memberships ORDER BY 1')).toEqual([
      ['ann', 'owner'],
      ['eve', 'member'],
    ])
    expect(all(store, 'SELECT id, visibility FROM spaces')).toEqual([['s1', 'invite']])
    store.close()
  })

  it('a rename that saw the other one settles it', async () => {
    const store = await openMemoryStore()
    dispatchDrafts(store, [
      draft('room.create', { entity: 'r1', payload: { name: 'A', kind: 'room' } }),
      draft('room.update', { entity: 'r1', payload: { name: 'B' } }),
    ])
    const here = pendingEvents(store).at(-1)!
    expect(here.deps).toHaveLength(1)
    receive(store, [event('room.update', 5, { entity: 'r1', payload: { name: 'elsewhere' }, deps: here.deps })])
    expect(all(store, 'SELECT value FROM conflicts')).toEqual([['elsewhere']])
    dispatchDrafts(store, [draft('room.update', { entity: 'r1', payload: { name: 'both' } })])
    expect(all(store, 'SELECT count(*) FROM conflicts')).toEqual([[0]])
    expect(all(store, 'SELECT name FROM rooms')).toEqual([['both']])
    store.close()
  })
})

describe('applyBatch', () => {
  it('keeps poison aside, counts duplicates, and refuses a batch with a gap before it', async () => {
    const store = await openMemoryStore()
    const good = event('message.create', 1, { room: 'r1', payload: { text: 'good' } })
    const future = event('dance.start', 2, { payload: { move: 1 } })
    const bad = [
      { id: 'nonsense' },
      event('message.create', 3, { payload: { text: 'no room' } }),
      event('page.update', 4, { entity: 'p1', payload: { update: 'AAECAwQFBgc=' } }),
      { ...event('message.delete', 5, { entity: 'x', payload: {} }), stream: 'space:other' },
      event('message.create', 6, {
        room: 'r1',
        payload: { text: 'x'.repeat(59_000), author: { id: 'é'.repeat(9000), name: 'n' } },
      }),
    ]
    const outcome = receive(store, [bad[0], good, bad[1], future, bad[2], bad[3], bad[4]], { cursor: '10' })
    expect(outcome).toMatchObject({ type: 'Applied', applied: 1, unknown: 1, duplicates: 0 })
    expect(outcome.type === 'Applied' && outcome.rejected.map(({ fault }) => fault.field)).toEqual([
      'id',
      'room',
      '',
      'stream',
      '',
    ])
    expect(all(store, 'SELECT count(*) FROM rejected_events')).toEqual([[5]])
    expect(receive(store, [good, future, bad[0]])).toMatchObject({
      applied: 0,
      duplicates: 2,
      rejected: [{ id: 'nonsense' }],
    })
    expect(all(store, 'SELECT count(*) FROM rejected_events'), 'at another place').toEqual([[6]])
    expect(all(store, 'SELECT snippet FROM timeline_items')).toEqual([['good']])
    expect(receive(store, [], { after: '11', cursor: '12' })).toEqual({ type: 'Gap', cursor: '10' })
    expect(receive(store, [], { after: '10', cursor: '12' })).toMatchObject({ type: 'Applied' })
    expect(receive(store, [], { cursor: '11' })).toMatchObject({ type: 'Applied' })
    expect(store.log.cursor(stream)).toBe('12')
    store.close()
  })

  it('keeps events of a type that only a newer build knows, and projects them once it is known', async () => {
    const store = await openMemoryStore()
    const room = event('room.create', 1, { entity: 'r1', payload: { name: 'later', kind: 'room' } })
    // as an older build would have stored it: neither checked nor projected
    store.log.insert(room, null, null)
    store.log.insert(event('room.update', 2, { entity: 'r1', payload: { name: 7 } }), null, null)
    expect(projectStored(store)).toBe(1)
    expect(all(store, 'SELECT name FROM rooms')).toEqual([['later']])
    expect(all(store, 'SELECT code FROM rejected_events')).toEqual([['MALFORMED_EVENT']])
    expect(projectStored(store)).toBe(0)
    store.close()
  })

  it('keeps an event of a version that only a newer build knows as it came, and projects nothing of it', async () => {
    const store = await openMemoryStore()
    const made = event('room.create', 1, { entity: 'r1', payload: { name: 'general', kind: 'room' } })
    const newer = event('room.update', 2, { entity: 'r1', version: 2, payload: { name: { en: 'Main' } } })
    receive(store, [made, newer])
    expect(projectStored(store)).toBe(0)
    expect(all(store, 'SELECT name FROM rooms')).toEqual([['general']])
    expect(all(store, 'SELECT count(*) FROM rejected_events')).toEqual([[0]])
    expect(store.log.read(newer)).toEqual(newer)
    store.close()
  })
})

describe('dispatch and outbox', () => {
  it('stamps a clock above every clock seen, whatever the wall says, and keeps it', async () => {
    let now = 1000
    const store = await openMemoryStore({ now: () => now })
    receive(store, [event('message.create', 2 ** 40, { room: 'r1', payload: { text: 'from ahead' } })])
    now = 5
    dispatchDrafts(store, [message('a'), message('b')])
    expect(pendingEvents(store).map((each) => Number(each.clock))).toEqual([2 ** 40 + 1, 2 ** 40 + 2])
    expect(store.log.readClock()).toBe(2n ** 40n + 2n)
    store.close()
  })

  it('takes all drafts or none, and an id only once', async () => {
    const store = await openMemoryStore()
    const good = message('good')
    const before = projectionDump(store)
    expect(dispatchDrafts(store, [good, message('bad', { room: undefined } as never)])).toMatchObject({
      type: 'InvalidEvent',
      index: 1,
      fault: { field: 'room' },
    })
    expect(projectionDump(store)).toEqual(before)
    expect(dispatchDrafts(store, [good])).toMatchObject({
      type: 'Dispatched',
      duplicates: 0,
      events: [{ id: good.id }],
    })
    expect(dispatchDrafts(store, [good])).toMatchObject({ type: 'Dispatched', duplicates: 1, events: [] })
    expect(outboxCount(store)).toEqual({ pending: 1, failed: 0 })
    store.close()
  })

  it("the server's copy settles an event and changes nothing on screen", async () => {
    const store = await openMemoryStore()
    dispatchDrafts(store, [message('mine'), message('mine too')])
    const before = projectionDump(store)
    const [first, second] = pendingEvents(store)
    expect(receive(store, [first])).toMatchObject({ duplicates: 1, acknowledged: 1, applied: 0 })
    applyUploadResults(store, stream, [{ id: second!.id, seq: 'z9', receivedAt: 7 }])
    expect(projectionDump(store)).toEqual(before)
    expect(outboxCount(store)).toEqual({ pending: 0, failed: 0 })
    expect(all(store, `SELECT seq, meta FROM events WHERE event_id = '${second!.id}'`)).toEqual([
      ['z9', '{"version":2,"receivedAt":7}'],
    ])
    store.close()
  })

  it('a refused event waits for the person: retry queues it, discard takes it and what hangs on it out', async () => {
    const store = await openMemoryStore()
    const mine = message('mine')
    const before = projectionDump(store)
    dispatchDrafts(store, [mine, draft('reaction.add', { entity: mine.id, room: 'r1', payload: { emoji: '👍' } })])
    applyUploadResults(store, stream, [{ id: mine.id, error: { code: 'NOT_ALLOWED', message: 'no' } }])
    expect(outboxCount(store)).toEqual({ pending: 1, failed: 1 })
    expect(retryEvents(store, [mine]).map(({ id }) => id)).toEqual([mine.id])
    expect(outboxCount(store)).toEqual({ pending: 2, failed: 0 })
    expect(discardEvents(store, [mine])).toHaveLength(2)
    expect(projectionDump(store)).toEqual(before)
    expect(all(store, 'SELECT count(*) FROM events')).toEqual([[0]])
    store.close()
  })

  it('events of a local stream are never uploaded', async () => {
    const store = await openMemoryStore()
    expect(dispatchDrafts(store, [message('demo', { stream: 'local:demo' } as never)])).toMatchObject({ events: [] })
    expect(outboxCount(store)).toEqual({ pending: 0, failed: 0 })
    store.close()
  })
})

describe('migrate', () => {
  it('every table is said to be of the log, a projection, an index or the device’s own', async () => {
    const store = await openMemoryStore()
    const made = all(
      store,
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search\\_index\\_%' ESCAPE '\\' AND name <> 'sqlite_sequence'",
    )
    expect(made.flat().sort()).toEqual(Object.keys(tables).sort())
    store.close()
  })

  it.each([
    ['the first schema', 1, "INSERT INTO drafts VALUES ('r1')", []],
    ['the second', 2, "INSERT INTO drafts VALUES ('r1', 'space:s1', 'half a word', 1)", [['half a word']]],
  ])(
    'what was not sent comes along from a database of %s; the rest is to be fetched',
    async (_, version, draft, drafts) => {
      const store = await openMemoryStore({ versions: version })
      const write = (each: AnyEvent, seq: string | null) =>
        store.sql
          .prepare(
            `INSERT INTO events (event_id, stream, seq, event_type, actor, clock, created_at, target_entity_id, timeline_id, payload, applied_at)
           VALUES (?, 'space:s1', ?, ?, 'ann', ?, 1, ?, ?, ?, 1)`,
          )
          .run(
            each.id,
            seq,
            each.type,
            BigInt(each.clock),
            each.entity ?? null,
            each.room ?? null,
            JSON.stringify(each.payload),
          )
      const sent = event('message.create', 5, { room: 'r1', payload: { text: 'sent' } })
      const mine = event('message.create', 6, { room: 'r1', payload: { text: 'not sent' } })
      const edit = event('message.edit', 7, { entity: mine.id, payload: { text: 'not sent either' } })
      write(sent, '1')
      for (const each of [mine, edit]) {
        write(each, null)
        store.sql
          .prepare(
            "INSERT INTO outbox (event_id, stream, entity_id, state, created_at) VALUES (?, 'space:s1', ?, 'pending', 1)",
          )
          .run(each.id, mine.id)
      }
      store.sql.exec(
        `${draft}; INSERT INTO meta VALUES ('clock', 77), ('projection_version', '4'); CREATE TABLE cursors (x); CREATE TABLE facts (x)`,
      )
      migrate(store.sql, migrations)
      const opened = Object.assign(openStore({ sql: store.sql, now: store.now }), { db: store.db })
      expect(opened.clock).toBe(77n)
      expect(needsReplay(opened)).toBe(true)
      while (needsReplay(opened)) replayStep(opened)
      expect(all(opened, 'SELECT snippet FROM timeline_items')).toEqual([['not sent either']])
      expect(pendingEvents(opened).map(({ id }) => id)).toEqual([mine.id, edit.id])
      expect(all(opened, 'SELECT count(*) FROM cursors')).toEqual([[0]])
      expect(all(opened, 'SELECT text FROM drafts')).toEqual(drafts)
      store.close()
    },
  )

  it('runs each version once, in one transaction each, and leaves a newer schema alone', async () => {
    const store = await openMemoryStore()
    const [present] = all(store, 'PRAGMA user_version')[0] as [number]
    const versions = [
      ...Array.from({ length: present }, () => ''),
      'CREATE TABLE more (x); INSERT INTO more VALUES (1)',
    ]
    expect(() => migrate(store.sql, [...versions, 'CREATE TABLE half (x); nonsense'])).toThrow('syntax error')
    expect(all(store, "SELECT name FROM sqlite_schema WHERE name IN ('more', 'half')")).toEqual([['more']])
    expect(migrate(store.sql, versions)).toEqual({ type: 'Migrated', from: present + 1, to: present + 1 })
    expect(migrate(store.sql, migrations)).toEqual({ type: 'SchemaTooNew', needs: present + 1, have: present })
    store.close()
  })
})

describe('what was rescued from a database that is gone', () => {
  it('is taken back one by one: what cannot be taken keeps nothing else out, nor the database shut', async () => {
    const store = await openMemoryStore()
    const mine = { ...event('message.create', 1, { room: 'r1', payload: { text: 'mine' } }), actor: 'ann' }
    const update = event('page.update', 2, { entity: 'p1', payload: { update: 'AAECAwQFBgc=' } })
    const inputs = [null, { id: 'x' }, update, mine, { ...mine, id: nextId(), payload: { text: '\ud800' } }]
    expect(requeueEvents(store, inputs).map(({ id }) => id)).toEqual([mine.id])
    expect(outboxCount(store)).toEqual({ pending: 1, failed: 0 })
    expect(all(store, 'SELECT snippet FROM timeline_items')).toEqual([['mine']])
    expect(all(store, 'SELECT count(*) FROM rejected_events')).toEqual([[4]])
    store.close()
  })
})

describe('what a person may no longer read', () => {
  it('leaves the device, and they are told what it was, unless they left by themselves', async () => {
    const store = await openMemoryStore()
    const came = [
      event('space.create', 1, { actor: 'ann', entity: 's1', payload: { name: 'Observatory', visibility: 'invite' } }),
      event('member.join', 2, { entity: 'bob', payload: { name: 'Bob' } }),
      event('room.create', 3, { entity: 'r1', payload: { name: 'general', kind: 'room' } }),
      event('message.create', 4, { room: 'r1', payload: { text: 'planted words' } }),
    ]
    const items = came.map((each) => ({ seq: each.id, receivedAt: 1, event: each }))
    applyBatch(store, { batchId: 'b', stream, after: null, cursor: items.at(-1)!.seq, items })
    const sent: ToSync[] = []
    const database = { epoch: 1, generation: 'g', full: false, failed: () => {} }
    const sync = syncConversation(
      store,
      database,
      (message) => sent.push(message),
      () => {},
    )
    sync.setPerson('bob', null, false)
    sync.receive({ type: 'STREAM_GONE', stream })
    expect(sent.at(-2)).toMatchObject({ type: 'SYNC_STATE', streams: [{ stream: 'person:bob' }] })
    await expect.poll(() => all(store, 'SELECT count(*) FROM events')).toEqual([[0]])
    const told = all(store, `SELECT value FROM meta WHERE key = '${lossesKey}'`)
    expect(readLosses(told[0]![0])).toEqual([{ stream, name: 'Observatory' }])
    sync.receive({ type: 'STREAM_GONE', stream: 'person:bob' }) // nobody takes that from them
    for (const one of [
      ...items,
      { ...items[0]!, seq: 'z', event: event('member.leave', 9, { entity: 'bob', payload: {} }) },
    ])
      applyBatch(store, { batchId: 'b', stream, after: null, cursor: one.seq, items: [one] })
    forgetLosses(store)
    sync.receive({ type: 'STREAM_GONE', stream })
    await expect.poll(() => all(store, 'SELECT count(*) FROM events')).toEqual([[0]])
    expect(all(store, `SELECT value FROM meta WHERE key = '${lossesKey}'`)).toEqual([])
    store.close()
  })

  it('comes in from its beginning when they are in it again, while what was there of it is still going', async () => {
    const store = await openMemoryStore()
    const joined = event('member.join', 1, { entity: 'bob', payload: { name: 'Bob' } })
    const said = Array.from({ length: 1200 }, (_, n) =>
      event('message.create', n + 2, { room: 'r1', payload: { text: 'x' } }),
    )
    const items = [joined, ...said].map((each) => ({ seq: each.id, receivedAt: 1, event: each }))
    applyBatch(store, { batchId: 'b', stream, after: null, cursor: items.at(-1)!.seq, items })
    const sent: ToSync[] = []
    const database = { epoch: 1, generation: 'g', full: false, failed: () => {} }
    const sync = syncConversation(
      store,
      database,
      (message) => sent.push(message),
      () => {},
    )
    sync.setPerson('bob', null, false)
    sync.receive({ type: 'STREAM_GONE', stream })
    expect(all(store, 'SELECT count(*) FROM timeline_items')).toEqual([[1200]]) // the membership alone went at once
    const first = items.slice(0, 10)
    sync.receive({ type: 'EVENTS', batchId: 'c', stream, items: first, after: null, cursor: first.at(-1)!.seq })
    expect(sent.some((message) => message.type === 'EVENTS_APPLIED' && message.batchId === 'c')).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(all(store, 'SELECT count(*) FROM timeline_items')).toEqual([[9]])
    expect(store.log.cursor(stream)).toBe(first.at(-1)!.seq)
    store.close()
  })
})
