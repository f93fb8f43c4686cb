import { expect, expectTypeOf, test } from 'vitest'
import { defineDatabase, type ApplicationDatabase } from './application.ts'
import type { ConnectOptions } from './client/connect.ts'
import type { Client } from './client/client.ts'

const todo = defineDatabase({
  name: 'todo',
  migrations: [],
  commands: {
    add: (db, title: string) => db.run('INSERT INTO todo (title) VALUES (?)', [title]),
    count: (db) => Number(db.all('SELECT count(*) FROM todo')[0]![0]),
  },
})

test('a client knows the commands of its application, their arguments and results', () => {
  const use = (db: Client<(typeof todo)['commands']>) => {
    expectTypeOf(db.call('add', 'milk')).toEqualTypeOf<Promise<void>>()
    expectTypeOf(db.call('count')).toEqualTypeOf<Promise<number>>()
    // @ts-expect-error -- a title is a text
    void db.call('add', 5)
    // @ts-expect-error -- it has none
    void db.call('remove', 5)
  }
  expect(use).toBeTypeOf('function')
})

test('a command gets the database, or what `opened` returns', () => {
  const counter = defineDatabase({
    name: 'counter',
    migrations: [],
    opened: (_db: ApplicationDatabase) => ({ made: 0, status: () => ({ made: 0 }) }),
    commands: { more: (state: { made: number }, by: number) => (state.made += by) },
  })
  expectTypeOf(counter.name).toEqualTypeOf<'counter'>()
  expect(Object.keys(counter.commands)).toEqual(['more'])
})

test('a page cannot connect by another name', () => {
  expectTypeOf<ConnectOptions<(typeof todo)['name']>['name']>().toEqualTypeOf<'todo'>()
})

test.each(['', 'a/b', '../x', 'Todo', 'a b', 'é'])('"%s" names no files and locks', (name) => {
  expect(() => defineDatabase({ name, migrations: [], commands: {} })).toThrow('cannot name')
})
