import { expect, test } from 'vitest'
import { SearchWatch } from './search-watch.ts'

function may(typed: string, text: string): boolean {
  const watch = new SearchWatch<string>()
  watch.add(typed, typed)
  return watch.meantBy(text).length > 0
}

test.each([
  ['dark mode', 'The Mode is DARK.'],
  ['dar', 'a darker one'],
  ['da', 'da'],
  ['"dark mode" from:ann', 'dark mode'],
  ['Äpfel', 'apfel und birnen'],
  ['上海市', '我在上海市'],
  ['上', '我在上海市'],
  ['👍', 'yes 👍🏽'],
  ['C++ -java', 'c++ it is'],
  ['->', 'a -> b'],
  ['from:ann', 'anything at all'],
  ['-"left out"', 'anything at all'],
  ['getHTTP', 'call getHTTPServer()'],
])('%s may answer to %s', (typed, text) => expect(may(typed, text)).toBe(true))

test.each([
  ['dark mode', 'dark'],
  ['dark mode', 'a mode that darkens'],
  ['"dark"', 'darker'],
  ['上海市', '上海'],
  ['C#', 'c sharp'],
])('%s cannot answer to %s', (typed, text) => expect(may(typed, text)).toBe(false))

test('each is named once; one that was taken out, twice even, no more', () => {
  const watch = new SearchWatch<number>()
  const release = [watch.add('dark dark', 1), watch.add('dark mode', 2), watch.add('from:ann', 3)]
  expect([...watch.meantBy('dark mode, dark mode')].sort()).toEqual([1, 2, 3])
  release[1]!()
  release[1]!()
  expect([...watch.meantBy('dark mode')].sort()).toEqual([1, 3])
  expect([watch.size, watch.all().length]).toEqual([2, 2])
})
