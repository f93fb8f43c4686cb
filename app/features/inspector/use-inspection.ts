import { useEffect, useState } from 'react'
import type { AnswerTo, Question } from '../../../schema/messages/runtime/inspection.ts'
import { useLive } from '../../live/index.ts'
import { askAgain } from './ask-again.ts'

interface Told<Q extends Question> {
  readonly answer: AnswerTo<Q> | null
  readonly error: Error | null
}

/**
 * Asks the runtime again and again while the component is mounted and the page is seen: what is measured only while somebody
 * looks is measured for this long. The last answer stays while the next one is on its way, and while no tab leads.
 */
export function useInspection<Q extends Question>(question: Q, everyMs: number): Told<Q> {
  const { client } = useLive()
  const key = JSON.stringify(question)
  const [told, setTold] = useState<Told<Q> & { readonly key: string }>({ ...nothing, key })
  useEffect(
    () =>
      askAgain(
        everyMs,
        async (isWanted) => {
          const answer = await client.inspect(JSON.parse(key) as Q)
          if (isWanted()) setTold({ key, answer, error: null })
        },
        (error) => setTold((before) => ({ ...before, error })),
      ),
    [client, key, everyMs],
  )
  return told.key === key ? told : nothing
}

const nothing = { answer: null, error: null }
