// ZQL's low level, as Zero's client drives it: the modules are not exported, so they are imported by path.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { authors, measure, message, newMessage, report, rowCounts } from './common.mjs'

const base = join(process.cwd(), 'node_modules/@rocicorp/zero/out/zql/src')
if (!existsSync(base)) throw new Error(`@rocicorp/zero has no out/zql/src: ${readdirSync(join(base, '../..'))}`)
const load = (path) => import(pathToFileURL(join(base, path)).href)
const { buildPipeline } = await load('builder/builder.js')
const { MemorySource } = await load('ivm/memory-source.js')
const { consume } = await load('ivm/stream.js')
const sourceModule = await load('ivm/source.js')
const add = (row) => (sourceModule.makeSourceChangeAdd ? sourceModule.makeSourceChangeAdd(row) : { type: 'add', row })

const column = (type) => ({ type })
const where = (k) => ({
  type: 'simple',
  op: '=',
  left: { type: 'column', name: 'ch' },
  right: { type: 'literal', value: k },
})
const related = {
  correlation: { parentField: ['author'], childField: ['id'] },
  subquery: { table: 'a', alias: 'author', orderBy: [['id', 'asc']] },
}
const shapes = {
  filter: (k) => ({ table: 'm', where: where(k), orderBy: [['id', 'asc']] }),
  'top-50': (k) => ({ table: 'm', where: where(k), orderBy: [['ts', 'desc'], ['id', 'desc']], limit: 50 }), // prettier-ignore
  join: (k) => ({ table: 'm', where: where(k), orderBy: [['id', 'asc']], related: [related] }),
}
for (const rows of rowCounts) {
  for (const queries of [50, 500]) {
    for (const [workload, shape] of Object.entries(shapes)) {
      const m = new MemorySource('m', { id: column('number'), ch: column('number'), author: column('number'), ts: column('number'), body: column('string') }, ['id']) // prettier-ignore
      const a = new MemorySource('a', { id: column('number'), name: column('string') }, ['id'])
      const push = (source, row) => consume(source.push(add(row)))
      for (let i = 0; i < authors; i++) push(a, { id: i, name: `author ${i}` })
      for (let i = 1; i <= rows; i++) push(m, message(i))
      const storage = () => {
        const kept = new Map()
        return { set: (key, value) => kept.set(key, value), get: (key, otherwise) => kept.get(key) ?? otherwise, scan: () => kept.entries(), del: (key) => kept.delete(key) } // prettier-ignore
      }
      const same = (input) => input
      const delegate = { getSource: (name) => (name === 'm' ? m : a), createStorage: storage, decorateInput: same, decorateSourceInput: same, decorateFilterInput: same, addEdge: () => {}, applyFiltersAnyway: false, enableNotExists: true } // prettier-ignore
      const heard = { count: 0, at: 0 }
      const start = performance.now()
      for (let k = 0; k < queries; k++) {
        const input = buildPipeline(shape(k), delegate, `q${k}`)
        for (const node of input.fetch({})) {
          if (node === 'yield') continue
          for (const children of Object.values(node.relationships ?? {})) for (const _ of children()); // materialise
        }
        input.setOutput({
          push: () => {
            heard.count++
            heard.at = performance.now()
            return []
          },
        })
      }
      const hydrateMs = performance.now() - start
      report(
        workload,
        rows,
        queries,
        'push',
        await measure(
          (i) => push(m, newMessage(rows, i, queries)),
          () => heard,
        ),
        hydrateMs,
      )
    }
  }
}
