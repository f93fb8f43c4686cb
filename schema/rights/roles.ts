/**
 * The roles of a space, the highest first. A guest reads and reacts. Who is not in it is `removed` (or left; they knew of
 * it), or an `outsider`.
 */
export const givenRoles = ['owner', 'admin', 'member', 'guest'] as const
export type GivenRole = (typeof givenRoles)[number]
/** those that an invitation gives: an owner is made by an owner, by name */
export const invitedRoles = ['admin', 'member', 'guest'] as const
export type InvitedRole = (typeof invitedRoles)[number]
export const roles = [...givenRoles, 'removed', 'outsider'] as const
export type Role = (typeof roles)[number]

/** Example: atLeast('admin', 'member') is true. */
export function atLeast(role: Role, least: GivenRole): boolean {
  return roles.indexOf(role) <= roles.indexOf(least)
}
export function outranks(role: Role, other: Role): boolean {
  return roles.indexOf(role) < roles.indexOf(other)
}
export function isGivenRole(role: unknown): role is GivenRole {
  return givenRoles.includes(role as GivenRole)
}
/** The role ends with the membership: who comes back is a member, but no guest becomes one by leaving. */
export function roleAfterLeaving(role: GivenRole): GivenRole {
  return role === 'guest' ? 'guest' : 'member'
}
