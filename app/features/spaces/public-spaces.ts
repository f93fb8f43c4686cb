import { useCallback, useEffect, useState } from 'react'
import type { SpaceList, SpaceSummary } from '../../../schema/messages/http.ts'
import { ask } from '../identity/identity.ts'

export type PublicSpaces =
  | { readonly state: 'signed-out' | 'loading' }
  | { readonly state: 'failed'; readonly message: string }
  | {
      readonly state: 'ready'
      readonly spaces: readonly SpaceSummary[]
      /** shows the next page; null: these are all */
      readonly more: (() => void) | null
    }

async function fetchSpaces(after: string | null): Promise<SpaceList> {
  const query = after === null ? '' : `?after=${encodeURIComponent(after)}`
  return (await (await ask(`/api/spaces${query}`)).json()) as SpaceList
}

/** The spaces that the server offers, page by page; asked anew when somebody signs in, and on demand. */
export function usePublicSpaces(actor: string | null): [PublicSpaces, () => void] {
  const [found, setFound] = useState<{ readonly asked: string; readonly answer: Answer } | null>(null)
  const [times, setTimes] = useState(0)
  const [wanted, setWanted] = useState<Page | null>(null)
  const asked = `${actor} ${times}`
  const after = wanted?.asked === asked ? wanted.after : null
  useEffect(() => {
    if (!actor) return
    let current = true
    fetchSpaces(after).then(
      ({ spaces, next }) =>
        current &&
        setFound((had) => {
          const before = after !== null && had?.asked === asked && had.answer.state === 'ready' ? had.answer.spaces : []
          return { asked, answer: { state: 'ready', spaces: [...before, ...spaces], next } }
        }),
      (error: Error) => current && setFound({ asked, answer: { state: 'failed', message: error.message } }),
    )
    return () => {
      current = false
    }
  }, [actor, asked, after])
  return [present(), useCallback(() => setTimes((count) => count + 1), [])]

  function present(): PublicSpaces {
    if (!actor) return { state: 'signed-out' }
    if (found?.asked !== asked) return { state: 'loading' }
    const { answer } = found
    if (answer.state === 'failed') return answer
    const { spaces, next } = answer
    return { state: 'ready', spaces, more: next === null ? null : () => setWanted({ asked, after: next }) }
  }
}

type Answer =
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'ready'; readonly spaces: readonly SpaceSummary[]; readonly next: string | null }

interface Page {
  readonly asked: string
  readonly after: string
}
