import { useEffect, useState } from 'react'
import type { Query } from '../../../../schema/live.ts'
import { applyChange } from '../../../../schema/live/row-changes.ts'
import type { AnyRow } from '../../../../workers/runtime/client/live-rows.ts'
import { useLive } from '../../../live/index.ts'

export interface LiveResultRows {
  readonly columns: readonly string[]
  readonly keys: readonly string[]
  readonly rows: readonly AnyRow[]
  /** how many deltas came */
  readonly deltas: number
  /** by key, the number of the delta that changed the row last */
  readonly changed: ReadonlyMap<string, number>
  /** it has ended */
  readonly error: Error | null
}

/** The rows of a query with their keys, so that what changes can be shown as such; null until the first rows. */
export function useLiveResult(query: Query | null): LiveResultRows | null {
  const { client } = useLive()
  const [result, setResult] = useState<{ readonly of: Query; readonly shown: LiveResultRows } | null>(null)
  useEffect(() => {
    if (!query) return
    let columns: readonly string[] = []
    const keys: string[] = []
    const rows: AnyRow[] = []
    let changed = new Map<string, number>()
    let deltas = 0
    let frame = 0
    let error: Error | null = null
    const show = () => {
      frame = 0
      setResult({ of: query, shown: { columns, keys: [...keys], rows: [...rows], deltas, changed, error } })
    }
    const soon = () => void (frame ||= requestAnimationFrame(show))
    const unsubscribe = client.subscribe(
      query,
      (update) => {
        if (update.type === 'snapshot') {
          columns = update.columns
          keys.splice(0, keys.length, ...update.keys)
          rows.splice(0, rows.length, ...update.rows)
          changed = new Map()
        } else {
          deltas++
          changed = new Map(changed)
          for (const change of update.changes) {
            applyChange(keys, rows, change)
            if (change.op === 'delete') changed.delete(change.key)
            else changed.set(change.key, deltas)
          }
        }
        soon()
      },
      (told) => {
        error = told
        soon()
      },
    )
    return () => {
      cancelAnimationFrame(frame)
      unsubscribe()
    }
  }, [client, query])
  return result && result.of === query ? result.shown : null
}
