import { useEffect, useState } from 'react'
import { completeFilter, filterTyped } from '../../../schema/search/complete-filter.ts'
import { filterContext } from '../../../schema/search/search.ts'
import type { FilterContext, FilterName } from '../../../schema/search/search-filters.ts'
import { useLive } from '../../live/index.ts'
import { useActors } from '../identity/identity.ts'
import css from './SearchPanel.module.css'

/** While a filter's value is typed: what may stand there. */
export function FilterSuggestions(props: { home: string; typed: string; choose(typed: string): void }) {
  const context = useFilterContext(props.home, filterTyped(props.typed))
  const suggestions = context ? completeFilter(props.typed, context) : []
  if (suggestions.length === 0) return null
  return (
    <div className={css.suggestions} role="group" aria-label="Suggestions">
      {suggestions.map(({ filter, typed }) => (
        <button key={filter} type="button" onClick={() => props.choose(typed)}>
          {filter}
        </button>
      ))}
    </div>
  )
}

/** Asked for once a filter is typed; null until it is there. */
function useFilterContext(home: string, filter: FilterName | null): FilterContext | null {
  const { client } = useLive()
  const [me, myLocal] = useActors()
  const [context, setContext] = useState<FilterContext | null>(null)
  useEffect(() => {
    if (!filter) return
    let current = true
    filterContext(
      async (sql, parameters) => (await client.query(sql, parameters)).rows,
      home,
      [me, myLocal],
      [filter],
    ).then(
      (found) => current && setContext(found),
      () => {}, // the search itself says why nothing can be asked
    )
    return () => {
      current = false
    }
  }, [client, home, me, myLocal, filter])
  return filter ? context : null
}
