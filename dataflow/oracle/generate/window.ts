import type { Random } from '../random.ts'
import { expression, type Sql } from '../sql-text.ts'
import { leaf, type ScopeColumn } from './expression.ts'

/** Random window function calls with every frame; what depends on the order of rows orders by a key. */
export function randomWindowCall(random: Random, columns: readonly ScopeColumn[], key: readonly string[] | null): Sql {
  const partition = random.weighted([
    [35, ''],
    [55, `PARTITION BY ${random.pick(columns).sql}`],
    [5, `PARTITION BY ${random.pick(columns).sql}, ${random.pick(columns).sql}`],
    [5, `PARTITION BY (${random.pick(columns).sql} IS NULL)`],
  ])
  const orderColumn = random.pick(columns)
  const descending = random.pick(['', ' DESC', ' DESC NULLS LAST', ' NULLS LAST'])
  const tied = `ORDER BY ${orderColumn.sql}${descending}`
  const total = key && `ORDER BY ${[`${orderColumn.sql}${descending}`, ...key].join(', ')}`
  const value = leaf(random, { columns }, random.pick(['int', 'text'] as const))
  const number = leaf(random, { columns }, 'int')
  const over = (order: string, frame = '') =>
    ` OVER (${[partition, order, frame].filter((part) => part !== '').join(' ')})`
  const choice = random.weighted([
    [3, 'rank'],
    [total ? 4 : 0, 'by row'],
    [3, 'aggregate'],
    [total ? 3 : 0, 'framed'],
    [2, 'groups or range'],
  ] as const)
  switch (choice) {
    case 'rank':
      return expression`${random.pick(['rank()', 'dense_rank()', 'percent_rank()', 'cume_dist()'])}${over(tied)}`
    case 'by row': {
      const call = random.pick<() => Sql>([
        () => 'row_number()',
        () => `ntile(${random.between(1, 4)})`,
        () => expression`lag(${value})`,
        () => expression`lead(${value}, ${String(random.between(0, 3))})`,
        () => expression`lag(${value}, 2, ${number})`,
        () => expression`nth_value(${value}, ${String(random.between(1, 3))})`,
      ])()
      return expression`${call}${over(total!)}`
    }
    case 'aggregate':
      return expression`${aggregate(random, number, value)}${over(random.pick(['', tied]))}`
    case 'framed':
      return expression`${random.chance(0.6) ? aggregate(random, number, value) : expression`${random.pick(['first_value', 'last_value'])}(${value})`}${over(total!, frame(random, 'ROWS'))}`
    case 'groups or range': {
      const isNumeric = orderColumn.type === 'int' || orderColumn.type === 'real'
      return expression`${aggregate(random, number, value)}${over(tied, frame(random, isNumeric ? random.pick(['GROUPS', 'RANGE']) : 'GROUPS'))}`
    }
  }
}

/** Windows that are named, stand on one another, and are used by several calls. */
export function namedWindows(
  random: Random,
  columns: readonly ScopeColumn[],
  key: readonly string[],
): { calls: Sql[]; clause: string } {
  const partition = random.pick(columns).sql
  const order = [random.pick(columns).sql + random.pick(['', ' DESC']), ...key].join(', ')
  const clause = random.pick([
    `w AS (PARTITION BY ${partition}), o AS (w ORDER BY ${order})`,
    `w AS (PARTITION BY ${partition}), "o" AS (PARTITION BY ${partition} ORDER BY ${order} ROWS 2 PRECEDING)`,
    `w AS (), o AS (ORDER BY ${order})`,
  ])
  const number = leaf(random, { columns }, 'int')
  const value = leaf(random, { columns }, 'text')
  const calls = random.sample<() => Sql>(
    [
      () => expression`sum(${number}) OVER w`,
      () => expression`count(*) FILTER (WHERE ${number} > 1) OVER w`,
      () => 'row_number() OVER o',
      () => expression`first_value(${value}) OVER o`,
      () => expression`max(${value}) OVER (w ORDER BY ${order})`,
      () => expression`sum(${number}) OVER (w ORDER BY ${order} ${frame(random, 'ROWS')})`,
      () => expression`group_concat(${value}, '.') OVER o`,
    ],
    random.between(1, 3),
  )
  return { calls: calls.map((make) => make()), clause }
}

function aggregate(random: Random, number: Sql, value: Sql): Sql {
  const call = random.pick<() => Sql>([
    () => 'count(*)',
    () => expression`sum(${number})`,
    () => expression`min(${value})`,
    () => expression`max(${number})`,
    () => expression`count(${value})`,
    () => expression`avg(${number})`,
    () => expression`total(${number})`,
  ])()
  return random.chance(0.1) ? expression`${call} FILTER (WHERE ${number} > 2)` : call
}

function frame(random: Random, unit: 'ROWS' | 'RANGE' | 'GROUPS'): string {
  const bounds = ['UNBOUNDED PRECEDING', '2 PRECEDING', '1 PRECEDING', 'CURRENT ROW', '1 FOLLOWING', '2 FOLLOWING', 'UNBOUNDED FOLLOWING'] // prettier-ignore
  const start = random.between(0, 5)
  const end = random.between(Math.max(start, 1), 6)
  const exclude = random.chance(0.25)
    ? ` EXCLUDE ${random.pick(unit === 'ROWS' ? ['NO OTHERS', 'CURRENT ROW', 'TIES', 'GROUP'] : ['CURRENT ROW', 'GROUP'])}`
    : ''
  return `${unit} BETWEEN ${bounds[start]} AND ${bounds[end]}${exclude}`
}
