import { expect, test } from 'vitest'
import { makeHistory, toNdjson, type HistoryLine } from './history.ts'

const history = makeHistory({ seed: 3, messages: 5000 })

test('the same seed gives the same history', () => {
  expect(makeHistory({ seed: 3, messages: 5000 })).toEqual(history)
})

test('ids and times grow, and about as many messages come as were asked for', () => {
  expect(history.every((line, index) => index === 0 || line.id > (history[index - 1] as HistoryLine).id)).toBe(true)
  expect(history.every((line, index) => index === 0 || line.ts >= (history[index - 1] as HistoryLine).ts)).toBe(true)
  expect(history.length).toBeGreaterThan(4000)
  expect(history.length).toBeLessThan(6000)
})

test('it holds what real histories hold', () => {
  const some = (pattern: RegExp): boolean => history.some((line) => pattern.test(line.text))
  expect(some(/```/)).toBe(true)
  expect(some(/\$\$/)).toBe(true)
  expect(some(/^> /)).toBe(true)
  expect(some(/@\*\*[^*]+\*\*/)).toBe(true)
  expect(history.some((line) => line.text.length > 3000)).toBe(true)
  expect(history.some((line) => line.stream.includes('%3F'))).toBe(true)
  const topics = new Set(history.map((line) => `${line.stream}/${line.topic}`))
  expect(topics.size).toBeGreaterThan(100)
  expect(topics.size).toBeLessThan(history.length / 4)
})

test('one JSON object a line', () => {
  const lines = toNdjson(history.slice(0, 20)).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(history.slice(0, 20))
})
