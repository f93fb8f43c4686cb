import { readSpaceCreate } from '../events/facts.ts'
import { streamOwner } from '../events/streams.ts'
import { conflictRows } from './conflicts.ts'
import { markMember, type Dirty } from './dirty.ts'
import { latest, type FactTable } from './fact.ts'
import type { LogReader } from './log-reader.ts'
import type { Sql } from './sql.ts'

/** space.create, space.update → spaces. The first create counts; the name is the last writer's. A stream tells of its own space alone. */
export function spaceProjection(sql: Sql, log: LogReader, facts: FactTable, dirty: () => Dirty) {
  const writeConflicts = conflictRows(sql, log)
  const upsert = sql.prepare(
    `INSERT INTO spaces (id, stream, name, visibility, created_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (stream) DO UPDATE SET name = excluded.name, visibility = excluded.visibility, created_at = excluded.created_at`,
  )
  const removeSpace = sql.prepare('DELETE FROM spaces WHERE stream = ?')

  function fold(stream: string): void {
    const id = streamOwner(stream)
    const own = facts.ofEntity(stream, id)
    const creates = own.filter(({ field }) => field === 'space.create')
    // the first one's founder is its admin, and no other: who was taken for it looks again
    for (const { value } of creates) markMember(dirty(), stream, readSpaceCreate(value!)[1])
    const create = creates[0]
    if (!create) {
      removeSpace.run(stream)
      writeConflicts(stream, id, 'space.name', [])
      return
    }
    upsert.run(id, stream, latest(own, 'space.name')!.value, readSpaceCreate(create.value!)[0], create.at)
    writeConflicts(stream, id, 'space.name', own, create.eventId)
  }
  return { fold }
}
