import { makeAdapter } from '@livestore/adapter-node'
import { Events, Schema, State, createStorePromise, makeSchema, queryDb } from '@livestore/livestore'
import { authors, measure, message, newMessage, report, rowCounts } from './common.mjs'

const m = State.SQLite.table({
  name: 'm',
  columns: {
    id: State.SQLite.integer({ primaryKey: true }),
    ch: State.SQLite.integer(),
    author: State.SQLite.integer(),
    ts: State.SQLite.integer(),
    body: State.SQLite.text(),
  },
  indexes: [{ name: 'm_ch', columns: ['ch', 'ts', 'id'] }],
})
const a = State.SQLite.table({
  name: 'a',
  columns: { id: State.SQLite.integer({ primaryKey: true }), name: State.SQLite.text() },
})
const Row = Schema.Struct({
  id: Schema.Number,
  ch: Schema.Number,
  author: Schema.Number,
  ts: Schema.Number,
  body: Schema.String,
})
const events = {
  sent: Events.clientOnly({ name: 'sent', schema: Row }),
  loaded: Events.clientOnly({ name: 'loaded', schema: Schema.Struct({ rows: Schema.Array(Row) }) }),
  named: Events.clientOnly({ name: 'named', schema: Schema.Struct({ count: Schema.Number }) }),
}
const materializers = State.SQLite.materializers(events, {
  sent: (row) => m.insert(row),
  loaded: ({ rows }) => rows.map((row) => m.insert(row)),
  named: ({ count }) => Array.from({ length: count }, (_, i) => a.insert({ id: i, name: `author ${i}` })),
})
const schema = makeSchema({ events, state: State.SQLite.makeState({ tables: { m, a }, materializers }) })
const shapes = {
  filter: (k) => `select id, author, ts, body from m where ch = ${k}`,
  'top-50': (k) => `select id, author, ts, body from m where ch = ${k} order by ts desc, id desc limit 50`,
  join: (k) => `select m.id, m.ts, m.body, a.name from m join a on a.id = m.author where m.ch = ${k}`,
  'count by group': (k) => `select author, count(*) as n from m where ch = ${k} group by author`,
}
for (const rows of rowCounts) {
  const store = await createStorePromise({ adapter: makeAdapter({ storage: { type: 'in-memory' } }), schema, storeId: `s${rows}`, disableDevtools: true }) // prettier-ignore
  store.commit(events.named({ count: authors }))
  for (let from = 1; from <= rows; from += 1000) {
    store.commit(
      events.loaded({ rows: Array.from({ length: Math.min(1000, rows - from + 1) }, (_, i) => message(from + i)) }),
    )
  }
  let written = 0
  for (const [workload, shape] of Object.entries(shapes)) {
    const heard = { count: 0, at: 0 }
    const start = performance.now()
    const stops = []
    for (let k = 0; k < 50; k++) {
      const query = queryDb({ query: shape(k), schema: Schema.Array(Schema.Any) }, { label: `${workload}${k}` })
      stops.push(store.subscribe(query, () => {
          heard.count++
          heard.at = performance.now()
      })) // prettier-ignore
    }
    const hydrateMs = performance.now() - start
    report(
      workload,
      rows,
      50,
      'write',
      await measure(
        () => store.commit(events.sent(newMessage(rows, written++, 50))),
        () => heard,
        20,
      ),
      hydrateMs,
    )
    for (const stop of stops) stop()
  }
}
process.exit(0)
