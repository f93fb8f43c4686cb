// ZQL's low level, which Zero's client drives. Its modules are not exported, so they are imported by path. It has no aggregates.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { author, authors, message, shape } from './common.mjs'

const load = (path) => import(pathToFileURL(join(process.cwd(), 'node_modules/@rocicorp/zero/out/zql/src', path)).href)
const { buildPipeline } = await load('builder/builder.js')
const { MemorySource } = await load('ivm/memory-source.js')
const { consume } = await load('ivm/stream.js')
const { makeSourceChangeAdd } = await load('ivm/source.js')

const where = (k) => ({ type: 'simple', op: '=', left: { type: 'column', name: 'ch' }, right: { type: 'literal', value: k } }) // prettier-ignore
const byId = [['id', 'asc']]
const related = { correlation: { parentField: ['author'], childField: ['id'] }, subquery: { table: 'a', alias: 'by', orderBy: byId } } // prettier-ignore
const asts = {
  filter: (k) => ({ table: 'm', where: where(k), orderBy: byId }),
  'top-50': (k) => ({ table: 'm', where: where(k), orderBy: [['ts', 'desc'], ['id', 'desc']], limit: 50 }), // prettier-ignore
  join: (k) => ({ table: 'm', where: where(k), orderBy: byId, related: [related] }),
}

export async function open({ workload, rows }) {
  if (!asts[workload]) return null
  const columns = (types) => Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }]))
  const m = new MemorySource('m', columns({ id: 'number', ch: 'number', author: 'number', ts: 'number', body: 'string' }), ['id']) // prettier-ignore
  const a = new MemorySource('a', columns({ id: 'number', name: 'string' }), ['id'])
  const push = (source, row) => consume(source.push(makeSourceChangeAdd(row)))
  for (let i = 0; i < authors; i++) push(a, author(i))
  for (let i = 1; i <= rows; i++) push(m, message(i))
  const same = (input) => input
  const delegate = {
    getSource: (name) => (name === 'm' ? m : a),
    createStorage: memoryStorage,
    decorateInput: same,
    decorateSourceInput: same,
    decorateFilterInput: same,
    addEdge: () => {},
  }
  const shown = []
  const changes = []
  return {
    kind: 'push',
    subscribe(k, hear) {
      const input = buildPipeline(asts[workload](k), delegate, `q${k}`)
      shown[k] = []
      for (const node of input.fetch({})) if (node !== 'yield') shown[k].push(read(node))
      const deliver = (change) => {
        changes.push([k, change[0], read(change[1])])
        hear()
        return []
      }
      input.setOutput({ push: deliver })
    },
    write: (row) => push(m, row),
    // the deltas are noted while the clock runs and applied here
    result(k) {
      const byKey = new Map(shown[k].map((row) => [row.id, row]))
      for (const [query, type, row] of changes) {
        if (query !== k) continue
        if (type === 0) byKey.set(row.id, row)
        else if (type === 1) byKey.delete(row.id)
        else throw new Error(`a change of type ${type}`)
      }
      const list = [...byKey.values()]
      if (workload === 'top-50') list.sort((p, q) => q.ts - p.ts || q.id - p.id)
      return list.map(shape[workload])
    },
  }
}

/** A node's row; with its author, whose stream must be read at once. */
function read({ row, relationships }) {
  if (!relationships?.by) return row
  for (const child of relationships.by()) if (child !== 'yield') return { ...row, name: child.row.name }
  return row
}

function memoryStorage() {
  const kept = new Map()
  return {
    set: (key, value) => void kept.set(key, value),
    get: (key, otherwise) => kept.get(key) ?? otherwise,
    scan: () => kept.entries(),
    del: (key) => void kept.delete(key),
  }
}
