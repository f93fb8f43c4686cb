import type { Random } from '../random.ts'
import { expression, list, type Sql } from '../sql-text.ts'
import { randomValue, valueSql, type ColumnType } from './value.ts'

export interface ScopeColumn {
  /** as it is written in this scope: `x1.a` */
  readonly sql: string
  readonly type: ColumnType
  readonly collation: string | null
}

export interface Scope {
  readonly columns: readonly ScopeColumn[]
  /** subqueries may be made, correlated to this scope */
  readonly subquery?: (kind: 'scalar' | 'exists' | 'in', outer: Scope) => { sql: Sql; type: ColumnType }
}

/** Random scalar expressions over the columns in scope. */
export function randomExpression(random: Random, scope: Scope, type: ColumnType, depth: number): Sql {
  if (depth <= 0 || random.chance(0.35)) return leaf(random, scope, type)
  const inner = (of: ColumnType) => randomExpression(random, scope, of, depth - 1)
  switch (type) {
    case 'boolean':
      return randomCondition(random, scope, depth)
    case 'int':
      return random.weighted<() => Sql>([
        [6, () => expression`(${inner('int')} ${random.pick(['+', '-', '*'])} ${inner('int')})`],
        [2, () => expression`(${inner('int')} ${random.pick(['/', '%'])} ${inner('int')})`],
        [1, () => expression`(${inner('int')} ${random.pick(['&', '|', '<<', '>>'])} ${inner('int')})`],
        [1, () => expression`(${random.pick(['-', '~', '+'])} ${inner('int')})`],
        [1, () => expression`(${inner(random.pick(['int', 'real', 'text', 'any']))} ${random.pick(['+', '-', '*', '/', '%', '||'])} ${inner('any')})`], // prettier-ignore
        [2, () => expression`length(${inner('text')})`],
        [1, () => expression`instr(${inner('text')}, ${inner('text')})`],
        [1, () => expression`unicode(${inner('text')})`],
        [1, () => expression`CAST(${inner(random.pick(['text', 'real', 'any']))} AS INTEGER)`],
        [1, () => expression`sign(${inner('real')})`],
        [1, () => expression`max(${inner('int')}, ${inner('int')})`],
        [2, () => common(random, scope, type, depth)],
      ])()
    case 'real':
      return random.weighted<() => Sql>([
        [4, () => expression`(${inner('real')} ${random.pick(['+', '-', '*', '/'])} ${inner('real')})`],
        [1, () => expression`round(${inner('real')}${random.pick(['', ', 1'])})`],
        [1, () => expression`CAST(${inner(random.pick(['int', 'text']))} AS REAL)`],
        [1, () => expression`(${inner('int')} * 1.5)`],
        [2, () => common(random, scope, type, depth)],
      ])()
    case 'text':
    case 'json':
      return random.weighted<() => Sql>([
        [4, () => expression`(${inner('text')} || ${inner(random.pick(['text', 'int', 'real', 'any']))})`],
        [2, () => expression`${random.pick(['upper', 'lower', 'trim', 'rtrim', 'ltrim', 'hex', 'quote', 'typeof'])}(${inner(random.pick(['text', 'any']))})`], // prettier-ignore
        [1, () => expression`quote(${inner(random.pick(['real', 'blob', 'any', 'int']))})`],
        [1, () => expression`typeof(${inner(random.pick(['real', 'int', 'any']))})`],
        [
          2,
          () =>
            expression`substr(${inner('text')}, ${inner('int')}${random.chance(0.5) ? expression`, ${inner('int')}` : ''})`,
        ],
        [1, () => expression`replace(${inner('text')}, ${inner('text')}, ${inner('text')})`],
        [1, () => expression`CAST(${inner(random.pick(['int', 'real', 'blob', 'any']))} AS TEXT)`],
        [1, () => expression`printf('%s-%d', ${inner('text')}, ${inner('int')})`],
        [0.5, () => expression`json_extract(${jsonLeaf(random, scope)}, '$.a')`],
        [0.5, () => expression`json_array(${inner('int')}, ${inner('text')})`],
        [2, () => common(random, scope, 'text', depth)],
      ])()
    case 'blob':
      return expression`CAST(${inner('text')} AS BLOB)`
    case 'any':
      return common(random, scope, random.pick(['int', 'text', 'real']), depth)
  }
}

function jsonLeaf(random: Random, scope: Scope): Sql {
  const columns = scope.columns.filter((c) => c.type === 'json')
  return columns.length > 0 ? random.pick(columns).sql : leaf(random, { columns: [] }, 'json')
}

/** What makes sense for any type. */
function common(random: Random, scope: Scope, type: ColumnType, depth: number): Sql {
  const inner = (of: ColumnType = type) => randomExpression(random, scope, of, depth - 1)
  const condition = () => randomCondition(random, scope, depth - 1)
  return random.weighted<() => Sql>([
    [3, () => expression`CASE WHEN ${condition()} THEN ${inner()} ELSE ${inner()} END`],
    [
      1,
      () =>
        expression`CASE ${inner('int')} WHEN ${inner('int')} THEN ${inner()} WHEN ${inner('any')} THEN ${inner()} END`,
    ],
    [2, () => expression`coalesce(${inner()}, ${inner()})`],
    [1, () => expression`ifnull(${inner()}, ${inner()})`],
    [1, () => expression`nullif(${inner()}, ${inner()})`],
    [1, () => expression`iif(${condition()}, ${inner()}, ${inner()})`],
    [0.5, () => expression`(${inner()} COLLATE ${random.pick(['NOCASE', 'RTRIM', 'BINARY'])})`],
    [scope.subquery ? 2 : 0, () => scope.subquery!('scalar', scope).sql],
  ])()
}

export function randomCondition(random: Random, scope: Scope, depth: number): Sql {
  const type = random.weighted<ColumnType>([
    [6, 'int'],
    [5, 'text'],
    [2, 'real'],
    [1, 'any'],
    [0.4, 'blob'],
  ])
  const inner = (of: ColumnType = type) => randomExpression(random, scope, of, depth - 1)
  const mixed = () => (random.chance(0.12) ? inner('any') : inner())
  if (depth <= 0)
    return expression`(${leaf(random, scope, type)} ${compareOperator(random)} ${leaf(random, scope, type)})`
  return random.weighted<() => Sql>([
    [8, () => expression`(${inner()} ${compareOperator(random)} ${mixed()})`],
    [2, () => expression`(${inner()} IS ${random.pick(['', 'NOT '])}NULL)`],
    [1, () => expression`(${inner()} ${random.pick(['IS', 'IS NOT', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'])} ${mixed()})`],
    [2, () => expression`(${inner()} ${random.pick(['', 'NOT '])}BETWEEN ${inner()} AND ${mixed()})`],
    [2, () => expression`(${inner()} ${random.pick(['', 'NOT '])}IN (${list(random.many(1, 4, () => mixed()))}))`],
    [1, () => expression`(${inner('text')} ${random.pick(['', 'NOT '])}LIKE ${random.pick(["'a%'", "'%B%'", "'_'", "'%'", "'A_'"])})`],
    [0.6, () => expression`(${inner('text')} GLOB ${random.pick(["'a*'", "'[a-b]*'", "'?'"])})`],
    [3, () => expression`(${randomCondition(random, scope, depth - 1)} ${random.pick(['AND', 'OR'])} ${randomCondition(random, scope, depth - 1)})`],
    [1, () => expression`(NOT ${randomCondition(random, scope, depth - 1)})`],
    [0.5, () => expression`((${inner('int')}, ${inner('text')}) ${random.pick(['=', '<', '>=', 'IS'])} (${inner('int')}, ${inner('text')}))`],
    [0.5, () => expression`(${inner('any')})`],
    [scope.subquery ? 2 : 0, () => expression`${random.pick(['', 'NOT '])}EXISTS ${scope.subquery!('exists', scope).sql}`],
    [scope.subquery ? 2 : 0, () => {
      const { sql, type } = scope.subquery!('in', scope)
      return expression`(${inner(type)} ${random.pick(['', 'NOT '])}IN ${sql})`
    }],
  ])() // prettier-ignore
}

function compareOperator(random: Random): string {
  return random.weighted([
    [5, '='],
    [1, '<>'],
    [2, '<'],
    [2, '>'],
    [1, '<='],
    [1, '>='],
    [0.5, '=='],
    [0.5, '!='],
  ])
}

export function leaf(random: Random, scope: Scope, type: ColumnType): Sql {
  const fitting = scope.columns.filter((c) => c.type === type || (type === 'any' && c.type !== 'blob'))
  if (fitting.length > 0 && random.chance(0.75)) return expression`${random.pick(fitting).sql}`
  if (scope.columns.length > 0 && random.chance(0.1)) return expression`${random.pick(scope.columns).sql}`
  return valueSql(random, randomValue(random, type))
}
