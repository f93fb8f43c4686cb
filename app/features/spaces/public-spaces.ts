import { useCallback, useEffect, useState } from 'react'
import type { SpaceList, SpaceSummary } from '../../../schema/messages/http.ts'
import { ask } from '../identity/identity.ts'

export type PublicSpaces =
  | { readonly state: 'signed-out' | 'loading' }
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'ready'; readonly spaces: readonly SpaceSummary[] }

async function fetchSpaces(): Promise<readonly SpaceSummary[]> {
  return ((await (await ask('/api/spaces')).json()) as SpaceList).spaces
}

/** The spaces that the server offers; asked anew when somebody signs in, and on demand. */
export function usePublicSpaces(actor: string | null): [PublicSpaces, () => void] {
  const [found, setFound] = useState<{ readonly asked: string; readonly answer: PublicSpaces } | null>(null)
  const [times, setTimes] = useState(0)
  const asked = `${actor} ${times}`
  useEffect(() => {
    if (!actor) return
    let wanted = true
    const answer = (next: PublicSpaces) => wanted && setFound({ asked, answer: next })
    fetchSpaces().then(
      (spaces) => answer({ state: 'ready', spaces }),
      (error: Error) => answer({ state: 'failed', message: error.message }),
    )
    return () => {
      wanted = false
    }
  }, [actor, asked])
  const present: PublicSpaces = !actor
    ? { state: 'signed-out' }
    : found?.asked === asked
      ? found.answer
      : { state: 'loading' }
  return [present, useCallback(() => setTimes((count) => count + 1), [])]
}
