import { readBan, readMute, readSpaceCreate } from '../events/facts.ts'
import { streamOwner } from '../events/streams.ts'
import { isGivenRole } from '../rights/roles.ts'
import { first, latest, type Fact, type FactTable } from './fact.ts'
import type { Names } from './names.ts'
import type { Sql } from './sql.ts'

/**
 * member.join, member.leave, member.role, member.mute, member.ban → memberships. The name is that of the last join, and a
 * member's messages show it, older ones too, in all public rooms of the space; `joined_*` is the first join; who founds a space is
 * its admin. A role ends with the membership: who comes back, or is let in again, is a member, or what their invitation says.
 */
export function memberProjection(sql: Sql, names: Names, facts: FactTable) {
  const nameOf = sql.prepare('SELECT name FROM memberships WHERE stream = ? AND person_id = ?')
  const upsert = sql.prepare(
    `INSERT INTO memberships (space_id, person_id, stream, name, role, active, muted_until, mute_reason, muted_by, banned, ban_reason, joined_at, joined_clock)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (stream, person_id) DO UPDATE SET name = excluded.name, role = excluded.role, active = excluded.active,
       muted_until = excluded.muted_until, mute_reason = excluded.mute_reason, muted_by = excluded.muted_by, banned = excluded.banned,
       ban_reason = excluded.ban_reason, joined_at = excluded.joined_at, joined_clock = excluded.joined_clock`,
  )
  const remove = sql.prepare('DELETE FROM memberships WHERE stream = ? AND person_id = ?')
  const rename = sql.prepare(
    `UPDATE timeline_items SET author_name = ?1 WHERE author_given = 0 AND author_id = ?2 AND author_name <> ?1
       AND (SELECT home FROM streams s WHERE s.id = timeline_items.stream) = ?3`,
  )
  function fold(stream: string, person: string): void {
    const own = facts.ofEntity(stream, person)
    const join = first(own, 'member.join')
    const before = nameInSpace(stream, person)
    const name = join ? latest(own, 'member.name')!.value! : null
    if (join) {
      const { role, active } = standing(own, founderOf(stream) === person)
      const mute = readMute(latest(own, 'member.muted')?.value ?? '{"until":0}')
      const ban = readBan(latest(own, 'member.banned')?.value ?? '{"banned":false}')
      upsert.run(
        streamOwner(stream),
        person,
        stream,
        name,
        role,
        active && !ban.banned ? 1 : 0,
        mute.until,
        mute.reason || null,
        mute.by ?? null,
        ban.banned ? 1 : 0,
        ban.reason || null,
        join.at,
        join.clock,
      )
      names.author(person) // queries find it, also before the person writes
    } else remove.run(stream, person)
    if (name !== before) rename.run(name ?? person, names.author(person), stream)
  }

  function founderOf(stream: string): string | null {
    const create = first(facts.ofEntity(stream, streamOwner(stream)), 'space.create')
    return create ? readSpaceCreate(create.value!)[1] : null
  }

  function nameInSpace(stream: string, person: string): string | null {
    return (nameOf.rows(stream, person)[0]?.[0] as string | undefined) ?? null
  }
  return { fold, nameInSpace }
}

/** Of facts in order. Example: joins, is made admin, is removed, joins → a member. */
function standing(own: readonly Fact[], founder: boolean): { readonly role: string; readonly active: boolean } {
  let role: string = founder ? 'owner' : 'member'
  let active = founder
  for (const { field, value } of own) {
    if (field === 'member.role' && active) role = value!
    if (field !== 'member.active') continue
    if ((value === '0' || !active) && role !== 'guest') role = isGivenRole(value) ? value : 'member'
    active = value !== '0'
  }
  return { role, active }
}
