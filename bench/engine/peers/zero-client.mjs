// Zero's client without a server: rows go in through a custom mutator, its views deliver. It has no aggregates.
import {
  Zero,
  createBuilder,
  createSchema,
  defineMutator,
  defineMutators,
  number,
  relationships,
  string,
  table,
} from '@rocicorp/zero'
import { author, authors, message, shape } from './common.mjs'

const m = table('m').columns({ id: number(), ch: number(), author: number(), ts: number(), body: string() }).primaryKey('id') // prettier-ignore
const a = table('a').columns({ id: number(), name: string() }).primaryKey('id')
const by = relationships(m, ({ one }) => ({ by: one({ sourceField: ['author'], destField: ['id'], destSchema: a }) }))
const schema = createSchema({ tables: [m, a], relationships: [by] })
const zql = createBuilder(schema)
const queries = {
  filter: (k) => zql.m.where('ch', k),
  'top-50': (k) => zql.m.where('ch', k).orderBy('ts', 'desc').orderBy('id', 'desc').limit(50),
  join: (k) => zql.m.where('ch', k).related('by'),
}
const mutators = defineMutators({
  loadMessages: defineMutator(async ({ tx, args }) => { for (const row of args) await tx.mutate.m.insert(row) }), // prettier-ignore
  loadAuthors: defineMutator(async ({ tx, args }) => { for (const row of args) await tx.mutate.a.insert(row) }), // prettier-ignore
  send: defineMutator(({ tx, args }) => tx.mutate.m.insert(args)),
})

export async function open({ workload, rows }) {
  if (!queries[workload]) return null
  const zero = new Zero({ server: null, userID: 'bench', schema, mutators, kvStore: 'mem', logLevel: 'error' })
  await zero.mutate(mutators.loadAuthors(Array.from({ length: authors }, (_, i) => author(i)))).client
  for (let from = 1; from <= rows; from += 1000)
    await zero.mutate(mutators.loadMessages(Array.from({ length: Math.min(1000, rows - from + 1) }, (_, i) => message(from + i)))).client // prettier-ignore
  const shown = []
  return {
    kind: 'write',
    subscribe(k, hear) {
      const view = zero.materialize(queries[workload](k))
      let first = true
      view.addListener((data) => {
        shown[k] = data
        if (!first) hear()
        first = false
      })
    },
    write: (row) => zero.mutate(mutators.send(row)).client,
    result: (k) => [...shown[k]].map((row) => shape[workload]({ ...row, name: row.by?.name })),
  }
}
