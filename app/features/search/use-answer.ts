import { useEffect, useMemo, useState } from 'react'
import { hitsOf, planSearch, type Ask, type SearchHit, type SearchPlan } from '../../../schema/search/search.ts'
import type { SearchRow } from '../../../schema/search/search-sql.ts'
import type { SqlValue } from '../../../schema/live.ts'
import { sql, useLive, useLiveQuery } from '../../live/index.ts'
import { wordsOf } from '../../refusal-words.ts'
import { useActors } from '../identity/identity.ts'

export type Answer =
  | Exclude<SearchPlan, { type: 'plan' }>
  | { readonly type: 'failed'; readonly message: string }
  | {
      readonly type: 'found'
      /** newest first */
      readonly hits: readonly SearchHit[]
      /** there are more than these */
      readonly more: boolean
      readonly notes: readonly string[]
    }

const settleMs = 120

/**
 * The answer to what is typed now, live; null while it is looked for: an earlier question's answer is never shown for it. `onAsk`
 * is told what is asked.
 */
export function useAnswer(home: string, typed: string, onAsk: (typed: string) => void): Answer | null {
  const plan = usePlan(home, typed, onAsk)
  const ask = plan?.type === 'plan' ? plan.ask : null
  const first = useFound(ask)
  const otherwise = plan?.type === 'plan' && first?.type === 'found' && first.hits.length === 0 ? plan.otherwise : null
  const second = useFound(otherwise)
  if (plan?.type !== 'plan') return plan
  return otherwise ? second : first
}

type Planned = SearchPlan | { readonly type: 'failed'; readonly message: string }

function usePlan(home: string, typed: string, onAsk: (typed: string) => void): Planned | null {
  const { client } = useLive()
  const [me, myLocal] = useActors()
  const [made, setMade] = useState<{ readonly of: string; readonly plan: Planned } | null>(null)
  useEffect(() => {
    let wanted = true
    const run = async (sql: string, parameters: readonly SqlValue[]) => (await client.query(sql, parameters)).rows
    const give = (plan: Planned) => wanted && setMade({ of: typed, plan })
    const ask = () => {
      onAsk(typed)
      planSearch(run, home, [me, myLocal], typed).then(give, (error: Error) =>
        give({ type: 'failed', message: wordsOf(error) }),
      )
    }
    const timer = setTimeout(ask, typed.trim() === '' ? 0 : settleMs)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [client, home, typed, me, myLocal, onAsk])
  if (typed.trim() === '') return { type: 'idle' }
  return made?.of === typed ? made.plan : null
}

function useFound(ask: Ask | null): Answer | null {
  const query = useMemo(() => ask && sql<SearchRow>(ask.query.sql, ask.query.parameters), [ask])
  const { data, status, error } = useLiveQuery(query)
  const found = useMemo(() => ask && hitsOf(ask, data), [ask, data])
  if (!ask || !found) return null
  if (error) return { type: 'failed', message: wordsOf(error) }
  return status === 'ready' ? { type: 'found', ...found, notes: found.hits.length > 0 ? ask.notes : [] } : null
}
