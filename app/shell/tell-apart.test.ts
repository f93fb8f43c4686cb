import { expect, test } from 'vitest'
import { tellApart } from './tell-apart.ts'

const named = (...names: string[]) => names.map((name, at) => ({ id: String(at), name }))

test.each([
  [named('Ann', 'Bo'), []],
  [named('Ann', 'Bo', 'ann', 'ÁNN'), [['2', ' (2)'], ['3', ' (3)']]], // prettier-ignore
  [named('general', 'gen\u200deral'), [['1', ' (2)']]],
  [named('Café', 'Cafe\u0301 '), [['1', ' (2)']]],
])('%j', (rows, marks) => expect([...tellApart(rows)]).toEqual(marks))
