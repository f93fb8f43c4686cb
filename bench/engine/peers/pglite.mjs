import { PGlite } from '@electric-sql/pglite'
import { live } from '@electric-sql/pglite/live'
import { authors, measure, message, newMessage, report, rowCounts } from './common.mjs'

const shapes = {
  filter: (k) => `select id, author, ts, body from m where ch = ${k}`,
  'top-50': (k) => `select id, author, ts, body from m where ch = ${k} order by ts desc, id desc limit 50`,
  join: (k) => `select m.id, m.ts, m.body, a.name from m join a on a.id = m.author where m.ch = ${k}`,
  'count by group': (k) => `select author as id, count(*) as n from m where ch = ${k} group by author`,
}
for (const rows of rowCounts) {
  const pg = await PGlite.create({ extensions: { live } })
  await pg.exec(`
    create table m(id int primary key, ch int, author int, ts bigint, body text);
    create table a(id int primary key, name text);
    insert into a select i, 'author ' || i from generate_series(0, ${authors - 1}) i;
    create index on m(ch, ts, id)`)
  for (let from = 1; from <= rows; from += 5000) {
    const values = Array.from({ length: Math.min(5000, rows - from + 1) }, (_, i) => message(from + i))
    await pg.exec(
      `insert into m values ${values.map((r) => `(${r.id},${r.ch},${r.author},${r.ts},'${r.body}')`).join(',')}`,
    )
  }
  await pg.exec('analyze')
  let written = 0
  for (const [workload, shape] of Object.entries(shapes)) {
    const heard = { count: 0, at: 0 }
    const start = performance.now()
    const subscriptions = []
    for (let k = 0; k < 50; k++) {
      const hear = () => {
        heard.count++
        heard.at = performance.now()
      }
      subscriptions.push(await pg.live.changes(shape(k), [], 'id', hear))
    }
    const hydrateMs = performance.now() - start
    const write = () => {
      const r = newMessage(rows, written++, 50)
      return pg.query('insert into m values ($1, $2, $3, $4, $5)', [r.id, r.ch, r.author, r.ts, r.body])
    }
    report(workload, rows, 50, 'write', await measure(write, () => heard, 20), hydrateMs)
    for (const { unsubscribe } of subscriptions) await unsubscribe()
  }
  await pg.close()
}
