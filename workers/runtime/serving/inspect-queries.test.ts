import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLiveDatabase, type LiveDatabase, type LiveQuery } from '../../../dataflow/index.ts'
import {
  attentionMs,
  inspectionBounds,
  type AnswerTo,
  type Question,
} from '../../../schema/messages/runtime/inspection.ts'
import type { Query } from '../../../schema/live.ts'
import { inspectQueries } from './inspect-queries.ts'
import type { Inspectable } from './served-queries.ts'

const sqlite3 = await sqlite3InitModule()
let live: LiveDatabase
let now: number
let served: Map<string, { query: Query; live: LiveQuery }>
let inspect: ReturnType<typeof inspectQueries>
const ask = <Q extends Question>(question: Q) => inspect(question) as AnswerTo<Q>

function* inspected(): Iterable<Inspectable> {
  for (const [queryId, each] of served) yield { queryId, ...each }
}
function serve(queryId: string, sql: string, parameters: Query['parameters'] = []): LiveQuery {
  const query = { sql, parameters }
  const subscription = live.subscribe(query, () => {})
  served.set(queryId, { query, live: subscription })
  return subscription
}
const queries = () => ask({ about: 'queries' }).queries
const about = (queryId: string, after = 0) => ask({ about: 'query', queryId, after })

beforeEach(() => {
  live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run('CREATE TABLE m(id INTEGER PRIMARY KEY, room TEXT, body TEXT); CREATE INDEX by_room ON m(room)')
  now = 1000
  served = new Map()
  inspect = inspectQueries(
    { inspected },
    () => now,
    ({ sql, parameters }) => live.all(sql, parameters),
  )
})
afterEach(() => live.close())

test('a query is told with its text, parameters, mode, rows, and what its turns did since somebody looks', () => {
  serve('a', 'SELECT id FROM m WHERE room = ?', ['g’s "x" \'y\''])
  serve('b', 'SELECT room, count(*) FROM m GROUP BY room')
  live.run("INSERT INTO m(room) VALUES ('before anybody looked')")
  expect(queries()).toMatchObject([
    { queryId: 'a', parameters: ["'g’s \"x\" ''y'''"], mode: 'incremental', rows: 0, cost: { turns: 0, p50: null } },
    { queryId: 'b', rows: 1, tables: ['main.m'], cost: { turns: 0, deltas: 0, rowsChanged: 0, deltasPerSecond: 0 } },
  ])
  live.run("INSERT INTO m(room) VALUES ('r'), ('s')")
  live.run("UPDATE m SET body = 'no query reads it'")
  now += 2000
  const [a, b] = queries()
  // routed past: no message of its room
  expect(a!.cost).toMatchObject({ turns: 0, deltas: 0 })
  expect(b).toMatchObject({ rows: 3, cost: { deltas: 1, rowsChanged: 2, deltasPerSecond: 0.5 } })
  expect(b!.cost.p50).toBeGreaterThan(0)
  expect(b!.cost.p95).toBeGreaterThanOrEqual(b!.cost.p50!)
})

test('of one query every operator is told, and what each sent in the turns behind a number', () => {
  serve('b', 'SELECT room, count(*) AS n FROM m GROUP BY room')
  expect(about('b')).toMatchObject({ query: { queryId: 'b' }, turns: [] })
  live.run("INSERT INTO m(room) VALUES ('r')")
  live.run("INSERT INTO m(room) VALUES ('r')")
  const { operators, turns } = about('b')
  expect(turns.map(({ n, rowsChanged }) => [n, rowsChanged])).toEqual([
    [1, 1],
    [2, 1],
  ])
  const scan = operators.find(({ kind }) => kind === 'scan')!
  expect(scan.rowsOut).toBe(2)
  expect(turns[1]!.sent).toContainEqual({ operator: scan.id, added: 1, removed: 0 })
  for (const { inputs } of operators) for (const input of inputs) expect(operators.map(({ id }) => id)).toContain(input)
  expect(about('b', 1).turns.map(({ n }) => n)).toEqual([2])
  expect(about('gone')).toEqual({ about: 'query', query: null, operators: [], turns: [] })
})

test('nothing is measured any more some seconds after the last question', () => {
  const query = serve('b', 'SELECT room, count(*) FROM m GROUP BY room')
  const counted = { meters: 0, traces: 0 }
  const { meter, trace } = query
  query.meter = (listener) => (counted.meters++, stopping('meters', meter.call(query, listener)))
  query.trace = (listener) => (counted.traces++, stopping('traces', trace.call(query, listener)))
  const stopping = (what: keyof typeof counted, stop: () => void) => () => {
    counted[what]--
    stop()
  }
  about('b')
  expect(counted).toEqual({ meters: 1, traces: 1 })
  now += attentionMs + 1
  live.run("INSERT INTO m(room) VALUES ('r')")
  expect(counted).toEqual({ meters: 0, traces: 0 })
  // who looks again begins anew
  expect(queries()).toMatchObject([{ cost: { turns: 0 } }])
  expect(counted).toEqual({ meters: 1, traces: 0 })
})

test('the operators of one query at a time are traced', () => {
  serve('a', 'SELECT count(*) FROM m')
  serve('b', 'SELECT room, count(*) FROM m GROUP BY room')
  about('a')
  about('b')
  live.run("INSERT INTO m(room) VALUES ('r')")
  expect(about('b').turns[0]!.sent).not.toEqual([])
  expect(about('a').turns[0]!.sent).toEqual([])
})

test('an answer is bounded: texts, parameters, turns and queries', () => {
  live.run('CREATE TABLE quiet(id INTEGER PRIMARY KEY)')
  const long = `SELECT '${'x'.repeat(10_000)}' AS x, count(*) FROM m`
  serve('long', long)
  serve(
    'parameters',
    `SELECT id FROM m WHERE id IN (${Array(200).fill('?').join()})`,
    Array(200).fill('y'.repeat(1000)),
  )
  for (let n = 0; n < inspectionBounds.queries + 5; n++) serve(`q${n}`, `SELECT ${n} FROM quiet`)
  const answer = ask({ about: 'queries' })
  expect(answer.total).toBe(inspectionBounds.queries + 7)
  expect(answer.queries).toHaveLength(inspectionBounds.queries)
  for (const { sql, parameters } of answer.queries) {
    expect(sql.length).toBeLessThanOrEqual(inspectionBounds.sqlLength + 1)
    expect(parameters.length).toBeLessThanOrEqual(inspectionBounds.parameters)
    for (const each of parameters) expect(each.length).toBeLessThanOrEqual(inspectionBounds.parameterLength + 1)
  }
  about('long')
  for (let n = 0; n < 100; n++) live.run("INSERT INTO m(room) VALUES ('r')")
  expect(about('long').turns).toHaveLength(inspectionBounds.turns)
})

test('a query is kept and run again in one go: equal, in another order, different, or without an answer', () => {
  const both = (queryId: string) => ask({ about: 'both', queryId })
  serve('b', 'SELECT room, count(*) AS n FROM m GROUP BY room ORDER BY room')
  live.run("INSERT INTO m(room) VALUES ('r'), ('s')")
  expect(both('b')).toMatchObject({ comparison: 'equal', rows: 2, cost: { turns: 0 } })
  live.run("INSERT INTO m(room) VALUES ('q')")
  expect(both('b')).toMatchObject({ comparison: 'equal', rows: 3, cost: { turns: 1, deltas: 1 } })
  // rows that were kept wrong are seen
  const { query, live: kept } = served.get('b')!
  const keptAs = (rows: LiveQuery['rows']) => {
    served.set('b', { query, live: new Proxy(kept, { get: (of, key) => (key === 'rows' ? rows : bound(of, key)) }) })
    return both('b').comparison
  }
  expect(keptAs(kept.rows.toReversed())).toBe('reordered')
  expect(keptAs(kept.rows.slice(1))).toBe('different')
  served.set('b', { query, live: kept })
  live.run('DROP TABLE m')
  expect(both('b')).toMatchObject({ comparison: 'failed' })
  expect(() => both('gone')).toThrow('nobody subscribes')
})

const bound = (of: LiveQuery, key: string | symbol): unknown => {
  const value: unknown = Reflect.get(of, key)
  return typeof value === 'function' ? (value.bind(of) as unknown) : value
}
