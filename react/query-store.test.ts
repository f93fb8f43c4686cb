import { describe, expect, test } from 'vitest'
import type { LiveUpdate, Query } from '../schema/live.ts'
import { LiveRows, type RowsUpdate } from '../workers/runtime/client/live-rows.ts'
import type { ClientError } from '../workers/runtime/client/client.ts'
import { sql } from './live-query.ts'
import { QueryStore, type Timing } from './query-store.ts'

/** The worker's side and the clock, moved by hand. */
function setUp() {
  const open = new Map<string, { update: (update: LiveUpdate) => void; fail: (error: ClientError) => void }>()
  let subscriptions = 0
  const client = {
    subscribe(query: Query, tell: (update: RowsUpdate) => void, fail: (error: ClientError) => void = () => {}) {
      subscriptions++
      let rows: LiveRows | null = null
      const update = (each: LiveUpdate) => {
        if (each.type === 'snapshot') tell((rows = new LiveRows(each)).snapshot())
        else tell(rows!.change(each))
      }
      open.set(query.sql, { update, fail })
      return () => void open.delete(query.sql)
    },
  }
  const frames: (() => void)[] = []
  const timers = new Map<number, () => void>()
  const timing: Timing = {
    frame: (work) => void frames.push(work),
    delay: (work) => (timers.set(timers.size + 1, work), timers.size),
    clear: (timer) => void timers.delete(timer),
  }
  return {
    store: new QueryStore(client, timing),
    open,
    subscriptions: () => subscriptions,
    frame: () => frames.splice(0).forEach((work) => work()),
    grace: () => [...timers.values()].forEach((work) => work()),
  }
}
const rooms = sql<{ id: string }>('SELECT id FROM rooms')
const first = (ids: string[]): LiveUpdate => ({
  type: 'snapshot',
  turn: 1,
  columns: ['id'],
  keys: ids,
  rows: ids.map((id) => [id]),
})
const added = (index: number, id: string): LiveUpdate => ({
  type: 'delta',
  turn: 2,
  changes: [{ op: 'insert', index, key: id, row: [id] }],
})
const failure = Object.assign(new Error('no such table: rooms'), { code: 'QUERY_INVALID' as const })

describe('QueryStore', () => {
  test('equal queries share one subscription, from the first user to the end of the grace period', () => {
    const { store, open, subscriptions, grace } = setUp()
    const leave = [store.subscribe(rooms, () => {}), store.subscribe({ ...rooms }, () => {})]
    expect(subscriptions()).toBe(1)
    for (const unsubscribe of leave) unsubscribe()
    expect(open.size).toBe(1)
    grace()
    expect(open.size).toBe(0)
    expect(store.size).toBe(0)
  })

  test('a StrictMode mount, unmount and mount keeps the subscription and its rows', () => {
    const { store, open, subscriptions, grace } = setUp()
    store.subscribe(rooms, () => {})()
    store.subscribe(rooms, () => {})
    grace()
    open.get(rooms.sql)!.update(first(['a']))
    expect(subscriptions()).toBe(1)
    expect(store.result(rooms)).toEqual({ data: [{ id: 'a' }], status: 'ready', error: null })
  })

  test('unsubscribing twice counts once', () => {
    const { store, open, grace } = setUp()
    const leave = store.subscribe(rooms, () => {})
    store.subscribe(rooms, () => {})
    leave()
    leave()
    grace()
    expect(open.size).toBe(1)
  })

  test('the first rows are told at once, later deltas once per frame', () => {
    const { store, open, frame } = setUp()
    let told = 0
    store.subscribe(rooms, () => told++)
    open.get(rooms.sql)!.update(first(['a']))
    expect(told).toBe(1)
    const before = store.result(rooms)
    open.get(rooms.sql)!.update(added(1, 'b'))
    open.get(rooms.sql)!.update(added(2, 'c'))
    expect(told).toBe(1)
    expect(store.result(rooms)).toBe(before)
    frame()
    expect(told).toBe(2)
    expect(store.result(rooms).data.map((row) => row.id)).toEqual(['a', 'b', 'c'])
    expect(store.result(rooms).data[0]).toBe(before.data[0])
  })

  test('an error keeps the rows and clears with the next update', () => {
    const { store, open, frame } = setUp()
    store.subscribe(rooms, () => {})
    open.get(rooms.sql)!.update(first(['a']))
    open.get(rooms.sql)!.fail(failure)
    frame()
    expect(store.result(rooms)).toMatchObject({ status: 'error', error: failure, data: [{ id: 'a' }] })
    open.get(rooms.sql)!.update(added(1, 'b'))
    frame()
    expect(store.result(rooms)).toMatchObject({ status: 'ready', error: null })
  })

  test('an error instead of first rows is told at once', () => {
    const { store, open } = setUp()
    let told = 0
    store.subscribe(rooms, () => told++)
    open.get(rooms.sql)!.fail(failure)
    expect(told).toBe(1)
    expect(store.result(rooms).status).toBe('error')
  })

  test('observers hear every delta with its rows, without a frame', () => {
    const { store, open } = setUp()
    const heard: unknown[] = []
    store.observe(rooms, (changes, rows) => heard.push([changes?.map((change) => change.op) ?? null, rows.length]))
    open.get(rooms.sql)!.update(first(['a']))
    open.get(rooms.sql)!.update(added(1, 'b'))
    expect(heard).toEqual([
      [null, 1],
      [['insert'], 2],
    ])
  })

  test('preload settles with the first rows and is dropped when nobody comes', async () => {
    const { store, open, grace } = setUp()
    const ready = store.preload(rooms)
    open.get(rooms.sql)!.update(first(['a']))
    await ready
    expect(store.result(rooms).data).toHaveLength(1)
    grace()
    expect(store.size).toBe(0)
  })

  test('a preload whose rows are long in coming is kept until they are there', async () => {
    const { store, open, grace } = setUp()
    const ready = store.preload(rooms)
    await Promise.resolve()
    grace()
    expect(store.size).toBe(1)
    open.get(rooms.sql)!.update(first(['a']))
    await ready
    expect(store.size).toBe(1)
  })

  test('a preload of a query that was just left keeps it until its rows are there', async () => {
    const { store, open, grace } = setUp()
    store.subscribe(rooms, () => {})()
    const ready = store.preload(rooms)
    grace()
    expect(store.size).toBe(1)
    open.get(rooms.sql)!.update(first(['a']))
    await ready
    expect(store.result(rooms).data).toHaveLength(1)
  })

  test('nobody waits for a query that was dropped', async () => {
    const { store, grace } = setUp()
    const ready = store.preload(rooms)
    store.subscribe(rooms, () => {})()
    grace()
    await ready
    expect(store.size).toBe(0)
  })

  test('a dropped query hears nothing more', () => {
    const { store, open, frame, grace } = setUp()
    let told = 0
    const leave = store.subscribe(rooms, () => told++)
    const wire = open.get(rooms.sql)!
    wire.update(first(['a']))
    wire.update(added(1, 'b'))
    leave()
    grace()
    wire.update(added(2, 'c'))
    frame()
    expect(told).toBe(1)
  })
})
