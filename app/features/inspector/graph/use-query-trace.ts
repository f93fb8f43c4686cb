import { useEffect, useState } from 'react'
import type { InspectedTurn, QueryAnswer } from '../../../../schema/messages/runtime/inspection.ts'
import { useLive } from '../../../live/index.ts'
import { askAgain } from '../ask-again.ts'

const everyMs = 300
/** so long a change is seen */
const litMs = 1200

export interface QueryTrace {
  readonly answer: QueryAnswer
  /** the turns of the last moment */
  readonly latest: readonly InspectedTurn[]
}

/** One live query and what goes through its operators, while the component is mounted; null until the first answer. */
export function useQueryTrace(queryId: string | null): QueryTrace | null {
  const { client } = useLive()
  const [trace, setTrace] = useState<QueryTrace | null>(null)
  useEffect(() => {
    if (queryId === null) return
    let after = 0
    let latest: readonly InspectedTurn[] | null = null
    let litAt = 0
    return askAgain(everyMs, async (isWanted) => {
      const answer = await client.inspect({ about: 'query', queryId, after })
      if (!isWanted()) return
      // another leader counts from one
      after = answer.query?.cost.turns ?? 0
      // what was before one looked is not seen
      if (latest === null) latest = []
      else if (answer.turns.length > 0) [latest, litAt] = [answer.turns, performance.now()]
      else if (performance.now() - litAt > litMs) latest = []
      setTrace({ answer, latest })
    })
  }, [client, queryId])
  return trace?.answer.query?.queryId === queryId || trace?.answer.query === null ? trace : null
}

/** What each operator sent in these turns. */
export function sentIn(turns: readonly InspectedTurn[]): ReadonlyMap<string, { added: number; removed: number }> {
  const sent = new Map<string, { added: number; removed: number }>()
  for (const each of turns.flatMap((turn) => turn.sent)) {
    const sum = sent.get(each.operator) ?? { added: 0, removed: 0 }
    sent.set(each.operator, { added: sum.added + each.added, removed: sum.removed + each.removed })
  }
  return sent
}
