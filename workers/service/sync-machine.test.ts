import { expect, test } from 'vitest'
import type { FromSync, ToSync } from '../../schema/messages/sync.ts'
import { makeEvent, seqOf } from './fake-world.ts'
import { SyncFault } from './sync-api.ts'
import { SyncMachine } from './sync-machine.ts'
import type { SyncEffect, SyncInput } from './sync-steps.ts'

/** Single steps, as a reader wants to see them; that they hold together is proven in sync-faults.test.ts. */
const stream = 'space:a'
const items = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    seq: seqOf(from + i),
    receivedAt: 1,
    event: makeEvent(`e${from + i}`, stream),
  }))
const state = (cursor: string | null, rest: object = {}): SyncInput => ({
  type: 'MESSAGE',
  message: {
    type: 'SYNC_STATE',
    epoch: 1,
    generation: 'g',
    actor: 'me',
    streams: [{ stream, cursor }],
    openRoom: null,
    cut: false,
    ...rest,
  },
})
const outbox = (...ids: string[]): SyncInput => ({
  type: 'MESSAGE',
  message: { type: 'OUTBOX', epoch: 1, complete: true, events: ids.map((id) => makeEvent(id, stream)) },
})
const noQueue: SyncInput = { type: 'QUEUE', stream, after: null, items: [] }

function start() {
  const machine = new SyncMachine(
    's',
    () => 0.5,
    () => 0,
  )
  const step = (...inputs: SyncInput[]) => inputs.flatMap((input) => machine.step(input))
  step({ type: 'START' })
  return { machine, step }
}
const of = <T extends SyncEffect['type']>(effects: readonly SyncEffect[], type: T) =>
  effects.filter((effect): effect is Extract<SyncEffect, { type: T }> => effect.type === type)
const sent = <T extends FromSync['type']>(effects: readonly SyncEffect[], type: T) =>
  of(effects, 'SEND').flatMap(({ message }) =>
    message.type === type ? [message as Extract<FromSync, { type: T }>] : [],
  )
const applied = (batchId: string): SyncInput => {
  const message: ToSync = { type: 'EVENTS_APPLIED', epoch: 1, batchId, rejected: [] }
  return { type: 'MESSAGE', message }
}

test('it asks the database first, and nothing of the network before the answer', () => {
  const machine = new SyncMachine(
    's',
    () => 0.5,
    () => 0,
  )
  expect(of(machine.step({ type: 'START' }), 'SEND')).toMatchObject([{ message: { type: 'SYNC_HELLO' } }])
  expect(machine.step({ type: 'NUDGE', retry: true })).toMatchObject([{}, {}, { message: { type: 'SYNC_HELLO' } }])
})

test('a stream without a cursor: outline, newest page of the open room, then the history from the beginning', () => {
  const { step } = start()
  const openRoom = { stream, room: 'r' }
  const first = of(step(state(null, { openRoom }), noQueue), 'READ')
  expect(first.map((read) => read.what)).toEqual([{ kind: 'outline' }])
  const whole = { upToDate: true, head: seqOf(900), total: 900, behind: 0 }
  const second = of(step({ type: 'READ', request: first[0]!.request, page: { ...whole, items: [] } }), 'READ')
  expect(second.map((read) => read.what)).toEqual([
    { kind: 'newest', room: 'r' },
    { kind: 'after', after: null },
  ])
  const page = { ...whole, items: items(880, 900) }
  const handed = sent(step({ type: 'READ', request: second[0]!.request, page }), 'EVENTS')
  expect(handed).toMatchObject([{ cursor: null, items: { length: 21 } }])
})

test('history goes over in batches that continue one another, few at a time, the next after an acknowledgement', () => {
  const { step } = start()
  const [read] = of(step(state(seqOf(10)), noQueue), 'READ')
  expect(read!.what).toEqual({ kind: 'after', after: seqOf(10) })
  const page = { items: items(11, 410), upToDate: true, head: seqOf(410), total: 410, behind: 0 }
  const batches = sent(step({ type: 'READ', request: read!.request, page }), 'EVENTS')
  expect(batches.map(({ after, cursor }) => [after, cursor])).toEqual([
    [seqOf(10), seqOf(110)],
    [seqOf(110), seqOf(210)],
  ])
  const next = sent(step(applied(batches[0]!.batchId)), 'EVENTS')
  expect(next).toMatchObject([{ after: seqOf(210) }])
  expect(sent(step(applied('unknown')), 'EVENTS')).toEqual([])
})

test('a new leader’s cursors count: what was under way is forgotten', () => {
  const { step } = start()
  const [read] = of(step(state(null), noQueue), 'READ')
  step(state(seqOf(3), { epoch: 2 }))
  const page = { items: items(1, 3), upToDate: true, head: seqOf(3), total: 3, behind: 0 }
  expect(sent(step({ type: 'READ', request: read!.request, page }), 'EVENTS')).toEqual([])
  expect(of(step(noQueue), 'READ')[0]!.what).toEqual({ kind: 'after', after: seqOf(3) })
})

test('another coordinator serves: what the one before may have lost is handed over again, and does not wait for a timeout', () => {
  const { step } = start()
  const started: SyncInput = { type: 'MESSAGE', message: { type: 'COORDINATOR_STARTED' } }
  const [read] = of(step(state(null), noQueue), 'READ')
  expect(sent(step(started), 'SYNC_HELLO')).toEqual([])
  const page = { items: items(1, 3), upToDate: true, head: seqOf(3), total: 3, behind: 0 }
  const lost = sent(step({ type: 'READ', request: read!.request, page }), 'EVENTS')
  expect(lost).toHaveLength(1)
  expect(sent(step(started), 'SYNC_HELLO')).toHaveLength(1)
  const [again] = of(step(state(null), noQueue), 'READ')
  expect(sent(step({ type: 'READ', request: again!.request, page }), 'EVENTS')).toMatchObject([{ items: items(1, 3) }])
})

test('uploads wait for the whole outbox, then go in order; a refused one is reported and the rest goes on', () => {
  const { step } = start()
  const one: ToSync = { type: 'OUTBOX', epoch: 1, complete: false, events: [makeEvent('late', stream)] }
  expect(of(step(state(seqOf(1)), { type: 'MESSAGE', message: one }), 'APPEND')).toEqual([])
  const [append] = of(step(outbox('a', 'b', 'late')), 'APPEND')
  expect(append!.events.map((event) => event.id)).toEqual(['a', 'b', 'late'])
  const fault = new SyncFault('refused', 'no', { code: 'NOT_ALLOWED', message: 'no', index: 1 })
  const after = step({ type: 'APPEND_FAILED', request: append!.request, fault })
  expect(sent(after, 'UPLOADED')[0]!.results).toEqual([{ id: 'b', error: { code: 'NOT_ALLOWED', message: 'no' } }])
  expect(of(after, 'UNMIRROR')[0]!.events).toEqual([{ stream, id: 'b' }])
  expect(of(after, 'APPEND')[0]!.events.map((event) => event.id)).toEqual(['a', 'late'])
})

test('no network: one timer, nothing asked until it rings or a page says that the network is back', () => {
  const { step } = start()
  const effects = step(state(seqOf(1)), outbox(), noQueue)
  const [read] = of(effects, 'READ')
  const [tail] = of(effects, 'OPEN_TAIL')
  const fault = new SyncFault('passing', 'no network')
  const failed = step(
    { type: 'READ_FAILED', request: read!.request, fault },
    { type: 'TAIL_ENDED', tail: tail!.tail, fault },
  )
  expect(of(failed, 'TIMER').filter((timer) => timer.timer === 'network')).toHaveLength(1)
  expect(of(failed, 'READ')).toEqual([])
  expect(sent(failed, 'SYNC_STATUS').at(-1)!.status.state).toBe('offline')
  const again = step({ type: 'NUDGE', retry: true })
  expect(of(again, 'READ')).toHaveLength(1)
  expect(of(again, 'OPEN_TAIL')).toHaveLength(1)
})

test('what was queued without a tab goes first, and leaves the queue only when it was applied', () => {
  const { step } = start()
  const effects = step(state(seqOf(5)), { type: 'QUEUE', stream, after: seqOf(3), items: items(4, 8) })
  const [batch] = sent(effects, 'EVENTS')
  expect(batch).toMatchObject({ after: seqOf(5), cursor: seqOf(8), items: { length: 3 } })
  expect(of(effects, 'READ')[0]!.what).toEqual({ kind: 'after', after: seqOf(8) })
  expect(of(effects, 'UNQUEUE')).toEqual([])
  expect(of(step(applied(batch!.batchId)), 'UNQUEUE')).toEqual([{ type: 'UNQUEUE', stream, upTo: seqOf(8) }])
})

test('a queue that begins beyond the cursor moves none', () => {
  const { step } = start()
  const effects = step(state(seqOf(1)), { type: 'QUEUE', stream, after: seqOf(6), items: items(7, 8) })
  expect(sent(effects, 'EVENTS')).toMatchObject([{ cursor: null, items: { length: 2 } }])
  expect(of(effects, 'READ')[0]!.what).toEqual({ kind: 'after', after: seqOf(1) })
})

test('a database that was lost, and came to the same epoch, is filled again from the beginning', () => {
  const { step } = start()
  step(state(seqOf(3)), noQueue)
  const effects = step(state(null, { generation: 'another' }), noQueue)
  expect(of(effects, 'READ').map(({ what }) => what)).toMatchObject([{ kind: 'outline' }])
})

test('a stream that is gone is asked for no more, and the database and the queue let go of it; it may come back', () => {
  const { step } = start()
  const { tail } = of(step(state('000001'), outbox(), noQueue), 'OPEN_TAIL')[0]!
  const heads = { type: 'heads', actor: 'me', heads: [], gone: [stream, 'space:long-ago'] } as const
  const heard = step({ type: 'TAIL', tail, message: heads })
  expect(sent(heard, 'STREAM_GONE').map((message) => message.stream)).toEqual([stream, 'space:long-ago'])
  expect(of(heard, 'UNQUEUE').map((effect) => effect.stream)).toContain(stream)
  // the database has not carried it out yet
  expect(of(step(state('000001', { openRoom: { stream, room: 'r' } })), 'READ')).toEqual([])
  const back = step({ type: 'TAIL', tail, message: { type: 'joined', stream, head: seqOf(9), total: 9 } })
  expect(of(back, 'LOAD_QUEUE').map((effect) => effect.stream)).toEqual([stream])
})

test('what was refused for lack of room comes again when the database says where it stands', () => {
  const { step } = start()
  const [read] = of(step(state(seqOf(0)), noQueue), 'READ')
  const page = { items: items(1, 2), upToDate: true, head: seqOf(2), total: 2, behind: 0 }
  const [events] = sent(step({ type: 'READ', request: read!.request, page }), 'EVENTS')
  const { batchId } = events!
  step({
    type: 'MESSAGE',
    message: { type: 'EVENTS_FAILED', epoch: 1, batchId, code: 'QUOTA_EXCEEDED', message: 'full' },
  })
  const [again] = of(step(state(seqOf(0)), noQueue), 'READ')
  expect(sent(step({ type: 'READ', request: again!.request, page }), 'EVENTS')).toMatchObject([{ items: page.items }])
})

/** as far as its outline: of so many events */
function outlined(total: number) {
  const { step } = start()
  const [outline] = of(step(state(null), noQueue), 'READ')
  const page = { upToDate: true, head: seqOf(total), total, behind: 0, items: [] }
  const effects = step({ type: 'READ', request: outline!.request, page })
  return { step, effects, reads: of(effects, 'READ').map(({ what }) => what) }
}
const snapshotEnded = (...cursors: { stream: string; cursor: string }[]): SyncInput => ({
  type: 'MESSAGE',
  message: { type: 'SNAPSHOT_ENDED', epoch: 1, home: stream, cursors },
})

test('a long history, all of it to come: the database takes a snapshot, and then what lies behind it', () => {
  const { step, effects, reads } = outlined(20_000)
  expect(sent(effects, 'SNAPSHOT_WANTED')).toEqual([{ type: 'SNAPSHOT_WANTED', home: stream }])
  expect(reads).toEqual([])
  const after = step(snapshotEnded({ stream, cursor: seqOf(15_000) }))
  expect(of(after, 'READ').map(({ what }) => what)).toEqual([{ kind: 'after', after: seqOf(15_000) }])
  expect(of(after, 'REMEMBER_CURSOR')).toMatchObject([{ seq: seqOf(15_000) }])
})

test('a short history, or one that has begun to come, comes event by event', () => {
  const short = outlined(9_000)
  expect(sent(short.effects, 'SNAPSHOT_WANTED')).toEqual([])
  expect(short.reads).toContainEqual({ kind: 'after', after: null })
  const { step } = start()
  const [read] = of(step(state(seqOf(10)), noQueue), 'READ')
  const page = { items: items(11, 12), upToDate: false, head: seqOf(90_000), total: 90_000, behind: 89_988 }
  expect(sent(step({ type: 'READ', request: read!.request, page }), 'SNAPSHOT_WANTED')).toEqual([])
})

test('where there is no snapshot, or nothing is heard of it, the history comes event by event, and none is asked for again', () => {
  for (const end of [snapshotEnded(), { type: 'TIMER', timer: 'snapshot' } as const]) {
    const { step } = outlined(20_000)
    const effects = step(end)
    expect(of(effects, 'READ').map(({ what }) => what)).toEqual([{ kind: 'after', after: null }])
    const heads = {
      type: 'heads',
      actor: 'me',
      gone: [],
      heads: [{ stream, head: seqOf(20_001), total: 20_001 }],
    } as const
    expect(sent(step({ type: 'TAIL', tail: 1, message: heads }), 'SNAPSHOT_WANTED')).toEqual([])
  }
})

test('a leader that ends while it takes a snapshot: the next one is asked for it anew', () => {
  const { step } = outlined(20_000)
  const [outline] = of(step(state(null, { epoch: 2 }), noQueue), 'READ')
  const page = { upToDate: true, head: seqOf(20_000), total: 20_000, behind: 0, items: [] }
  const effects = step({ type: 'READ', request: outline!.request, page })
  expect(sent(effects, 'SNAPSHOT_WANTED')).toHaveLength(1)
})

test('a network that a person switched off is not asked, whatever else happens, and all is made up for later', () => {
  const { machine, step } = start()
  const network = (effects: readonly SyncEffect[]) =>
    effects.filter(({ type }) => type === 'READ' || type === 'APPEND' || type === 'OPEN_TAIL')
  step(state(null), noQueue)
  const off = step(state(null, { cut: true }))
  expect(of(off, 'CLOSE_TAIL'), 'the live connection is closed').toHaveLength(1)
  expect(sent(off, 'SYNC_STATUS').at(-1)).toMatchObject({ status: { state: 'offline' } })
  const meanwhile = step(
    outbox('a', 'b'),
    { type: 'NUDGE', retry: true },
    { type: 'OFFLINE' },
    { type: 'TIMER', timer: 'network' },
    { type: 'QUEUE_GREW', stream },
    state(null, { cut: true, epoch: 2 }),
    outbox('a', 'b'),
  )
  expect(network(meanwhile)).toEqual([])
  expect(machine.cut).toBe(true)
  const on = step(state(null, { epoch: 2 }))
  expect(of(on, 'OPEN_TAIL')).toHaveLength(1)
  expect(of(on, 'APPEND')).toMatchObject([{ events: [{ id: expect.anything() }, { id: expect.anything() }] }])
})

const within = 'room:public.a.r'
const other = 'room:public.a.q'
const joined = (of: string, total: number): SyncInput => ({
  type: 'TAIL',
  tail: 1,
  message: { type: 'joined', stream: of, head: seqOf(total), total },
})
const queueOf = (of: string): SyncInput => ({ type: 'QUEUE', stream: of, after: null, items: [] })
const whole = (total: number, of = items(1, total)) => ({
  items: of,
  head: seqOf(total),
  total,
  behind: total - of.length,
  upToDate: of.length === total,
})

/** A person joins, and their device has read the space's own twelve events before the server tells of its rooms. */
function joinedEarly() {
  const { step } = start()
  const [outline] = of(step(state(null), outbox(), noQueue), 'READ')
  const [history] = of(step({ type: 'READ', request: outline!.request, page: whole(12, []) }), 'READ')
  const [batch] = sent(step({ type: 'READ', request: history!.request, page: whole(12) }), 'EVENTS')
  step(applied(batch!.batchId))
  return step
}
const wanted = (effects: readonly SyncEffect[]) => sent(effects, 'SNAPSHOT_WANTED').map(({ home }) => home)
const readsOf = (effects: readonly SyncEffect[]) => of(effects, 'READ').map((read) => [read.stream, read.what] as const)

test('a space that is here already: the long history of its room comes as a file, when the room is told of', () => {
  const step = joinedEarly()
  const told = step(joined(within, 20_000), queueOf(within))
  expect(wanted(told)).toEqual([stream])
  expect(readsOf(told)).toEqual([])
  // rooms that are told of while the file is on its way are in it
  const late = step(joined(other, 300), queueOf(other))
  expect([wanted(late), readsOf(late)]).toEqual([[], []])
  const ended = snapshotEnded(
    { stream, cursor: seqOf(12) },
    { stream: within, cursor: seqOf(19_000) },
    { stream: other, cursor: seqOf(300) },
  )
  expect(readsOf(step(ended))).toEqual([
    [within, { kind: 'after', after: seqOf(19_000) }],
    [other, { kind: 'after', after: seqOf(300) }],
  ])
})

test('a leader that begins in the middle of it: what its database has of the space is no reason to go without the file', () => {
  const step = joinedEarly()
  step(joined(within, 20_000), queueOf(within))
  const streams = [
    { stream, cursor: seqOf(12) },
    { stream: within, cursor: null },
  ]
  const begun = step(state(null, { epoch: 2, streams }), queueOf(stream), queueOf(within))
  const { tail } = of(begun, 'OPEN_TAIL')[0]!
  const heads = [
    { stream: within, head: seqOf(20_000), total: 20_000 },
    { stream, head: seqOf(12), total: 12 },
  ]
  expect(wanted(step({ type: 'TAIL', tail, message: { type: 'heads', actor: 'me', gone: [], heads } }))).toEqual([
    stream,
  ])
})

test('a room that the database knows of before the server tells: its first page says how long it is, and waits for the file', () => {
  for (const cursor of [seqOf(19_000), null]) {
    const { step } = start()
    const streams = [
      { stream, cursor: seqOf(12) },
      { stream: within, cursor: null },
    ]
    const reads = of(step(state(null, { streams }), noQueue, queueOf(within)), 'READ')
    const read = reads.find((one) => one.stream === within)!
    expect(read.what).toEqual({ kind: 'after', after: null })
    const came = step({ type: 'READ', request: read.request, page: whole(20_000, items(1, 2000)) })
    expect([wanted(came), sent(came, 'EVENTS'), readsOf(came)]).toEqual([[stream], [], []])
    const effects = step(snapshotEnded(...(cursor === null ? [] : [{ stream: within, cursor }])))
    if (cursor !== null) expect(readsOf(effects)).toEqual([[within, { kind: 'after', after: cursor }]])
    const handed = sent(effects, 'EVENTS').map((batch) => batch.after)
    expect(handed).toEqual(cursor === null ? [null, seqOf(100)] : [])
  }
})

test('rooms of which none is long: together they are, whichever is told of first; what was asked before the file came is dropped', () => {
  const step = joinedEarly()
  const first = step(joined(within, 6_000), queueOf(within))
  expect(wanted(first)).toEqual([])
  const [read] = of(first, 'READ')
  expect(wanted(step(joined(other, 6_000), queueOf(other)))).toEqual([stream])
  step(snapshotEnded({ stream: within, cursor: seqOf(5_900) }, { stream: other, cursor: seqOf(6_000) }))
  const late = step({ type: 'READ', request: read!.request, page: whole(6_000, items(1, 2000)) })
  expect(sent(late, 'EVENTS')).toEqual([])
  expect(readsOf(late)).toEqual([[within, { kind: 'after', after: seqOf(5_900) }]])
})

test('what came in the file and was told of by nobody is read on from there; what was lost meanwhile goes again', () => {
  const step = joinedEarly()
  step(joined(within, 20_000), queueOf(within), { type: 'TAIL', tail: 1, message: { type: 'gone', stream: within } })
  const cursors = [
    { stream: within, cursor: seqOf(20_000) },
    { stream: other, cursor: seqOf(7) },
  ]
  const effects = step(snapshotEnded(...cursors), queueOf(other))
  expect(sent(effects, 'STREAM_GONE').map((message) => message.stream)).toEqual([within])
  expect(readsOf(effects)).toEqual([[other, { kind: 'after', after: seqOf(7) }]])
})
