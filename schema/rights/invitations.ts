import { assertNever } from '../assert.ts'
import type { KnownEvent } from '../events/event.ts'
import type { Registry } from './registry.ts'
import { atLeast, outranks, type GivenRole, type InvitedRole, type Role } from './roles.ts'

/**
 * An invitation is a fact of a space: who made it, for which role, until when, for how many. Who joins by it names it in `member.join`,
 * and shows its secret to the server, which compares it with what is kept here. So nobody can make one up, change one, or join by
 * having read the space's events.
 *
 * Law: it is worth as much as its maker is now. Who may not let people in any more, or not into such a role, has invited nobody.
 */
export interface Invitation {
  readonly maker: string
  readonly role: InvitedRole
  /** SHA-256 of its secret, as hex */
  readonly hash: string
  /** unix ms */
  readonly expiresAt: number
  readonly uses: number
  readonly used: number
  readonly revoked: boolean
}

/** Why nobody can join by it now; `open`: somebody can. */
export type InvitationStanding = 'open' | 'unknown' | 'revoked' | 'expired' | 'used up'

export function standingOf(
  invitation: Pick<Invitation, 'role' | 'expiresAt' | 'uses' | 'used' | 'revoked'> | undefined,
  /** of its maker, now */
  maker: Role,
  now: number,
): InvitationStanding {
  if (!invitation) return 'unknown'
  if (invitation.revoked || !atLeast(maker, 'admin') || outranks(invitation.role, maker)) return 'revoked'
  if (now >= invitation.expiresAt) return 'expired'
  return invitation.used < invitation.uses ? 'open' : 'used up'
}

export function standingIn(
  members: Registry<{ readonly role: GivenRole; readonly active: boolean }>,
  invitation: Invitation | undefined,
  now: number,
): InvitationStanding {
  const maker = invitation && members.get(invitation.maker)
  return standingOf(invitation, maker?.active ? maker.role : 'removed', now)
}

/** The first create of an invitation counts. */
export function foldInvitation(
  invitations: Registry<Invitation>,
  id: string,
  event: Extract<KnownEvent, { type: 'invite.create' | 'invite.revoke' | 'member.join' }>,
): void {
  const known = invitations.get(id)
  switch (event.type) {
    case 'invite.create': {
      const { role, hash, expiresAt, uses } = event.payload
      const made = { maker: event.actor, role, hash, expiresAt, uses, used: 0, revoked: false }
      if (!known) invitations.set(id, made)
      return
    }
    case 'invite.revoke':
      if (known) invitations.set(id, { ...known, revoked: true })
      return
    case 'member.join':
      if (known) invitations.set(id, { ...known, used: known.used + 1 })
      return
    default:
      return assertNever(event)
  }
}
