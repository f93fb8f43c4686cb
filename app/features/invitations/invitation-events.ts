import type { EventDraft } from '../../../schema/events/event.ts'
import type { InvitedRole } from '../../../schema/rights/roles.ts'
import { sql, type TypedQuery } from '../../live/index.ts'
import { draftEvent, newId } from '../events/draft-event.ts'
import type { SpaceRow } from '../spaces/spaces-query.ts'

export interface NewInvitation {
  readonly role: InvitedRole
  readonly hash: string
  readonly expiresAt: number
  readonly uses: number
}

export function createInvitation(
  { stream, me }: SpaceRow,
  payload: NewInvitation,
): { readonly invitation: string; readonly event: EventDraft } {
  const invitation = newId()
  return { invitation, event: draftEvent('invite.create', { stream, actor: me, entity: invitation, payload }) }
}

export function revokeInvitation({ stream, me }: SpaceRow, invitation: string): EventDraft {
  return draftEvent('invite.revoke', { stream, actor: me, entity: invitation, payload: {} })
}

export interface InvitationRow {
  readonly id: string
  readonly maker_id: string
  /** null: they left */
  readonly maker: string | null
  readonly maker_role: string | null
  readonly role: InvitedRole
  readonly expires_at: number
  readonly uses: number
  readonly used: number
}

/** Those that nobody has taken back, the newest first. */
export function invitationsOf(stream: string): TypedQuery<InvitationRow> {
  return sql(
    `SELECT i.id, i.maker_id, m.name AS maker, m.role AS maker_role, i.role, i.expires_at, i.uses, i.used
     FROM invitations i LEFT JOIN memberships m ON m.stream = i.stream AND m.person_id = i.maker_id AND m.active = 1
     WHERE i.stream = ? AND i.revoked = 0 ORDER BY i.created_at DESC, i.id`,
    [stream],
  )
}
