import { BTreeIndex, BasicIndex, count, createCollection, createLiveQueryCollection, eq } from '@tanstack/db'
import { authors, measure, message, newMessage, report, rowCounts } from './common.mjs'

const indexType = BasicIndex ?? BTreeIndex

async function collection(id, rows, getKey) {
  let control
  const made = createCollection({
    id,
    getKey,
    startSync: true,
    sync: {
      sync: (params) => {
        control = params
        params.begin()
        for (const value of rows) params.write({ type: 'insert', value })
        params.commit()
        params.markReady()
      },
    },
  })
  await made.preload()
  return { made, write: (value) => (control.begin(), control.write({ type: 'insert', value }), control.commit()) }
}

for (const rows of rowCounts) {
  const shapes = {
    filter: (m, a, k) => (q) => q.from({ m }).where(({ m }) => eq(m.ch, k)),
    'top-50': (m, a, k) => (q) =>
      q
        .from({ m })
        .where(({ m }) => eq(m.ch, k))
        .orderBy(({ m }) => m.ts, 'desc')
        .limit(50),
    join: (m, a, k) => (q) =>
      q.from({ m }).where(({ m }) => eq(m.ch, k)).innerJoin({ a }, ({ m, a }) => eq(m.author, a.id)).select(({ m, a }) => ({ id: m.id, ts: m.ts, body: m.body, name: a.name })), // prettier-ignore
    'count by group': (m, a, k) => (q) =>
      q.from({ m }).where(({ m }) => eq(m.ch, k)).groupBy(({ m }) => m.author).select(({ m }) => ({ author: m.author, n: count(m.id) })), // prettier-ignore
  }
  for (const queries of [50, 500]) {
    for (const [workload, shape] of Object.entries(shapes)) {
      const messages = await collection(
        `m${workload}${rows}${queries}`,
        Array.from({ length: rows }, (_, i) => message(i + 1)),
        (r) => r.id,
      )
      const people = await collection(
        `a${workload}${rows}${queries}`,
        Array.from({ length: authors }, (_, i) => ({ id: i, name: `author ${i}` })),
        (r) => r.id,
      )
      messages.made.createIndex((r) => r.ch, { indexType })
      messages.made.createIndex((r) => r.ts, { indexType })
      people.made.createIndex((r) => r.id, { indexType })
      const heard = { count: 0, at: 0 }
      const start = performance.now()
      const live = []
      for (let k = 0; k < queries; k++) {
        const query = createLiveQueryCollection({ startSync: true, query: shape(messages.made, people.made, k) })
        await query.preload()
        query.subscribeChanges(() => {
          heard.count++
          heard.at = performance.now()
        })
        live.push(query)
      }
      const hydrateMs = performance.now() - start
      const samples = await measure(
        (i) => messages.write(newMessage(rows, i, queries)),
        () => heard,
      )
      report(workload, rows, queries, 'write', samples, hydrateMs)
      await Promise.all(live.map((query) => query.cleanup()))
    }
  }
}
