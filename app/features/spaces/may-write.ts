import { streamKind } from '../../../schema/events/streams.ts'
import { atLeast, isGivenRole } from '../../../schema/rights/roles.ts'
import type { SpaceRow } from './spaces-query.ts'

/**
 * Whether I may write and make rooms in this space, or am a guest. The first screen asks it, and has no room for the whole of
 * `may` with every event type; a test sees that the two say the same.
 */
export function mayWriteIn({ role, stream }: Pick<SpaceRow, 'role' | 'stream'>): boolean {
  return streamKind(stream) === 'local' || (isGivenRole(role) && atLeast(role, 'member'))
}

export const guestWords = 'You are a guest here: you can read and react. An admin can make you a member.'
