import { expect, test } from 'vitest'
import { completeFilter, filterTyped } from './complete-filter.ts'
import { parseSearch } from './parse-search.ts'
import { filterNames, searchFilters, type FilterContext } from './search-filters.ts'

const context: FilterContext = {
  home: 'space:s1',
  me: ['me'],
  people: [
    { id: 'p1', name: 'Émile' },
    { id: 'p2', name: 'Cy Vale' },
    { id: 'p3', name: 'Say "hi"' },
  ],
  rooms: [
    { id: 'r1', name: 'general', parent: null },
    { id: 'r2', name: 'Field reports', parent: null },
    { id: 't1', name: 'general thread', parent: 'r1' },
  ],
}
const typed = (text: string) => completeFilter(text, context).map((each) => each.typed)

test.each([
  ['from:', ['from:me ', 'from:Émile ', 'from:"Cy Vale" ', 'from:"Say hi" ']],
  ['from:emi', ['from:Émile ']],
  ['hello -from:va', ['hello -from:"Cy Vale" ']],
  ['from:"cy v', ['from:"Cy Vale" ']],
  ['FROM:ém', ['from:Émile ']],
  ['in:', ['in:general ', 'in:"Field reports" ']],
  ['in:rep', ['in:"Field reports" ']],
  ['has:re', ['has:reaction ']],
  ['is:', ['is:pinned ', 'is:edited ', 'is:reply ', 'is:unread ']],
  ['before:20', []],
  ['from:me ', []],
  ['from:"Cy Vale"', []],
  ['xfrom:', []],
  ['hello', []],
  ['', []],
])('%j can go on as %j', (text, expected) => expect(typed(text)).toEqual(expected))

test('only an open filter asks who and what there is', () => {
  expect(filterTyped('from:')).toBe('from')
  expect(filterTyped('from:ann hello')).toBe(null)
})

test.each(filterNames)('what %s proposes is read as that filter, and means something', (name) => {
  for (const proposed of completeFilter(`${name}:`, context)) {
    const { filters, terms } = parseSearch(proposed.typed)
    expect(terms).toEqual([])
    expect(filters).toMatchObject([{ name }])
    const { value, quoted } = filters[0]!
    // a quotation mark within a name cannot be typed
    if (!value.includes('hi')) expect(searchFilters[name].meaning(value, quoted, context).type).toBe('condition')
  }
})
