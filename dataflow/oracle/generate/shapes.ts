import type { Random } from '../random.ts'
import { expression, list, optional, select, text, type Sql } from '../sql-text.ts'
import { leaf, randomCondition, randomExpression, type ScopeColumn } from './expression.ts'
import { quoteName, type Schema, type Table } from './schema.ts'
import type { ColumnType } from './value.ts'
import { namedWindows } from './window.ts'

/** What the shapes take from the maker of queries. */
export interface Parts {
  readonly random: Random
  readonly schema: Schema
  from(depth: number): { readonly sql: Sql; readonly columns: readonly ScopeColumn[]; readonly key: readonly string[] | null } // prettier-ignore
  where(columns: readonly ScopeColumn[], depth: number): Sql
  limit(): Sql
  aggregate(columns: readonly ScopeColumn[]): Sql
  core(types: readonly ColumnType[]): Sql
}

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

function windowOverGroups(parts: Parts): Sql {
  const { random } = parts
  const from = parts.from(1)
  const key = random.pick(from.columns).sql
  const direction = random.pick(['', ' DESC'])
  const call = random.pick([
    `sum(count(*)) OVER (ORDER BY ${key}${direction})`,
    `rank() OVER (ORDER BY count(*) DESC)`,
    `count(*) * 1.0 / sum(count(*)) OVER ()`,
    `max(count(*)) OVER (PARTITION BY count(*) % 2)`,
    `lag(count(*)) OVER (ORDER BY ${key})`,
  ])
  const having = random.chance(0.2) ? optional` HAVING count(*) > 1` : ''
  return select`SELECT ${key}, count(*), ${call} FROM ${from.sql}${parts.where(from.columns, 1)} GROUP BY ${key}${having}${random.chance(0.4) ? text` ORDER BY ${key}${direction}${parts.limit()}` : ''}` // prettier-ignore
}

function windowsByName(parts: Parts): Sql | null {
  const from = parts.from(1)
  if (!from.key) return null
  const { calls, clause } = namedWindows(parts.random, from.columns, from.key)
  return select`SELECT ${list([...from.key, ...calls])} FROM ${from.sql}${parts.where(from.columns, 1)} WINDOW ${clause}`
}

function rowValueMembership(parts: Parts): Sql {
  const { random } = parts
  const outer = parts.from(1)
  const inner = parts.from(0)
  const [a, b] = [random.pick(outer.columns), random.pick(outer.columns)]
  const [x, y] = [like(random, a, inner.columns), like(random, b, inner.columns)]
  const correlated = random.chance(0.3)
    ? text` WHERE ${random.pick(inner.columns).sql} ${random.pick(['=', '<', 'IS'])} ${random.pick(outer.columns).sql}`
    : parts.where(inner.columns, 1)
  const not = random.pick(['', '', 'NOT '])
  const columns = list([...(outer.key ?? []), a.sql, b.sql])
  return select`SELECT ${columns} FROM ${outer.sql} WHERE (${a.sql}, ${b.sql}) ${not}IN (SELECT ${x.sql}, ${y.sql} FROM ${inner.sql}${correlated})` // prettier-ignore
}

function chainOfUsing({ random, schema }: Parts): Sql | null {
  const tables = random.many(3, 3, () => random.pick(schema.tables))
  const [first, ...others] = tables as [Table, ...Table[]]
  const seen = new Set(first.columns.map((c) => c.name))
  let joined = `${quoteName(first.name)} AS p0`
  const merged: string[] = []
  for (const [i, other] of others.entries()) {
    const shared = other.columns.filter((c) => seen.has(c.name))
    const kind = random.pick(['JOIN', 'JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', ','])
    const name = `${quoteName(other.name)} AS p${i + 1}`
    if (shared.length === 0 || kind === ',') joined += `, ${name}`
    else {
      const using = random.sample(shared, random.between(1, 2)).map((c) => quoteName(c.name))
      merged.push(...using)
      joined += ` ${kind} ${name} USING (${using.join(', ')})`
    }
    for (const column of other.columns) seen.add(column.name)
  }
  const columns = random.pick(['*', 'p0.*', 'p1.*, p2.*', ...merged])
  const where = merged.length > 0 && random.chance(0.4) ? optional` WHERE ${random.pick(merged)} IS NOT NULL` : ''
  return select`SELECT ${columns} FROM ${joined}${where}`
}

function withInside(parts: Parts): Sql {
  const { random } = parts
  const inner = parts.core(['int', 'text'])
  const hint = random.pick(['', ' MATERIALIZED', ' NOT MATERIALIZED'])
  const nested = text`WITH n(x, y) AS${hint} (${inner}) SELECT x, count(*) AS z FROM n GROUP BY x`
  return random.pick([
    () => select`SELECT * FROM (${nested})`,
    () => select`SELECT s.z, s.x FROM (${nested}) AS s WHERE s.z > 1`,
    () => select`WITH o AS (${nested}) SELECT a.x, b.z FROM o AS a LEFT JOIN o AS b ON a.z = b.x`,
    () => select`WITH n AS (SELECT 1 AS x), o AS (${nested}) SELECT n.x, o.x, o.z FROM n, o`,
  ])()
}

function usedTwice(parts: Parts): Sql {
  const { random } = parts
  const hint = random.pick(['', ' MATERIALIZED', ' NOT MATERIALIZED'])
  const body = parts.core(['int', 'text', 'int'])
  const head = text`WITH w(x, y, z) AS${hint} (${body}) `
  return random.pick([
    () => text`${head}${select`SELECT p.x, q.y FROM w AS p JOIN w AS q ON p.x = q.z`}`,
    () => text`${head}${select`SELECT x, y FROM w WHERE x > (SELECT avg(x) FROM w)`}`,
    () => text`${head}${select`SELECT x FROM w WHERE x IN (SELECT z FROM w WHERE y IS NOT NULL)`}`,
    () => text`${head}${select`SELECT x, y FROM w UNION SELECT z, y FROM w`}`,
    () =>
      text`${head}${select`SELECT y, count(*), sum(x) FROM w GROUP BY y HAVING count(*) >= (SELECT min(z) FROM w)`}`,
    () => text`${head}${select`SELECT * FROM w AS p WHERE NOT EXISTS (SELECT 1 FROM w AS q WHERE q.x > p.x)`}`,
    () =>
      text`${head}${select`SELECT (SELECT count(*) FROM w AS q WHERE q.y = p.y) AS n, p.y FROM w AS p ORDER BY n, p.y`}`,
  ])()
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

function fullText({ random, schema }: Parts): Sql | null {
  const table = schema.tables.find(({ kind }) => kind === 'fts')
  if (!table) return null
  const { name } = table
  const match = random.pick([`${name} MATCH`, `${name} =`, 'title MATCH', 'body MATCH'])
  const words = random.pick(["'fish'", "'red OR blue'", "'fi*'", "'red NOT dog'", "'title: fish'", "'\"red fish\"'", "'red AND fish'", "'NEAR(red fish, 2)'", "'^red'"]) // prettier-ignore
  const others = schema.tables.filter(({ kind, columns }) => kind === 'table' && columns.some((c) => c.type === 'int'))
  const other = others.length > 0 ? random.pick(others) : table
  const link = other.kind === 'fts' ? 'rowid' : quoteName(other.columns.find((c) => c.type === 'int')!.name)
  return random.pick([
    () => select`SELECT rowid, title, highlight(${name}, 0, '<', '>') FROM ${name} WHERE ${match} ${words} ORDER BY rowid`,
    () => select`SELECT rowid, snippet(${name}, 1, '[', ']', '…', 3) FROM ${name} WHERE ${match} ${words} ORDER BY rank, rowid LIMIT 5`,
    () => select`SELECT rowid, bm25(${name}) FROM ${name} WHERE ${match} ${words} ORDER BY bm25(${name}), rowid`,
    () => select`SELECT count(*), max(rowid) FROM ${name} WHERE ${match} ${words}`,
    () => select`SELECT rowid FROM ${name}(${words}) ORDER BY rowid DESC LIMIT 3`,
    () => select`SELECT f.rowid, f.title, o.${link} FROM ${name} AS f JOIN ${quoteName(other.name)} AS o ON o.${link} = f.rowid WHERE f.${match.startsWith(name) ? 'title MATCH' : match} ${words}`,
    () => select`SELECT o.${link} FROM ${quoteName(other.name)} AS o WHERE o.${link} IN (SELECT rowid FROM ${name} WHERE ${match} ${words})`,
    () => select`SELECT rowid, title FROM ${name} WHERE rowid BETWEEN 3 AND 12`,
    () => select`SELECT title, count(*) FROM ${name} GROUP BY title`,
    () => select`SELECT body FROM ${name} WHERE title LIKE '%fish%' ORDER BY rowid LIMIT 4`,
    () => rankBesideFilter(random, table, other),
    () => rankBesideFilter(random, table, other),
    () => rankBesideFilter(random, table, other),
  ])() // prettier-ignore
}

/** One document's rank is moved by documents that no condition lets in. */
function rankBesideFilter(random: Random, fts: Table, other: Table): Sql {
  const match = `f.${random.pick(['title', 'body'])} MATCH ${random.pick(["'fish'", "'red OR blue'", "'fi*'", "'red'"])}`
  const rank = random.pick([`bm25(${fts.name})`, 'f.rank', `bm25(${fts.name}, 2.0, 0.5)`, 'f.rank'])
  const from = `${fts.name} AS f`.replace(/ AS f$/, rank.startsWith('bm25') ? '' : ' AS f')
  const f = rank.startsWith('bm25') ? fts.name : 'f'
  const own = (sql: string) => sql.replaceAll('f.', `${f}.`)
  const integers = other.columns.filter((c) => c.type === 'int').map((c) => quoteName(c.name))
  const key = other.key.map((name) => `o.${name === 'rowid' ? name : quoteName(name)}`).join(', ')
  if (integers.length === 0 || key === '') {
    return select`SELECT rowid, ${rank} FROM ${from} WHERE ${own(match)} AND rowid < ${String(random.between(3, 20))} ORDER BY ${rank}, rowid`
  }
  const [link, filter] = [random.pick(integers), random.pick(integers)]
  const joined = `${from} JOIN ${quoteName(other.name)} AS o ON o.${link} = ${f}.rowid`
  const where = `${own(match)} AND o.${filter} ${random.pick(['=', '<', '>='])} ${random.between(1, 9)}`
  return random.pick([
    () => select`SELECT ${key}, ${f}.rowid, ${rank} FROM ${joined} WHERE ${where}`,
    () => select`SELECT ${key}, ${f}.rowid FROM ${joined} WHERE ${where} ORDER BY ${rank}, ${f}.rowid, ${key} LIMIT 3`,
    () => select`SELECT ${key} FROM ${quoteName(other.name)} AS o WHERE o.${filter} < 9 AND o.${link} IN (SELECT ${f}.rowid FROM ${from} WHERE ${own(match)} ORDER BY ${rank}, ${f}.rowid LIMIT 2)`,
    () => select`SELECT o.${filter}, count(*), min(s) FROM (SELECT ${f}.rowid AS id, ${rank} AS s FROM ${from} WHERE ${own(match)}) AS r JOIN ${quoteName(other.name)} AS o ON o.${link} = r.id GROUP BY o.${filter}`,
    () => select`SELECT rowid, ${rank} FROM ${from} WHERE ${own(match)} AND rowid < ${String(random.between(3, 20))} ORDER BY rowid`,
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

function recursiveOverTable({ random, schema }: Parts): Sql | null {
  const tables = schema.tables.filter((t) => t.kind !== 'fts' && t.columns.filter((c) => c.type === 'int').length > 1)
  if (tables.length === 0) return null
  const table = random.pick(tables)
  const integers = table.columns.filter((c) => c.type === 'int').map((c) => quoteName(c.name))
  const [id, parent] = random.sample(integers, 2) as [string, string]
  const other = quoteName(random.pick(table.columns).name)
  const name = quoteName(table.name)
  const start = random.pick([`${id} = 1`, `${parent} IS NULL`, `${id} < 4`, `${id} = ${random.between(1, 9)}`])
  const down = `SELECT ${id}, 0 FROM ${name} WHERE ${start} UNION SELECT t.${id}, depth + 1 FROM tree JOIN ${name} AS t ON t.${parent} = tree.id WHERE depth < ${random.between(2, 5)}` // prettier-ignore
  const head = text`WITH RECURSIVE tree(id, depth) AS (${down}) `
  return random.pick([
    () => text`${head}${select`SELECT id, depth FROM tree ORDER BY depth, id`}`,
    () => text`${head}${select`SELECT count(*), max(depth) FROM tree`}`,
    () => text`${head}${select`SELECT t.${other}, tree.depth FROM tree JOIN ${name} AS t ON t.${id} = tree.id`}`,
    () =>
      text`${head}${select`SELECT ${id} FROM ${name} WHERE ${id} NOT IN (SELECT id FROM tree WHERE id IS NOT NULL)`}`,
    () => text`${head}${select`SELECT depth, count(*) FROM tree GROUP BY depth HAVING count(*) > 1`}`,
    () => text`${head}${select`SELECT a.id, b.id FROM tree AS a JOIN tree AS b ON a.depth = b.depth AND a.id < b.id`}`,
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

function bestGroups(parts: Parts): Sql {
  const { random } = parts
  const from = parts.from(1)
  const key = random.pick(from.columns).sql
  const aggregate = parts.aggregate(from.columns)
  const alias = random.pick(['n', '"a b"', 'value', '[count]'])
  const more = random.chance(0.3) ? text`, ${parts.aggregate(from.columns)}` : ''
  return select`SELECT ${key}, ${aggregate} AS ${alias}${more} FROM ${from.sql}${parts.where(from.columns, 1)} GROUP BY ${key} ORDER BY ${random.pick([alias, '2'])}${random.pick([' DESC', ''])}, ${key}${parts.limit()}` // prettier-ignore
}

/** Of tables joined by an equation, so that most groups have rows; the columns of the one whose key groups stand bare. */
function groupsOfJoin(parts: Parts): Sql | null {
  const { random, schema } = parts
  const tables = schema.tables.filter(({ kind, key }) => kind === 'table' && key.length > 0)
  if (tables.length === 0) return null
  const sources = random.many(1, 3, (i) => {
    const table = random.pick(tables)
    const name = (column: string) => `g${i}.${column === 'rowid' ? column : quoteName(column)}`
    const columns = table.columns.map((c) => ({ sql: name(c.name), type: c.type, collation: c.collation }))
    return { sql: `${quoteName(table.name)} AS g${i}`, columns, key: table.key.map(name) }
  })
  const [first, ...others] = sources as [(typeof sources)[0], ...typeof sources]
  let from: Sql = first.sql
  const columns: ScopeColumn[] = [...first.columns]
  for (const { sql, columns: own } of others) {
    const a = random.pick(columns)
    const more = random.chance(0.3)
      ? optional` AND ${randomCondition(random, { columns: [...columns, ...own] }, 1)}`
      : ''
    const kind = random.pick(['JOIN', 'JOIN', 'LEFT JOIN'])
    from = text`${from} ${kind} ${sql} ON ${a.sql} = ${like(random, a, own).sql}${more}`
    columns.push(...own)
  }
  const byRow = random.chance(0.5)
  const keys = byRow ? [...first.key] : random.many(0, 2, () => random.pick(columns).sql)
  const bare = byRow && random.chance(0.6) ? [random.pick(first.columns).sql] : []
  const number = () => random.pick([...columns.filter(({ type }) => type === 'int' || type === 'real'), ...columns.slice(0, 1)]) // prettier-ignore
  const calls = random.many(1, 3, () =>
    random.pick<() => Sql>([
      () => 'count(*)',
      () => `count(${random.pick(columns).sql})`,
      () => `${random.pick(['sum', 'sum', 'avg', 'total'])}(${number().sql})`,
      () => `${random.pick(['min', 'max'])}(${random.pick(columns).sql})`,
      () => expression`count(*) FILTER (WHERE ${randomCondition(random, { columns }, 1)})`,
    ])(),
  )
  const group = keys.length > 0 ? ` GROUP BY ${keys.join(', ')}` : ''
  const having = keys.length > 0 && random.chance(0.1) ? ' HAVING count(*) > 1' : ''
  return select`SELECT ${list([...keys, ...bare, ...calls])} FROM ${from}${parts.where(columns, 0)}${group}${having}`
}

function havingAlone(parts: Parts): Sql {
  const from = parts.from(1)
  const having = expression`${parts.aggregate(from.columns)} ${parts.random.pick(['>', '<=', 'IS NOT', '='])} ${parts.random.pick(['2', 'NULL', '0'])}`
  return select`SELECT ${parts.aggregate(from.columns)} FROM ${from.sql}${parts.where(from.columns, 1)} HAVING ${having}`
}

function deepCorrelation(parts: Parts): Sql {
  const { random } = parts
  const [outer, middle, inner] = [parts.from(0), parts.from(0), parts.from(0)]
  const [a, b, c] = [random.pick(outer.columns), random.pick(middle.columns), random.pick(inner.columns)]
  const tie = (left: ScopeColumn, others: readonly ScopeColumn[]) => {
    return text`${like(random, left, others).sql} ${random.pick(['=', '=', 'IS', '<='])} ${left.sql}`
  }
  const deepest = text`SELECT count(*) FROM ${inner.sql} WHERE ${tie(a, inner.columns)} AND ${tie(b, inner.columns)}`
  const columns = list([...(outer.key ?? []), a.sql])
  return random.pick([
    () => select`SELECT ${columns}, (SELECT max((${deepest})) FROM ${middle.sql} WHERE ${tie(a, middle.columns)}) FROM ${outer.sql}`,
    () => select`SELECT ${columns} FROM ${outer.sql} WHERE EXISTS (SELECT 1 FROM ${middle.sql} WHERE (${deepest}) > 0)`,
    () => select`SELECT ${columns} FROM ${outer.sql} WHERE ${a.sql} ${random.pick(['', 'NOT '])}IN (SELECT ${b.sql} FROM ${middle.sql} WHERE ${c.sql.startsWith('(') ? '1' : text`EXISTS (${deepest})`})`,
    () => select`SELECT ${columns}, CASE WHEN (${text`SELECT count(*) FROM ${inner.sql} WHERE ${tie(a, inner.columns)}`}) > 1 THEN (SELECT min(${b.sql}) FROM ${middle.sql}) END FROM ${outer.sql}`,
  ])() // prettier-ignore
}

function aggregateOfAggregate(parts: Parts): Sql {
  const { random } = parts
  const from = parts.from(1)
  const [key, other] = [random.pick(from.columns).sql, random.pick(from.columns).sql]
  const inner = text`SELECT ${key} AS x, count(*) AS n, count(${other}) AS m FROM ${from.sql}${parts.where(from.columns, 1)} GROUP BY ${key}`
  return random.pick([
    () => select`SELECT n, count(*) FROM (${inner}) GROUP BY n`,
    () => select`SELECT max(n), min(m), sum(n) FROM (${inner})`,
    () => select`SELECT x FROM (${inner}) WHERE n = (SELECT max(n) FROM (${inner}))`,
    () => select`SELECT DISTINCT n, m FROM (${inner})`,
    () => select`SELECT a.x, b.n FROM (${inner}) AS a JOIN (${inner}) AS b ON a.n = b.m`,
    () => select`SELECT n, x, row_number() OVER (PARTITION BY n ORDER BY x) FROM (${inner})`,
    () => select`SELECT avg(n) FROM (${inner}) WHERE x IS NOT NULL HAVING count(*) > 1`,
  ])()
}

/** The one case in which a bare column has one answer: beside the only max() or min(), where one row alone has it. */
function bareBesideExtreme(parts: Parts): Sql | null {
  const { random, schema } = parts
  const tables = schema.tables.filter(({ key, kind }) => key.length === 1 && kind === 'table')
  if (tables.length === 0) return null
  const table = random.pick(tables)
  const name = (column: string) => `b0.${column === 'rowid' ? column : quoteName(column)}`
  const columns = table.columns.map((c) => ({ sql: name(c.name), type: c.type, collation: c.collation }))
  const column = () => random.pick(columns).sql
  const extreme = `${random.pick(['max', 'min'])}(${random.chance(0.8) ? name(table.key[0]!) : column()})`
  const group = column()
  const more = random.chance(0.4) ? [random.pick(['count(*)', `sum(${column()})`, `length(${column()})`])] : []
  const other = random.pick(tables)
  const join = random.chance(0.2) ? text` JOIN ${quoteName(other.name)} AS b1 ON b1.${other.key[0] === 'rowid' ? 'rowid' : quoteName(other.key[0]!)} = ${column()}` : '' // prettier-ignore
  const groups = random.chance(0.7) ? text` GROUP BY ${group}` : ''
  return select`SELECT ${list([group, extreme, column(), column(), ...more])} FROM ${quoteName(table.name)} AS b0${join}${parts.where(columns, 0)}${groups}`
}

function limitWithoutOrder(parts: Parts): Sql {
  const { random } = parts
  const from = parts.from(1)
  const columns = from.key ?? [random.pick(from.columns).sql]
  return select`SELECT ${list([...columns, random.pick(from.columns).sql])} FROM ${from.sql}${parts.where(from.columns, 1)} LIMIT ${String(random.between(0, 6))}${random.pick(['', '', ' OFFSET 2'])}` // prettier-ignore
}

function memberOfTable(parts: Parts): Sql | null {
  const { random, schema } = parts
  const narrow = schema.tables.filter(({ columns }) => columns.length === 1)
  if (narrow.length === 0) return null
  const from = parts.from(1)
  const column = random.pick(from.columns).sql
  return select`SELECT ${column} FROM ${from.sql} WHERE ${column} ${random.pick(['', 'NOT '])}IN ${quoteName(random.pick(narrow).name)}`
}

function parenthesisedJoin(parts: Parts): Sql {
  const { random } = parts
  const [a, b, c] = [parts.from(0), parts.from(0), parts.from(0)]
  const tie = (x: readonly ScopeColumn[], y: readonly ScopeColumn[]) => {
    const left = random.pick(x)
    return text`${left.sql} = ${like(random, left, y).sql}`
  }
  const kind = () => random.pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'CROSS JOIN'])
  const inner = text`(${b.sql} ${kind()} ${c.sql} ON ${tie(b.columns, c.columns)})`
  const columns = random.pick(['*', text`${list([random.pick(a.columns).sql, random.pick(b.columns).sql, random.pick(c.columns).sql])}`]) // prettier-ignore
  return select`SELECT ${columns} FROM ${a.sql} ${kind()} ${inner} ON ${tie(a.columns, [...b.columns, ...c.columns])}${parts.where(a.columns, 1)}` // prettier-ignore
}

function comparedWithAggregate(parts: Parts): Sql {
  const { random } = parts
  const [outer, inner] = [parts.from(1), parts.from(0)]
  const a = random.pick(outer.columns)
  const b = like(random, a, inner.columns)
  const call = random.pick(['max', 'min', 'count'])
  const link = random.chance(0.5)
    ? text` WHERE ${random.pick(inner.columns).sql} = ${random.pick(outer.columns).sql}`
    : parts.where(inner.columns, 1)
  const value = leaf(random, { columns: outer.columns }, 'int')
  return select`SELECT ${list([...(outer.key ?? []), a.sql, randomExpression(random, { columns: outer.columns }, 'text', 1)])} FROM ${outer.sql} WHERE ${a.sql} ${random.pick(['=', '>', '<', 'IS NOT'])} (SELECT ${call}(${b.sql}) FROM ${inner.sql}${link}) ${random.pick(['AND', 'OR'])} ${random.chance(0.5) ? randomCondition(random, { columns: outer.columns }, 1) : expression`${value} > 2`}` // prettier-ignore
}

/** A column of the same type, if there is one. */
function like(random: Random, { type }: ScopeColumn, columns: readonly ScopeColumn[]): ScopeColumn {
  const fitting = columns.filter((column) => column.type === type)
  return random.pick(fitting.length > 0 ? fitting : columns)
}
