import { list, select, text, type Sql } from '../sql-text.ts'
import { recursiveOverTable, usedTwice, withInside } from './cte-shapes.ts'
import { fullText } from './full-text-shapes.ts'
import {
  aggregateOfAggregate,
  bareBesideExtreme,
  bestGroups,
  groupsOfJoin,
  havingAlone,
  windowOverGroups,
} from './group-shapes.ts'
import { chainOfUsing, parenthesisedJoin } from './join-shapes.ts'
import type { Parts } from './parts.ts'
import { quoteName } from './schema.ts'
import { comparedWithAggregate, deepCorrelation, memberOfTable, rowValueMembership } from './subquery-shapes.ts'
import { namedWindows } from './window.ts'

/**
 * Shapes of SELECT that a random walk over clauses seldom makes: windows over groups, row values in IN, chains of USING, WITH inside
 * WITH, groups of joined tables, CTEs used twice, recursion over tables, json_tree over a column, full text, subqueries two levels deep.
 * Each has one answer: what counts or cuts rows orders by a key.
 */
export function randomShape(parts: Parts): Sql | null {
  const { random } = parts
  if (random.chance(0.4)) {
    const made = fullText(parts)
    if (made) return made
  }
  return random.weighted<() => Sql | null>([
    [2, () => windowOverGroups(parts)],
    [2, () => windowsByName(parts)],
    [2, () => rowValueMembership(parts)],
    [2, () => chainOfUsing(parts)],
    [1, () => withInside(parts)],
    [2, () => usedTwice(parts)],
    [2, () => jsonOfColumn(parts)],
    [2, () => unionInside(parts)],
    [3, () => recursiveOverTable(parts)],
    [1, () => limitInside(parts)],
    [2, () => bestGroups(parts)],
    [6, () => groupsOfJoin(parts)],
    [1, () => havingAlone(parts)],
    [2, () => deepCorrelation(parts)],
    [2, () => aggregateOfAggregate(parts)],
    [3, () => bareBesideExtreme(parts)],
    [1, () => limitWithoutOrder(parts)],
    [1, () => memberOfTable(parts)],
    [1, () => parenthesisedJoin(parts)],
    [1, () => comparedWithAggregate(parts)],
  ])()
}

function windowsByName(parts: Parts): Sql | null {
  const from = parts.from(1)
  if (!from.key) return null
  const { calls, clause } = namedWindows(parts.random, from.columns, from.key)
  return select`SELECT ${list([...from.key, ...calls])} FROM ${from.sql}${parts.where(from.columns, 1)} WINDOW ${clause}`
}

function jsonOfColumn({ random, schema }: Parts): Sql | null {
  const found = schema.tables.flatMap((t) => t.columns.filter((c) => c.type === 'json').map((c) => [t, c] as const))
  if (found.length === 0) return null
  const [table, column] = random.pick(found)
  const json = `CASE WHEN json_valid(j.${quoteName(column.name)}) THEN j.${quoteName(column.name)} END`
  const from = `${quoteName(table.name)} AS j`
  const key = table.key.map((name) => `j.${name === 'rowid' ? name : quoteName(name)}`)
  return random.pick<() => Sql>([
    () => select`SELECT ${list([...key, 'e.fullkey', 'e.atom', 'e.type'])} FROM ${from}, json_tree(${json}) AS e`,
    () => select`SELECT ${list([...key, 'e.value'])} FROM ${from} JOIN json_each(${json}, '$.b') AS e WHERE e.value IS NOT NULL`,
    () => select`SELECT ${list([...key, 'e.key'])} FROM ${from} LEFT JOIN json_each(${json}) AS e ON e.value = 1`,
    () => select`SELECT e.value, count(*) FROM ${from}, json_each(${json}) AS e GROUP BY e.value`,
    () => select`SELECT ${list([...key, text`(SELECT count(*) FROM json_tree(${json}))`])} FROM ${from}`,
    () => select`SELECT ${list([...key, `j.${quoteName(column.name)}`])} FROM ${from} WHERE EXISTS (SELECT 1 FROM json_each(${json}) AS e WHERE e.value = 3)`,
    () => select`SELECT ${list([...key, text`json_array_length(${json})`, text`${json} ->> '$.a'`])} FROM ${from}`,
  ])() // prettier-ignore
}

function unionInside(parts: Parts): Sql {
  const { random } = parts
  const operator = () => random.pick(['UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT'])
  const both = text`SELECT * FROM (${parts.core(['int', 'text'])}) ${operator()} ${parts.core(['int', 'text'])}`
  const one = text`${parts.core(['int'])} ${operator()} ${parts.core(['int'])}`
  const from = parts.from(1)
  const int = from.columns.find(({ type }) => type === 'int') ?? random.pick(from.columns)
  return random.pick([
    () => select`SELECT u.x, count(*) FROM (SELECT NULL AS x, NULL AS y WHERE 0 UNION ALL ${both}) AS u GROUP BY u.x`,
    () => select`SELECT ${int.sql} FROM ${from.sql} WHERE ${int.sql} ${random.pick(['', 'NOT '])}IN (${one})`,
    () => select`SELECT count(*) FROM (${both})`,
    () => select`SELECT ${int.sql}, (SELECT count(*) FROM (${one})) FROM ${from.sql}`,
    () => select`SELECT * FROM (${both}) ORDER BY 1, 2${parts.limit()}`,
    () => select`SELECT * FROM (SELECT * FROM (${one}) UNION SELECT * FROM (${one}))`,
  ])()
}

function limitInside(parts: Parts): Sql {
  const { random } = parts
  const from = parts.from(1)
  const key = from.key
  const columns = [random.pick(from.columns).sql, random.pick(from.columns).sql] as const
  if (!key) return select`SELECT count(*) FROM (SELECT ${columns[0]} FROM ${from.sql} LIMIT 3)`
  const inner = text`SELECT ${columns[0]} AS x, ${columns[1]} AS y FROM ${from.sql}${parts.where(from.columns, 1)} ORDER BY ${columns[0]}, ${key.join(', ')} LIMIT ${String(random.between(1, 6))}${random.pick(['', ' OFFSET 1'])}` // prettier-ignore
  return random.pick([
    () => select`SELECT * FROM (${inner}) WHERE y IS NOT NULL`,
    () => select`SELECT y, count(*) FROM (${inner}) GROUP BY y`,
    () => select`SELECT max(x), count(*) FROM (${inner})`,
    () => select`SELECT * FROM (${inner}) AS l ${random.pick(['JOIN', 'LEFT JOIN'])} (${inner}) AS r ON l.x = r.x`,
  ])()
}

function limitWithoutOrder(parts: Parts): Sql {
  const { random } = parts
  const from = parts.from(1)
  const columns = from.key ?? [random.pick(from.columns).sql]
  return select`SELECT ${list([...columns, random.pick(from.columns).sql])} FROM ${from.sql}${parts.where(from.columns, 1)} LIMIT ${String(random.between(0, 6))}${random.pick(['', '', ' OFFSET 2'])}` // prettier-ignore
}
