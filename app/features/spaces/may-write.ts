import { useEffect, useState } from 'react'
import { streamKind } from '../../../schema/events/streams.ts'
import { atLeast, isGivenRole } from '../../../schema/rights/roles.ts'
import { formatWhen } from '../../shell/format-time.ts'
import type { SpaceRow } from './spaces-query.ts'

type Standing = Pick<SpaceRow, 'role' | 'stream' | 'muted_until'>

/**
 * Whether I may write and make rooms in this space, or am a guest, or muted. The first screen asks it, and has no room for the whole of
 * `may` with every event type; a test sees that the two say the same.
 */
export function mayWriteIn(space: Standing, now = Date.now()): boolean {
  if (streamKind(space.stream) === 'local') return true
  return isGivenRole(space.role) && atLeast(space.role, 'member') && space.muted_until <= now
}

/** Why I may not write here, in words; null: I may. Said anew when a mute ends. */
export function useWhyNotWrite(space: SpaceRow): string | null {
  useRerenderAt(space.muted_until)
  if (mayWriteIn(space)) return null
  return isMuted(space) ? muteWords(space) : guestWords
}

/** Guests react; who is muted does not. */
export const isMuted = ({ muted_until: until }: Pick<SpaceRow, 'muted_until'>): boolean => until > Date.now()

function muteWords({ muted_until: until, mute_reason: reason, muted_by: by }: SpaceRow): string {
  const why = reason ? ` The reason: ${reason}` : ''
  return `${by ?? 'An admin'} muted you here until ${formatWhen(until)}. You can read meanwhile.${why}`
}

const guestWords = 'You are a guest here: you can read and react. An admin can make you a member.'

function useRerenderAt(at: number): void {
  const [, render] = useState(0)
  useEffect(() => {
    const waitMs = at - Date.now()
    // a timer cannot wait longer than 24 days; the app is opened anew before that
    if (waitMs <= 0 || waitMs > 2 ** 31 - 1) return
    const timer = setTimeout(() => render((count) => count + 1), waitMs + 50)
    return () => clearTimeout(timer)
  }, [at])
}
