import { expect, test } from 'vitest'
import { givenName } from './NameField.tsx'

const taken = [{ name: 'General' }, { name: 'Café' }]

test.each([
  ['  garden ', 'garden'],
  ['gar\u202eden', 'garden'],
  ['generals', 'generals'],
])('%j is given as %j', (typed, name) => expect(givenName(typed, 'room', taken)).toEqual({ name, fault: null }))

test.each([
  ['\u200b\u2060', /can be seen/],
  [' \u00a0\t', /can be seen/],
  ['GENERAL', /already a room called “General”/],
  ['gen\u200beral ', /already a room called “General”/],
  ['cafe', /already a room called “Café”/],
])('%j is refused with a sentence', (typed, words) => {
  const { name, fault } = givenName(typed, 'room', taken)
  expect(name).toBeNull()
  expect(fault).toMatch(words)
})
