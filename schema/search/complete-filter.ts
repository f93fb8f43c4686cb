import { foldName } from '../events/names.ts'
import { filterNames, searchFilters, wordBegins, type FilterContext, type FilterName } from './search-filters.ts'

/** How a filter that is being typed can go on. */
export interface Completion {
  /** `from:"Cy Vale"` */
  readonly filter: string
  /** all that is typed then */
  readonly typed: string
}

const most = 6
const open = new RegExp(`(?:^|\\s)-?(${filterNames.join('|')})[:：](["“”„]?)([^"“”„]*)$`, 'i')

/** The filter whose value is typed, which can be completed. */
export function filterTyped(typed: string): FilterName | null {
  return openFilter(typed)?.name ?? null
}

/**
 * The values that begin with what stands behind the colon, by any of their words.
 *
 * Example: 'hello from:va' → 'hello from:"Cy Vale" '.
 */
export function completeFilter(typed: string, context: FilterContext): readonly Completion[] {
  const found = openFilter(typed)
  if (!found) return []
  const sought = foldName(found.value)
  const values = searchFilters[found.name]
    .values(context)
    .filter((value) => sought === '' || wordBegins(foldName(value), sought))
  return [...new Set(values)].slice(0, most).map((value) => {
    const filter = `${found.name}:${/[\s"]/.test(value) ? `"${value.replaceAll('"', '')}"` : value}`
    return { filter, typed: `${typed.slice(0, found.from)}${filter} ` }
  })
}

function openFilter(typed: string) {
  const match = open.exec(typed)
  if (!match) return null
  const [, name, quote, value] = match as unknown as [string, string, string, string]
  if (quote === '' && /\s/.test(value)) return null // a space has ended it
  return {
    name: name.toLowerCase() as FilterName,
    value,
    from: typed.length - value.length - quote.length - name.length - 1,
  }
}
