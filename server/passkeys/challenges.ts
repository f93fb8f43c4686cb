import type { Purpose } from './relying-party.ts'

/** What a passkey has to sign: random, good for one answer and for a few minutes. */
export interface Challenges {
  give(challenge: string, purpose: Purpose): Promise<void>
  /** What it was given for; null: never, too long ago, or answered already. */
  take(challenge: string): Promise<Purpose | null>
}

export const challengeMs = 5 * 60_000
const maxOpen = 20_000

/** Of a server that is alone: in memory, so a restart in between asks the person to try again. */
export function challengesInMemory(now: () => number = Date.now): Challenges {
  const open = new Map<string, { readonly purpose: Purpose; readonly until: number }>()
  return {
    async give(challenge, purpose) {
      // they all last equally long, so the first ones are those that end first
      for (const [old, { until }] of open) {
        if (until > now() && open.size < maxOpen) break
        open.delete(old)
      }
      open.set(challenge, { purpose, until: now() + challengeMs })
    },
    async take(challenge) {
      const found = open.get(challenge)
      open.delete(challenge)
      return found && found.until > now() ? found.purpose : null
    },
  }
}
