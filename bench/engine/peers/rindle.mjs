// Rindle's engine in WebAssembly, in process. Its views keep a typed tree; onChanges hands out the deltas.
import { createSchema, createWasmStore, number, string, table } from '@rindle/wasm'
import { author, authors, message, shape } from './common.mjs'

const m = table('m').columns({ id: number(), ch: number(), author: number(), ts: number(), body: string() }).primaryKey('id') // prettier-ignore
const a = table('a').columns({ id: number(), name: string() }).primaryKey('id')
const queries = {
  filter: (query, k) => query.m.where.ch(k),
  'top-50': (query, k) => query.m.where.ch(k).orderBy('ts', 'desc').orderBy('id', 'desc').limit(50),
  join: (query, k) => query.m.where.ch(k).sub('by', a, { parent: ['author'], child: ['id'] }),
  'count by group': (query, k) => query.m.where.ch(k).groupBy('author').count(),
}

export async function open({ workload, rows }) {
  const store = await createWasmStore(createSchema({ tables: [m, a] }))
  await store.write((tx) => {
    for (let i = 0; i < authors; i++) tx.add('a', author(i))
    for (let i = 1; i <= rows; i++) tx.add('m', message(i))
  })
  const views = []
  return {
    kind: 'write',
    subscribe(k, hear) {
      views[k] = queries[workload](store.query, k).materialize()
      views[k].onChanges(hear)
    },
    write: (row) => store.write((tx) => tx.add('m', row)),
    result: (k) => views[k].data.map((row) => shape[workload]({ ...row, name: row.by?.[0]?.name, n: row.count })),
  }
}
