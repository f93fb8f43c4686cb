import type { GivenRole, InvitedRole } from '../../schema/rights/roles.ts'

/**
 * Who may read and write what, said as simply as it can be, and by nothing of the server's own: sets of names. What is not
 * in it is not allowed.
 */
export interface ModelSpace {
  readonly stream: string
  readonly public: boolean
  readonly roles: Map<string, GivenRole>
  readonly removed: Set<string>
  /** guests stay guests when they come back */
  readonly guests: Set<string>
  readonly banned: Set<string>
  readonly muted: Set<string>
  readonly invitations: ModelInvitation[]
}
export interface ModelInvitation {
  readonly id: string
  readonly secret: string
  readonly maker: string
  readonly role: InvitedRole
  left: number
  state: 'open' | 'expired' | 'revoked'
}
export interface ModelRoom {
  readonly stream: string
  readonly space: ModelSpace
  readonly kind: 'public' | 'private' | 'direct'
  readonly maker: string
  /** of a public one nobody: who is in the space is in it */
  readonly people: Set<string>
}
export type ModelStream = ModelSpace | ModelRoom

export const isRoom = (stream: ModelStream): stream is ModelRoom => 'space' in stream

export function reads(stream: ModelStream, person: string): boolean {
  if (!isRoom(stream)) return stream.roles.has(person)
  return stream.space.roles.has(person) && (stream.kind === 'public' || stream.people.has(person))
}

export function roleIn(stream: ModelStream, person: string): GivenRole | null {
  return reads(stream, person) ? (isRoom(stream) ? stream.space : stream).roles.get(person)! : null
}

const height = { owner: 3, admin: 2, member: 1, guest: 0 } as const
export function isAtLeast(role: GivenRole | null, least: GivenRole): boolean {
  return role !== null && height[role] >= height[least]
}

/** In this space, now: who is muted only reads. */
export function writes(stream: ModelStream, person: string): boolean {
  return reads(stream, person) && !(isRoom(stream) ? stream.space : stream).muted.has(person)
}

/** Who may do to a person what an admin does: never to oneself, nor to somebody as high. */
export function mayModerate(space: ModelSpace, by: string, person: string): boolean {
  const mine = space.roles.get(by) ?? null
  if (mine === null || by === person || space.muted.has(by) || !isAtLeast(mine, 'admin')) return false
  const theirs = space.roles.get(person) ?? 'member'
  return mine === 'owner' || height[theirs] < height[mine]
}

export function maySendIn(space: ModelSpace, invitation: ModelInvitation): boolean {
  const role = space.roles.get(invitation.maker) ?? null
  return invitation.state === 'open' && invitation.left > 0 && isAtLeast(role, 'admin')
}

/** Somebody leaves, or is put out by another. */
export function mayLeave(space: ModelSpace, by: string, person: string): boolean {
  const mine = space.roles.get(by) ?? null
  const theirs = space.roles.get(person) ?? null
  if (mine === null || (by !== person && (space.muted.has(by) || !isAtLeast(mine, 'admin')))) return false
  if (by !== person && mine !== 'owner' && theirs !== null && height[theirs] >= height[mine]) return false
  return !isLastLeader(space, person)
}

export function mayGive(space: ModelSpace, by: string, person: string, role: GivenRole): boolean {
  const mine = space.roles.get(by) ?? null
  const theirs = space.roles.get(person) ?? null
  if (space.muted.has(by)) return false
  if (mine === null || theirs === null || !isAtLeast(mine, 'admin') || height[role] > height[mine]) return false
  if (by !== person && mine !== 'owner' && height[theirs] >= height[mine]) return false
  return height[role] >= height[theirs] || !isLastLeader(space, person, role)
}

/** The only owner; where there is none, the only admin. `becomes`: what they would be instead. */
function isLastLeader(space: ModelSpace, person: string, becomes: GivenRole | null = null): boolean {
  const theirs = space.roles.get(person)
  const others = [...space.roles].filter(([id]) => id !== person).map(([, role]) => role)
  if ((theirs !== 'owner' && theirs !== 'admin') || (others.length === 0 && becomes === null)) return false
  const top = theirs === 'owner' || others.includes('owner') ? 'owner' : 'admin'
  return ![...others, ...(becomes ? [becomes] : [])].some((role) => height[role] >= height[top])
}
