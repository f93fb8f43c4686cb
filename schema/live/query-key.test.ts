import { expect, test } from 'vitest'
import { queryKey } from './query-key.ts'

test('tells values of different types apart', () => {
  const values = [1, 1n, '1', null, '', new Uint8Array([1]), -0, 0, 1.5]
  const keys = values.map((value) => queryKey({ sql: 'SELECT ?', parameters: [value] }))
  expect(new Set(keys).size).toBe(values.length)
})

test('keeps texts and parameters apart', () => {
  const texts = ['a', 'a\u0000', 's1:a', '\u0000s1:a', 'a\u0000s1:b']
  const keys = texts.flatMap((text) => [
    queryKey({ sql: text, parameters: [] }),
    queryKey({ sql: 'a', parameters: [text] }),
    queryKey({ sql: 'a', parameters: [text, 'b'] }),
  ])
  expect(new Set(keys).size).toBe(keys.length)
})
