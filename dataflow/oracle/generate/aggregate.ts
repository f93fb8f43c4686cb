import type { Random } from '../random.ts'
import { expression, optional, type Sql } from '../sql-text.ts'
import { leaf, randomCondition, randomExpression, type Scope } from './expression.ts'
import type { ColumnType } from './value.ts'

/** One call, with a FILTER now and then; what depends on the order of rows has one. */
export function randomAggregate(random: Random, scope: Scope): { readonly sql: Sql; readonly type: ColumnType } {
  const of = (type: ColumnType) =>
    random.chance(0.8) ? leaf(random, scope, type) : randomExpression(random, { columns: scope.columns }, type, 1)
  const [type, call] = random.weighted<() => [ColumnType, Sql]>([
    [4, () => ['int', 'count(*)']],
    [2, () => ['int', expression`count(${of('any')})`]],
    [1, () => ['int', expression`count(DISTINCT ${of(random.pick(['int', 'text']))})`]],
    [0.5, () => ['real', expression`${random.pick(['avg', 'total'])}(DISTINCT ${of('int')})`]],
    [0.5, () => ['any', expression`${random.pick(['min', 'max'])}(DISTINCT ${of('any')})`]],
    [0.5, () => { const value = of('int'); return ['text', expression`group_concat(DISTINCT ${value} ORDER BY ${value} DESC)`] }],
    [0.5, () => { const value = of('text'); return ['text', expression`string_agg(${value}, '|' ORDER BY ${value} COLLATE NOCASE, quote(${value}))`] }],
    [0.3, () => { const value = of('int'); return ['real', random.pick([expression`median(${value})`, expression`percentile_cont(${value}, 0.25)`, expression`percentile(${value}, 60)`])] }],
    [0.3, () => { const value = of('int'); return ['text', expression`json_group_object('k' || quote(${value}), ${value} ORDER BY quote(${value}))`] }],
    [4, () => ['int', expression`sum(${of('int')})`]],
    [1, () => ['real', expression`sum(${of('real')})`]],
    [1, () => ['real', expression`total(${of(random.pick(['int', 'real', 'any']))})`]],
    [1, () => ['int', expression`sum(DISTINCT ${of('int')})`]],
    [2, () => ['real', expression`avg(${of(random.pick(['int', 'real', 'any']))})`]],
    [3, () => ['int', expression`min(${of('int')})`]],
    [3, () => ['text', expression`max(${of('text')})`]],
    [1, () => ['any', expression`${random.pick(['min', 'max'])}(${of('any')})`]],
    [1, () => { const value = of('text'); return ['text', expression`group_concat(${value}, ',' ORDER BY quote(${value}))`] }],
    [0.5, () => { const value = of('int'); return ['text', expression`json_group_array(${value} ORDER BY quote(${value}))`] }],
  ])() // prettier-ignore
  const filter = random.chance(0.15)
    ? optional` FILTER (WHERE ${randomCondition(random, { columns: scope.columns }, 1)})`
    : ''
  return { sql: expression`${call}${filter}`, type }
}
