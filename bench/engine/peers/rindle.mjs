import * as rindle from '@rindle/wasm'
import * as client from '@rindle/client'
import { authors, measure, message, newMessage, report, rowCounts } from './common.mjs'

const { createSchema, createWasmStore, number, string, table } = { ...client, ...rindle }
const m = table('m')
  .columns({ id: number(), ch: number(), author: number(), ts: number(), body: string() })
  .primaryKey('id')
const a = table('a').columns({ id: number(), name: string() }).primaryKey('id')

for (const rows of rowCounts) {
  for (const queries of [50, 500]) {
    const shapes = {
      filter: (s, k) => s.query.m.where.ch(k),
      'top-50': (s, k) => s.query.m.where.ch(k).orderBy('ts', 'desc').limit(50),
    }
    for (const [workload, shape] of Object.entries(shapes)) {
      const store = await createWasmStore(createSchema({ tables: [m, a] }))
      await store.write((tx) => {
        for (let i = 0; i < authors; i++) tx.add('a', { id: i, name: `author ${i}` })
        for (let i = 1; i <= rows; i++) tx.add('m', message(i))
      })
      const heard = { count: 0, at: 0 }
      const start = performance.now()
      for (let k = 0; k < queries; k++) {
        shape(store, k).materialize().subscribe(() => {
            heard.count++
            heard.at = performance.now()
        }) // prettier-ignore
      }
      const hydrateMs = performance.now() - start
      report(workload, rows, queries, 'write', await measure((i) => store.write((tx) => tx.add('m', newMessage(rows, i, queries))), () => heard), hydrateMs) // prettier-ignore
    }
  }
}
