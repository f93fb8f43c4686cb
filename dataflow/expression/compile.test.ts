import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bindStatement } from '../bind/bind-statement.ts'
import type { BoundSelect } from '../bind/bound.ts'
import { Unsupported } from '../bind/unsupported.ts'
import { readCatalog } from '../catalog/read-catalog.ts'
import { Connection } from '../sqlite/connection.ts'
import { Real, toSqlValue, type Value } from '../value.ts'
import { AskSqlite } from './ask-sqlite.ts'
import { compileExpression } from './compile.ts'

const sqlite3 = await sqlite3InitModule()

type Outcome = 'equal' | 'asked' | 'not compiled' | 'several sources' | 'not a select'

function catalogOf(connection: Connection) {
  return readCatalog((text, parameters) => connection.rows(text, parameters).map((row) => row.map(toSqlValue)))
}

/** Evaluates a SELECT over at most one table with closures alone; throws where they and SQLite differ. */
function check(connection: Connection, sql: string, catalog = catalogOf(connection)): Outcome {
  if (!/^\s*select/i.test(sql)) return 'not a select'
  const expected = connection.rows(sql)
  const { query } = bindStatement(sql, catalog)
  const arm = query.arms[0] as BoundSelect
  const [source] = arm.sources
  const simple = arm.kind === 'select' && query.arms.length === 1 && arm.sources.length < 2 && !arm.grouped
  if (!simple || arm.distinct || query.orderBy.length || query.limit || (source && source.relation.kind !== 'table')) {
    return 'several sources'
  }
  const layout = {
    slotOf: ({ column }: { column: number }) => (column === -1 ? source!.columns.length : column),
    parameters: [],
  }
  // quote() and typeof() wrap the interesting part
  const where = arm.where.map((condition) => compileExpression(condition, layout))
  const columns = arm.columns.map(({ expression }) => {
    const wrapped = expression.kind === 'call' && expression.name === 'quote' ? expression.arguments[0]! : expression
    return { evaluate: compileExpression(wrapped, layout), quoted: wrapped !== expression }
  })
  if (where.includes(null) || columns.some(({ evaluate }) => !evaluate)) return 'not compiled'
  const table = source?.relation.kind === 'table' ? source.relation.table : null
  const rows = table
    ? connection.rows(`SELECT *${table.rowidName ? `, ${table.rowidName}` : ''} FROM ${table.name}`)
    : [[]]
  try {
    const got = rows
      .filter((row) => where.every((condition) => Boolean(condition!(row))))
      .map((row) =>
        columns.map(({ evaluate, quoted }) => {
          const value = evaluate!(row)
          return quoted ? connection.rows('SELECT quote(?)', [value])[0]![0]! : value
        }),
      )
    expect(got.map((row) => row.map(describe))).toEqual(expected.map((row) => row.map(describe)))
  } catch (error) {
    if (error instanceof AskSqlite) return 'asked'
    throw error
  }
  return 'equal'
}

function describe(value: Value): string {
  if (value instanceof Real) return `real ${value.value + 0}`
  if (value instanceof Uint8Array) return `blob ${value.join()}`
  return value === null ? 'null' : `${typeof value === 'string' ? 'text' : 'integer'} ${value}`
}

const semantics = join(import.meta.dirname, '../../../shared/corpora/semantics')

test.skipIf(!existsSync(semantics))('the semantics table (optional test data ../shared/corpora)', () => {
  const cases: { group: string; setup: string; sql: string; result: string }[] = [
    ...JSON.parse(readFileSync(join(semantics, 'table.json'), 'utf8')).cases,
    ...JSON.parse(readFileSync(join(semantics, 'extra.json'), 'utf8')),
  ]
  const shares = new Map<string, number>()
  const wrong: string[] = []
  for (const { group, setup, sql, result } of cases) {
    const db = new sqlite3.oo1.DB()
    const connection = new Connection(sqlite3, db)
    let outcome: string
    try {
      if (setup) db.exec(setup)
      outcome = result.startsWith('ERROR') || group === 'nondet' ? 'error or clock: SQLite' : check(connection, sql)
    } catch (error) {
      outcome = error instanceof Unsupported ? 'not compiled' : 'wrong'
      if (outcome === 'wrong') wrong.push(`${group}: ${sql}\n${String(error).slice(0, 600)}`)
    }
    shares.set(outcome, (shares.get(outcome) ?? 0) + 1)
    connection.close()
    db.close()
  }
  console.log(`${cases.length} cases: ${JSON.stringify(Object.fromEntries(shares))}`)
  if (wrong.length) console.log(wrong.join('\n\n'))
  expect(wrong.length).toBe(0)
})

const seed = Number(process.env.SEED ?? 20240607)

test(`random expressions equal SQLite's answers (seed ${seed})`, () => {
  let state = seed
  const random = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  const pick = <T>(items: readonly T[]): T => items[random(items.length)]!
  const db = new sqlite3.oo1.DB()
  const connection = new Connection(sqlite3, db)
  db.exec('create table t(i integer, r real, t text collate nocase, u text collate rtrim, n numeric, b blob, x)')
  const literals = [
    'null',
    '0',
    '1',
    '-1',
    '2',
    '7',
    '1.0',
    '0.5',
    '-2.5',
    '1e3',
    '9223372036854775807',
    '4611686018427387904',
    '9007199254740993',
    '1e19',
    "''",
    "'a'",
    "'A'",
    "'b '",
    "'b'",
    "'1'",
    "'1.0'",
    "' 2 '",
    "'12abc'",
    "'1e2'",
    "'%'",
    "'a%'",
    "'_'",
    "x''",
    "x'61'",
    "x'31'",
    "'é🙂z'",
    "'-0'",
    '-9223372036854775808',
    '0x7f',
    'true',
  ]
  for (let i = 0; i < 40; i++)
    db.exec(`insert into t values(${Array.from({ length: 7 }, () => pick(literals)).join()})`)
  const columns = ['i', 'r', 't', 'u', 'n', 'b', 'x', 'rowid']
  const expression = (depth: number): string => {
    if (depth === 0 || random(8) === 0) return random(3) === 0 ? pick(literals) : pick(columns)
    const e = () => expression(depth - 1)
    switch (random(16)) {
      case 0:
      case 1:
        return `(${e()} ${pick(['+', '-', '*', '/', '%', '&', '|', '<<', '>>'])} ${e()})`
      case 2:
      case 3:
      case 4:
        return `(${e()} ${pick(['=', '<>', '<', '<=', '>', '>=', 'is', 'is not'])} ${e()})`
      case 5:
        return `(${e()} ${pick(['and', 'or'])} ${e()})`
      case 6:
        return `(${pick(['not ', '- ', '+ ', '~ '])}${e()})`
      case 7:
        return `(${e()} ${pick(['isnull', 'notnull', 'is true', 'is not true', 'is false', 'is not false'])})`
      case 8:
        return `(${e()} ${pick(['', 'not '])}between ${e()} and ${e()})`
      case 9:
        return `(${e()} ${pick(['', 'not '])}in (${Array.from({ length: random(4) }, e).join()}))`
      case 10:
        return `(${e()} ${pick(['', 'not '])}${pick(['like', 'glob'])} ${e()})`
      case 11:
        return random(2) ? `case ${e()} when ${e()} then ${e()} else ${e()} end` : `case when ${e()} then ${e()} end`
      case 12:
        return `cast(${e()} as ${pick(['integer', 'text', 'real', 'numeric', 'blob'])})`
      case 13:
        return `(${e()} collate ${pick(['nocase', 'binary', 'rtrim'])})`
      case 14:
        return `(${e()} || ${e()})`
      default: {
        const [name, count] = pick<[string, number]>([
          ['abs', 1],
          ['coalesce', 2],
          ['ifnull', 2],
          ['iif', 3],
          ['nullif', 2],
          ['min', 2],
          ['max', 3],
          ['length', 1],
          ['lower', 1],
          ['upper', 1],
          ['trim', 1],
          ['ltrim', 2],
          ['rtrim', 1],
          ['substr', 2],
          ['substr', 3],
          ['instr', 2],
          ['replace', 3],
          ['round', 1],
          ['round', 2],
          ['sign', 1],
          ['typeof', 1],
          ['hex', 1],
          ['unicode', 1],
          ['octet_length', 1],
          ['concat', 2],
        ])
        return `${name}(${Array.from({ length: count }, e).join()})`
      }
    }
  }
  const catalog = catalogOf(connection)
  const shares = new Map<string, number>()
  for (let i = 0; i < Number(process.env.CASES ?? 1000); i++) {
    const sql = `select ${expression(3)} from t`
    let outcome: string
    try {
      connection.rows(sql)
    } catch {
      continue // SQLite refuses it: integer overflow in abs()
    }
    try {
      outcome = check(connection, sql, catalog)
    } catch (error) {
      throw new Error(sql, { cause: error })
    }
    shares.set(outcome, (shares.get(outcome) ?? 0) + 1)
  }
  console.log(`random expressions: ${JSON.stringify(Object.fromEntries(shares))}`)
  expect(shares.get('equal')).toBeGreaterThan(500)
  connection.close()
  db.close()
})
