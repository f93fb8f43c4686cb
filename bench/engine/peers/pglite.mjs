// PGlite in memory: live.query hands out whole results, live.changes the difference to the last one (which it computes in SQL). Every query that reads the table is run again.
import { PGlite } from '@electric-sql/pglite'
import { live } from '@electric-sql/pglite/live'
import { authors, message, shape, sql } from './common.mjs'

export async function open({ workload, rows, queries }, variant) {
  const pg = await PGlite.create({ extensions: { live } })
  await pg.exec(`
    create table m(id int primary key, ch int not null, author int not null, ts bigint not null, body text not null);
    create table a(id int primary key, name text not null);
    insert into a select i, 'author ' || i from generate_series(0, ${authors - 1}) i;
    create index on m(ch, ts, id)`)
  for (let from = 1; from <= rows; from += 5000) {
    const values = Array.from({ length: Math.min(5000, rows - from + 1) }, (_, i) => message(from + i))
    await pg.exec(`insert into m values ${values.map((r) => `(${r.id},${r.ch},${r.author},${r.ts},'${r.body}')`).join(',')}`) // prettier-ignore
  }
  await pg.exec('analyze')
  const key = workload === 'count by group' ? 'author' : 'id'
  const shown = []
  const subscribe = {
    async query(k, hear) {
      const deliver = ({ rows }) => {
        shown[k] = rows
        hear()
      }
      await pg.live.query(sql[workload](k), [], deliver)
    },
    async changes(k, hear) {
      shown[k] = new Map()
      const deliver = (changes) => {
        for (const change of changes) apply(shown[k], change, key)
        hear()
      }
      await pg.live.changes(sql[workload](k), [], key, deliver)
    },
  }[variant]
  return {
    kind: 'write',
    hears: queries,
    subscribe,
    write: (r) => pg.query('insert into m values ($1, $2, $3, $4, $5)', [r.id, r.ch, r.author, r.ts, r.body]),
    result(k) {
      if (variant === 'query') return shown[k].map(shape[workload])
      const list = [...shown[k].values()]
      if (workload === 'top-50') list.sort((p, q) => q.ts - p.ts || q.id - p.id)
      return list.map(shape[workload])
    },
  }
}

function apply(rows, { __op__: op, __changed_columns__: changed, ...row }, key) {
  if (op === 'RESET') rows.clear()
  else if (op === 'DELETE') rows.delete(row[key])
  else if (op === 'INSERT') rows.set(row[key], row)
  else for (const column of changed) rows.get(row[key])[column] = row[column]
}
