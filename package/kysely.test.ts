import { sql as raw, type Generated, type Kysely } from 'kysely'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { sql, toQuery, type LiveSource } from '../react/live-query.ts'
import type { SqlValue } from '../schema/live.ts'
import { queryBuilder, run, typed } from './kysely.ts'

interface Schema {
  todo: { id: Generated<number>; title: string; done: 0 | 1; note: string | null }
  tag: { todo: number; name: string }
}
const q = queryBuilder<Schema>()
/** What a hook infers. */
const rowOf = <Row>(_source: LiveSource<Row>): Row => undefined as Row

describe('a query carries the type of its rows', () => {
  const open = q.selectFrom('todo').where('done', '=', 0)

  test('a builder as it is, and one that was compiled', () => {
    expectTypeOf(rowOf(open.select(['id', 'title']))).toEqualTypeOf<{ id: number; title: string }>()
    expectTypeOf(rowOf(open.selectAll())).toEqualTypeOf<{ id: number; title: string; done: 0 | 1; note: string | null }>() // prettier-ignore
    expectTypeOf(rowOf(typed(open.select('id').compile()))).toEqualTypeOf<{ id: number }>()
    expectTypeOf(rowOf(typed(open.select('note')))).toEqualTypeOf<{ note: string | null }>()
  })

  test('outer joins, aggregates and raw SQL', () => {
    const tagged = q
      .selectFrom('todo')
      .leftJoin('tag', 'tag.todo', 'todo.id')
      .select(({ fn }) => ['todo.title', 'tag.name', fn.countAll<number>().as('tags')])
      .groupBy('todo.id')
    expectTypeOf(rowOf(tagged)).toEqualTypeOf<{ title: string; name: string | null; tags: number }>()
    const length = q.selectFrom('todo').select(raw<number>`length(title)`.as('length'))
    expectTypeOf(rowOf(length)).toEqualTypeOf<{ length: number }>()
  })

  test('SQL by hand names its row', () => {
    expectTypeOf(rowOf(sql<{ id: string }>('SELECT id FROM todo'))).toEqualTypeOf<{ id: string }>()
  })

  test('what has no rows is no query', () => {
    // @ts-expect-error -- an INSERT
    rowOf(q.insertInto('todo').values({ title: 'milk', done: 0 }))
    // @ts-expect-error -- a column that is not there
    open.select('titel')
    // @ts-expect-error -- a compiled query of Kysely hides its row type: typed() brings it out
    rowOf(open.select('id').compile())
  })
})

describe('what is asked of SQLite', () => {
  test('text and parameters of the builder', () => {
    const query = { sql: 'select "id" from "todo" where "title" = ?', parameters: ['milk'] }
    const builder = q.selectFrom('todo').select('id').where('title', '=', 'milk')
    expect(toQuery(builder)).toEqual(query)
    expect(typed(builder)).toEqual(query)
    expect(typed(builder.compile())).toEqual(query)
  })

  test.each([
    ['a boolean', true, 'parameter 1 is a boolean'],
    ['a date', new Date(0), 'parameter 1 is a Date'],
    ['nothing', undefined, 'parameter 1 is undefined'],
  ])('%s is refused where it is written, not in a worker', (_name, value, message) => {
    const anyTable = q as unknown as Kysely<{ todo: { done: unknown } }>
    const builder = anyTable.selectFrom('todo').select('done').where('done', '=', value)
    expect(() => toQuery(builder)).toThrow(message)
    expect(() => typed(builder)).toThrow(message)
  })
})

describe('execute()', () => {
  const asked: unknown[] = []
  const connection = {
    query: (sql: string, parameters: readonly SqlValue[]) => {
      asked.push(sql, parameters)
      return Promise.resolve({ columns: ['id', 'title'], rows: [[1, 'milk']], changes: 0 })
    },
  }

  test('reads once, by the connection, with rows as objects of their type', async () => {
    const rows = await queryBuilder<Schema>({ connection })
      .selectFrom('todo')
      .select(['id', 'title'])
      .where('id', '=', 1)
      .execute()
    expectTypeOf(rows).toEqualTypeOf<{ id: number; title: string }[]>()
    expect(rows).toEqual([{ id: 1, title: 'milk' }])
    expect(asked).toEqual(['select "id", "title" from "todo" where "id" = ?', [1]])
  })

  test('without a connection it says what to do, and is not an empty result', async () => {
    await expect(q.selectFrom('todo').selectAll().execute()).rejects.toThrow('has no connection')
  })

  test('a transaction is refused: it is a command', async () => {
    const work = queryBuilder<Schema>({ connection })
      .transaction()
      .execute(() => Promise.resolve())
    await expect(work).rejects.toThrow('transactions are commands')
  })
})

test('run gives a command SQL and parameters', () => {
  const calls: unknown[] = []
  run({ run: (...call) => calls.push(call) }, q.insertInto('todo').values({ title: 'milk', done: 0 }))
  expect(calls).toEqual([['insert into "todo" ("title", "done") values (?, ?)', ['milk', 0]]])
})
