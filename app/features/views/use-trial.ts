import { useEffect, useMemo, useState } from 'react'
import { useLiveQuery, type LiveResult, type TypedQuery } from '../../live/index.ts'
import { allowTrial, beginTrial, endTrial, isStopped, stopTrial } from './view-trials.ts'

type Row = Readonly<Record<string, unknown>>

export interface Trial {
  readonly result: LiveResult<Row>
  /** it is not live, or no longer: why */
  readonly problem: string | null
  /** it is not asked, because it harmed once */
  readonly stopped: boolean
  again(): void
}

const stoppedWords = 'It was stopped, because it took too long.'

/** Somebody's own SELECT as a live query. One that takes too long, or takes its database down, is not asked again by itself. */
export function useTrial(view: string, query: TypedQuery<Row> | null): Trial {
  const [kept, setKept] = useState(() => isStopped(view))
  const [attempt, setAttempt] = useState(0)
  // the live store has the answer to a query for a while: another text is another query
  const asked = useMemo(
    () => (query && !kept ? { ...query, sql: query.sql + ' '.repeat(attempt) } : null),
    [query, kept, attempt],
  )
  const result = useLiveQuery(asked)
  const { status, error } = result
  const code = error?.code
  useEffect(() => {
    if (!asked) return
    if (status === 'loading') beginTrial(view)
    else if (code === 'TIMEOUT') stopTrial(view)
    else endTrial(view)
  }, [view, asked, status, code])
  const stopped = kept || code === 'TIMEOUT'
  return {
    result,
    problem: stopped ? stoppedWords : error ? error.message : null,
    stopped,
    again() {
      allowTrial(view)
      setKept(false)
      setAttempt(attempt + 1)
    },
  }
}
