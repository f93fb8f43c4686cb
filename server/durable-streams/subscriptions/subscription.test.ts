import { expect, test } from 'vitest'
import { matches } from './subscription.ts'

test('in a pattern * is one segment, ** any number of them', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['events/*', ['events/a'], ['events', 'events/a/b', 'other/a']],
    ['events/**', ['events', 'events/a', 'events/a/b'], ['event/a']],
    ['**/log', ['log', 'a/log', 'a/b/log'], ['a/logs', 'log/a']],
    ['a/**/b/*', ['a/b/c', 'a/x/y/b/c', 'a/b/b/b'], ['a/b', 'a/x/b']],
    ['**', ['a', 'a/b'], []],
    ['a.c/(x)', ['a.c/(x)'], ['abc/x', 'abc/(x)']],
  ]
  for (const [pattern, yes, no] of cases) {
    for (const path of yes) expect(matches(pattern, path), `${pattern} ${path}`).toBe(true)
    for (const path of no) expect(matches(pattern, path), `${pattern} ${path}`).toBe(false)
  }
})

test('a pattern of many ** is decided as fast as any', () => {
  const before = process.cpuUsage()
  expect(matches('**/a/'.repeat(40) + 'b', 'a/'.repeat(200) + 'c')).toBe(false)
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(1000)
})
