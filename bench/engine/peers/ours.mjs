// This engine, as any user calls it, bundled as the product is.
import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { openLiveDatabase } from '../../../dataflow/index.ts'
import { author, authors, message, sql } from './common.mjs'

export async function open({ workload, rows }) {
  const sqlite3 = await sqlite3InitModule()
  const db = new sqlite3.oo1.DB(':memory:')
  const live = openLiveDatabase(sqlite3, db)
  live.run(`
    create table m(id integer primary key, ch integer not null, author integer not null, ts integer not null, body text not null);
    create table a(id integer primary key, name text not null);
    create index m_ch on m(ch, ts, id)`)
  const insert = 'insert into m values (?, ?, ?, ?, ?)'
  const values = ({ id, ch, author, ts, body }) => [id, ch, author, ts, body]
  live.transaction(() => {
    for (let i = 0; i < authors; i++) live.run('insert into a values (?, ?)', Object.values(author(i)))
    for (let i = 1; i <= rows; i++) live.run(insert, values(message(i)))
  })
  let committedAt = 0
  // the diff enters the graph a little after this moment: the figure is never too low
  sqlite3.capi.sqlite3_commit_hook(db, () => ((committedAt ||= performance.now()), 0), 0)
  const subscribed = []
  return {
    kind: 'write',
    subscribe: (k, hear) => void (subscribed[k] = live.subscribe({ sql: sql[workload]('?'), parameters: [k] }, hear)),
    write(row) {
      committedAt = 0
      live.run(insert, values(row))
    },
    enteredAt: () => committedAt,
    result: (k) => subscribed[k].rows,
  }
}
