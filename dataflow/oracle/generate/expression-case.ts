import type { Case, Step } from '../case.ts'
import type { Random } from '../random.ts'
import { expression, list, text, type Sql } from '../sql-text.ts'
import { randomCondition, randomExpression, type Scope } from './expression.ts'
import { literal, randomValue, type ColumnType } from './value.ts'

const columns: readonly (readonly [name: string, declared: string, type: ColumnType])[] = [
  ['i', 'INTEGER', 'int'],
  ['r', 'REAL', 'real'],
  ['t', 'TEXT', 'text'],
  ['n', 'NUMERIC', 'any'],
  ['z', 'BLOB', 'any'],
  ['x', '', 'any'],
  ['c', 'TEXT COLLATE NOCASE', 'text'],
  ['d', 'DECIMAL(10, 2)', 'real'],
]

const oddTexts = ['-0', ' -0', '-0.0', '0x10', '1e5', '1e', '1e+', '.5', '5.', '-.5e-1', '+5', ' 12 ', '\t7\n', '12abc', 'abc12', '1_000', 'Infinity', 'nan', '-', '+', '.', '', ' ', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809', '1e400', '-1e400', '00012', '1.0', '1.50', '123456789012345678901234567890', '0.1e1', '1 2', 'TRUE', 'null', 'É', 'ß', '🙂🙂', 'a🙂b', 'a\0b', '%', '_%', 'a%', '[a-c]*', '\\', "'", '"', 'AbC', 'abc  ', '  abc'] // prettier-ignore
const oddNumbers = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, 1e15, 1e16, 1e17, 123456789.125, 0.1, 0.30000000000000004, 1e-5, 1e-4, 123456.789, 1e21, 1e300, -1e300, 5e-324, Infinity, -Infinity, 2147483647, 2147483648, -2147483648, 4294967295, 4294967296, 9007199254740991, 9007199254740993n, 9223372036854775807n, -9223372036854775808n, -9223372036854775807n, 4611686018427387904n, 3037000500, 255, 1114111, 55296] // prettier-ignore
const oddBlobs = ['', '00', '61', '6162', 'ff', 'c3a9', 'f09f9982', '3132', '2e35', '30783130']

function oddValue(random: Random): string {
  return random.weighted<() => string>([
    [4, () => literal(random.pick(oddNumbers))],
    [4, () => literal(random.pick(oddTexts))],
    [1, () => `x'${random.pick(oddBlobs)}'`],
    [1, () => 'NULL'],
    [2, () => literal(randomValue(random, random.pick(['int', 'real', 'text'] as const)))],
  ])()
}

/** Calls that the random walk over types does not make. */
function oddCall(random: Random, one: () => Sql): Sql {
  return random.pick<() => Sql>([
    () => expression`char(${one()}, ${one()})`,
    () => expression`concat(${one()}, ${one()}, ${one()})`,
    () => expression`concat_ws(${one()}, ${one()}, ${one()})`,
    () => expression`like(${one()}, ${one()})`,
    () => expression`glob(${one()}, ${one()})`,
    () => expression`(${one()} LIKE ${one()} ESCAPE ${random.pick(["'\\'", "'%'", "'a'", "'🙂'"])})`,
    () => expression`(${one()} ${random.pick(['LIKE', 'GLOB', 'NOT LIKE'])} ${one()})`,
    () => expression`octet_length(${one()})`,
    () => expression`${random.pick(['trim', 'ltrim', 'rtrim'])}(${one()}, ${one()})`,
    () => expression`${random.pick(['substr', 'substring'])}(${one()}, ${one()}${random.chance(0.6) ? text`, ${one()}` : ''})`,
    () => expression`instr(${one()}, ${one()})`,
    () => expression`replace(${one()}, ${one()}, ${one()})`,
    () => expression`round(${one()}${random.chance(0.5) ? text`, ${one()}` : ''})`,
    () => expression`${random.pick(['abs', 'sign', 'length', 'upper', 'lower', 'hex', 'quote', 'typeof', 'unicode'])}(${one()})`,
    () => expression`${random.pick(['max', 'min', 'nullif', 'ifnull', 'coalesce'])}(${one()}, ${one()})`,
    () => expression`CAST(${one()} AS ${random.pick(['INTEGER', 'REAL', 'TEXT', 'NUMERIC', 'BLOB', 'INT8', 'VARCHAR(3)', 'DOUBLE', 'DATE', '"odd type"'])})`,
    () => expression`(${one()} ${random.pick(['+', '-', '*', '/', '%', '&', '|', '<<', '>>', '||', '->>'])} ${one()})`,
    () => expression`(${random.pick(['-', '+', '~', 'NOT '])} ${one()})`,
    () => expression`(${one()} ${random.pick(['=', '<>', '<', '<=', '>', '>=', 'IS', 'IS NOT'])} ${one()})`,
    () => expression`(${one()} ${random.pick(['', 'NOT '])}BETWEEN ${one()} AND ${one()})`,
    () => expression`(${one()} ${random.pick(['', 'NOT '])}IN (${list([one(), one(), one()])}))`,
    () => expression`(${one()} IS ${random.pick(['', 'NOT '])}${random.pick(['TRUE', 'FALSE', 'NULL'])})`,
    () => expression`(${one()} ${random.pick(['AND', 'OR'])} ${one()})`,
    () => expression`CASE ${one()} WHEN ${one()} THEN ${one()} ELSE ${one()} END`,
    () => expression`iif(${one()}, ${one()}, ${one()})`,
    () => expression`(${one()} COLLATE ${random.pick(['NOCASE', 'RTRIM'])} ${random.pick(['=', '<', 'IN', 'IS'])} (${one()}))`,
    () => expression`printf(${random.pick(["'%d'", "'%s'", "'%g'", "'%.3f'", "'%5x|'"])}, ${one()})`,
  ])() // prettier-ignore
}

/**
 * A case for expressions alone: one table with a column of every affinity, values that convert in odd ways, and SELECTs of nothing
 * but expressions, which the engine computes in JavaScript where it can.
 */
export function randomExpressionCase(random: Random, seed: number): Case {
  const scope: Scope = { columns: columns.map(([name, declared, type]) => ({ sql: `s1.${name}`, type, collation: declared.endsWith('NOCASE') ? 'NOCASE' : null })) } // prettier-ignore
  const one = (depth: number): Sql => {
    if (depth <= 0 || random.chance(0.35)) {
      return random.chance(0.7) ? expression`${random.pick(scope.columns).sql}` : expression`${oddValue(random)}`
    }
    if (random.chance(0.2)) return randomExpression(random, scope, random.pick(['int', 'real', 'text', 'any']), depth)
    return oddCall(random, () => one(depth - 1))
  }
  const query = (): Sql => {
    const condition = random.chance(0.5) ? one(2) : randomCondition(random, scope, 2)
    const where = random.chance(0.6) ? text` WHERE ${condition}` : ''
    const order = random.chance(0.3) ? text` ORDER BY ${one(1)}, s1.id` : ''
    const from = text` FROM t1 AS s1${where}`
    return random.weighted<() => Sql>([
      [6, () => text`SELECT ${list(['s1.id', ...random.many(1, 4, () => one(3))])}${from}${order}`],
      [1, () => text`SELECT ${list([one(1), 'count(*)'])}${from} GROUP BY 1`],
      [1, () => text`SELECT ${list(random.many(1, 2, () => expression`${random.pick(['sum', 'total', 'avg', 'min', 'max', 'count'])}(${one(1)})`))}${from}`], // prettier-ignore
      [1, () => text`SELECT DISTINCT ${one(1)}${from}`],
      [1, () => text`SELECT p.id, s1.id FROM t1 AS s1 JOIN t1 AS p ON ${one(1)} = p.${random.pick(columns)[0]}`],
    ])()
  }
  const row = () => `(${[random.between(1, 12), ...columns.map(() => oddValue(random))].join(', ')})`
  const insert = (count: number) => `INSERT OR REPLACE INTO t1 VALUES ${Array.from({ length: count }, row).join(', ')}`
  const statement = (): Sql =>
    random.pick([
      () => insert(random.between(1, 3)),
      () => insert(2),
      () => `UPDATE t1 SET ${random.pick(columns)[0]} = ${oddValue(random)} WHERE id < ${random.between(1, 12)}`,
      () => `DELETE FROM t1 WHERE id = ${random.between(1, 12)}`,
    ])()
  return {
    seed,
    setup: [
      `CREATE TABLE t1(id INTEGER PRIMARY KEY, ${columns.map(([name, declared]) => `${name} ${declared}`).join(', ')})`,
      insert(6),
    ],
    queries: random.many(1, 3, query),
    steps: random.many(3, 8, (): Step => ({ how: 'run', statements: [statement()] })),
  }
}
