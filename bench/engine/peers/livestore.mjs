// LiveStore in memory: events materialised into its SQLite, queries in SQL; delivery is synchronous. Every query that reads the table is run again.
import { makeAdapter } from '@livestore/adapter-node'
import { Events, Schema, State, createStorePromise, makeSchema, queryDb } from '@livestore/livestore'
import { author, authors, message, shape, sql } from './common.mjs'

const integer = State.SQLite.integer
const m = State.SQLite.table({
  name: 'm',
  columns: { id: integer({ primaryKey: true }), ch: integer(), author: integer(), ts: integer(), body: State.SQLite.text() }, // prettier-ignore
  indexes: [{ name: 'm_ch', columns: ['ch', 'ts', 'id'] }],
})
const a = State.SQLite.table({ name: 'a', columns: { id: integer({ primaryKey: true }), name: State.SQLite.text() } })
const Row = Schema.Struct({ id: Schema.Number, ch: Schema.Number, author: Schema.Number, ts: Schema.Number, body: Schema.String }) // prettier-ignore
const events = {
  sent: Events.clientOnly({ name: 'sent', schema: Row }),
  loaded: Events.clientOnly({ name: 'loaded', schema: Schema.Struct({ rows: Schema.Array(Row) }) }),
  named: Events.clientOnly({ name: 'named', schema: Schema.Struct({ count: Schema.Number }) }),
}
const materializers = State.SQLite.materializers(events, {
  sent: (row) => m.insert(row),
  loaded: ({ rows }) => rows.map((row) => m.insert(row)),
  named: ({ count }) => Array.from({ length: count }, (_, i) => a.insert(author(i))),
})
const schema = makeSchema({ events, state: State.SQLite.makeState({ tables: { m, a }, materializers }) })

export async function open({ workload, rows }) {
  const store = await createStorePromise({ adapter: makeAdapter({ storage: { type: 'in-memory' } }), schema, storeId: 'bench', disableDevtools: true }) // prettier-ignore
  store.commit(events.named({ count: authors }))
  for (let from = 1; from <= rows; from += 1000)
    store.commit(events.loaded({ rows: Array.from({ length: Math.min(1000, rows - from + 1) }, (_, i) => message(from + i)) })) // prettier-ignore
  const shown = []
  return {
    kind: 'write',
    subscribe(k, hear) {
      const query = queryDb({ query: sql[workload](k), schema: Schema.Array(Schema.Any) }, { label: `query ${k}` })
      const deliver = (rows) => {
        shown[k] = rows
        hear()
      }
      store.subscribe(query, deliver)
    },
    write: (row) => store.commit(events.sent(row)),
    result: (k) => shown[k].map(shape[workload]),
  }
}
