import { expect, test } from 'vitest'
import { applicationOf, namesOf, type RuntimeNames } from './protocol.ts'

/** every name that an application's threads share, of the same tab, coordinator and peer */
const all = (names: RuntimeNames): string[] =>
  Object.values(names).map((name: string | ((...parts: never) => string)) =>
    typeof name === 'string' ? name : (name as (id: string, n: number) => string)('id', 1),
  )

test('two applications of one origin share no name', () => {
  const names = all(namesOf('todo'))
  expect(new Set(names).size).toBe(names.length)
  for (const other of ['todos', 'tod', 'chat', 'todo-tab', 'todo-peer', 'x-todo']) {
    expect(all(namesOf(other)).filter((name) => names.includes(name))).toEqual([])
  }
})

test('a SharedWorker knows its application by its name, however many have hung before it', () => {
  for (const application of ['todo', 'my-app', 'a-coordinator-v2', 'x1']) {
    const { sharedWorker } = namesOf(application)
    for (const replaced of [0, 1, 27]) expect(applicationOf(sharedWorker(replaced))).toBe(application)
  }
  for (const name of ['', 'todo', '-coordinator-v1']) expect(applicationOf(name)).toBeNull()
})
