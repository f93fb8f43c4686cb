import { expect, test } from 'vitest'
import { nobodyKnown, typingWords, typistsIn, withTold } from './presence-state.ts'

const told = (people: object[], whole = false, stream = 'space:s') =>
  ({ type: 'presence', stream, whole, people }) as Parameters<typeof withTold>[1]

test('what is told adds up; a whole list takes out whom it leaves out; streams do not mix', () => {
  let state = withTold(nobodyKnown, told([{ person: 'ada', here: true, typing: [] }], true))
  state = withTold(state, told([{ person: 'bob', here: true, typing: ['general'] }]))
  state = withTold(state, told([{ person: 'bob', here: true, typing: [] }], true, 'room:private.s.r'))
  expect([...state.get('space:s')!.keys()]).toEqual(['ada', 'bob'])
  expect(typistsIn(state, 'space:s', 'general', 'ada')).toEqual(['bob'])
  expect(typistsIn(state, 'space:s', 'general', 'bob')).toEqual([]) // never myself
  expect(typistsIn(state, 'space:s', 'kitchen', 'ada')).toEqual([])
  state = withTold(state, told([{ person: 'ada', here: false, typing: [] }]))
  expect([...state.get('space:s')!.keys()]).toEqual(['bob'])
  expect([...withTold(state, told([], true)).get('space:s')!.keys()]).toEqual([])
})

test.each([
  [[], ''],
  [['Ada'], 'Ada is typing…'],
  [['Ada', 'Bob'], 'Ada and Bob are typing…'],
  [['Ada', 'Bob', 'Cyd'], 'Several people are typing…'],
])('%j: “%s”', (names, words) => {
  expect(typingWords(names)).toBe(words)
})
