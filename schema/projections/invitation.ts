import { readInvite } from '../events/facts.ts'
import type { Thing } from './dirty.ts'
import { first, type FactTable } from './fact.ts'
import type { Sql } from './sql.ts'

/** invite.create, invite.revoke, and member.join by it → invitations. The first create counts. */
export function invitationProjection(sql: Sql, facts: FactTable) {
  const upsert = sql.prepare(
    `INSERT INTO invitations (id, stream, maker_id, role, expires_at, uses, used, revoked, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (stream, id) DO UPDATE SET maker_id = excluded.maker_id, role = excluded.role, expires_at = excluded.expires_at,
       uses = excluded.uses, used = excluded.used, revoked = excluded.revoked, created_at = excluded.created_at`,
  )
  const remove = sql.prepare('DELETE FROM invitations WHERE stream = ? AND id = ?')

  function fold({ stream, id }: Thing): void {
    const own = facts.ofEntity(stream, id)
    const create = first(own, 'invite.create')
    if (!create) return void remove.run(stream, id)
    const { maker, role, expiresAt, uses } = readInvite(create.value!)
    const used = own.filter(({ field }) => field === 'invite.used').length
    const revoked = first(own, 'invite.revoked') ? 1 : 0
    upsert.run(id, stream, maker, role, expiresAt, uses, used, revoked, create.at)
  }
  return { fold }
}
