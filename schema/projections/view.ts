import { readViewCreate, readViewLook } from '../events/facts.ts'
import type { Thing } from './dirty.ts'
import { first, latest, type FactTable } from './fact.ts'
import type { Sql } from './sql.ts'

/** view.save, view.rename, view.notify, view.look, view.delete → saved_views. A deleted one has no row. */
export function viewProjection(sql: Sql, facts: FactTable) {
  const upsert = sql.prepare(
    `INSERT INTO saved_views (id, stream, name, kind, about, text, notify, looked_at, looked_rows, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (stream, id) DO UPDATE SET name = excluded.name, kind = excluded.kind, about = excluded.about,
       text = excluded.text, notify = excluded.notify, looked_at = excluded.looked_at, looked_rows = excluded.looked_rows,
       created_at = excluded.created_at`,
  )
  const remove = sql.prepare('DELETE FROM saved_views WHERE stream = ? AND id = ?')

  function fold({ stream, id }: Thing): void {
    const own = facts.ofEntity(stream, id)
    const create = first(own, 'view.create')
    if (!create || latest(own, 'view.deleted')?.value === '1') return void remove.run(stream, id)
    const source = readViewCreate(create.value!)
    const about = source.kind === 'search' ? source.stream : null
    const text = source.kind === 'search' ? source.text : source.sql
    const looked = latest(own, 'view.looked')
    const { at, rows } = looked ? readViewLook(looked.value!) : { at: 0, rows: 0 }
    const notify = Number(latest(own, 'view.notify')?.value ?? 0)
    upsert.run(id, stream, latest(own, 'view.name')!.value!, source.kind, about, text, notify, at, rows, create.at)
  }
  return { fold }
}
