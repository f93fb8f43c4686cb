import { conflictRows } from './conflicts.ts'
import { first, latest, type FactTable } from './fact.ts'
import type { Sql } from './sql.ts'

/** space.create, space.update → spaces, entities. The first create counts; the name is the last writer's. */
export function spaceProjection(sql: Sql, facts: FactTable) {
  const writeConflicts = conflictRows(sql)
  const upsert = sql.prepare(
    `INSERT INTO spaces (id, stream, name, visibility, created_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET stream = excluded.stream, name = excluded.name, visibility = excluded.visibility, created_at = excluded.created_at`,
  )
  const upsertEntity = sql.prepare(
    `INSERT INTO entities (id, kind, stream, created_at) VALUES (?, 'space', ?, ?)
     ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, stream = excluded.stream, created_at = excluded.created_at`,
  )
  const removeSpace = sql.prepare('DELETE FROM spaces WHERE id = ?')
  const removeEntity = sql.prepare("DELETE FROM entities WHERE id = ? AND kind = 'space'")

  function fold(id: string): void {
    const all = facts.ofEntity(id)
    const create = first(all, 'space.create')
    if (!create) {
      removeSpace.run(id)
      removeEntity.run(id)
      writeConflicts(id, 'space.name', [])
      return
    }
    const own = all.filter((fact) => fact.stream === create.stream)
    upsert.run(id, create.stream, latest(own, 'space.name')!.value, create.value, create.at)
    upsertEntity.run(id, create.stream, create.at)
    writeConflicts(id, 'space.name', own, create.eventId)
  }
  return { fold }
}
