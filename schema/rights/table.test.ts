import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { definitionOf, eventTypes } from '../events/event-types.ts'
import { roles } from './roles.ts'
import { cellOf, places, rightsTables, rowsOf } from './table.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/rights.md'), 'utf8')

test('the tables in docs/rights.md are what the code says', () => {
  expect(page, 'npm run rights writes them anew').toContain(rightsTables())
})

const cells = places.flatMap((place) => {
  const [, after = ''] = page.split(`| in a ${place} |`)
  const lines = after.split('\n\n')[0]!.trimEnd().split('\n').slice(2)
  return lines.flatMap((line) => {
    const [action = '', ...signs] = line
      .split('|')
      .map((text) => text.trim().replaceAll('`', ''))
      .slice(1, -1)
    return roles.map((role, at) => [place, role, action, signs[at]] as const)
  })
})
test.each(cells)('in a %s, %s: %s %s', (place, role, action, sign) => {
  expect(cellOf(place, action, role)).toBe(sign)
})

test('every event type is in a table, or goes into the person’s own stream alone', () => {
  const listed = new Set([...rowsOf('public space'), ...rowsOf('private room')])
  const missing = eventTypes.filter((type) => !listed.has(type))
  for (const type of missing) expect(definitionOf(type).streams).toEqual(['person'])
})
