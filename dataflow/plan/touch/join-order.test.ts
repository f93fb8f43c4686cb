import { expect, it } from 'vitest'
import type { Source } from '../../bind/bound.ts'
import { parseSelect } from '../../parse/parse.ts'
import type { CatalogTable } from '../../catalog/catalog.ts'
import { joinOrder, type JoinCondition } from './join-order.ts'

const t = source('t', ['id', 'room', 'author'])
const m = source('m', ['space', 'person', 'active'], [0, 1])
const r = source('r', ['id', 'space'], [0])
const orderOf = (...conditions: string[]) =>
  joinOrder(t, new Set([t, m, r]), conditions.map(conditionOf)).map(({ alias }) => alias)

it('what is reached by key or index is read before what a mere inequality ties', () => {
  expect(orderOf('t.author <> m.person', 'm.active = 1', 'r.space = m.space', 't.room = r.id')).toEqual(['t', 'r', 'm'])
})

it('an equation without an index counts more than many inequalities', () => {
  expect(orderOf('t.author <> m.person', 't.id > m.active', 't.author = r.space')).toEqual(['t', 'r', 'm'])
})

it('a list of constants on an index leads there, NOT IN does not', () => {
  expect(orderOf('m.space IN (?1, ?2)', 't.author <> r.space')).toEqual(['t', 'm', 'r'])
  expect(orderOf('m.space NOT IN (?1, ?2)', 't.author <> r.space')).toEqual(['t', 'r', 'm'])
})

function source(alias: string, columns: readonly string[], primaryKey: readonly number[] = []): Source {
  const table = {
    columns: columns.map((name) => ({ name })),
    primaryKey,
    rowidColumn: -1,
    rowidName: null,
    indexes: [],
  }
  return { alias, relation: { kind: 'table', table: table as unknown as CatalogTable } } as unknown as Source
}

function conditionOf(sql: string): JoinCondition {
  const select = parseSelect(`SELECT 1 WHERE ${sql}`)!.select.select
  if (select.type !== 'SelectFrom' || !select.whereClause) throw new Error(sql)
  return { ast: select.whereClause, sources: new Set([t, m, r].filter(({ alias }) => sql.includes(`${alias}.`))) }
}
