/* Random statements and the ways to put them into transactions. */

import type { Step } from '../case.ts'
import type { Random } from '../random.ts'
import { list, optional, text, type Sql } from '../sql-text.ts'
import {
  addIndexes,
  addTable,
  addView,
  quoteName,
  randomColumn,
  type Column,
  type Schema,
  type Table,
} from './schema.ts'
import { randomValue, valueSql, type ColumnType } from './value.ts'

export function randomSetup(random: Random, schema: Schema): Sql[] {
  const statements: Sql[] = [...schema.ddl]
  for (const table of schema.tables) {
    if (table.kind === 'view') continue
    const rows = random.weighted([
      [1, 0],
      [3, 4],
      [6, 12],
      [2, 30],
      [0.5, 100],
    ])
    for (let left = rows; left > 0; left -= 6)
      statements.push(insert(random, table, Math.min(left, 6), 'INSERT OR IGNORE', 0))
  }
  return statements
}

export function randomStep(random: Random, schema: Schema): Step {
  if (random.chance(0.06)) return ddlAmongWrites(random, schema)
  const how = random.weighted<Step['how']>([
    [8, 'run'],
    [2, 'script'],
    [4, 'transaction'],
    [2, 'strict transaction'],
    [1, 'thrown transaction'],
    [2, 'begin commit'],
    [1, 'begin rollback'],
  ])
  const parameterChance = how === 'script' ? 0 : 0.2
  const statements = random.many(1, random.chance(0.7) ? 2 : 6, () => randomStatement(random, schema, parameterChance))
  if (how !== 'run' && how !== 'script' && random.chance(0.3)) {
    const at = random.between(0, statements.length - 1)
    const close = random.pick(['ROLLBACK TO s; RELEASE s', 'RELEASE s', 'ROLLBACK TO s'])
    statements.splice(at, 1, 'SAVEPOINT s', statements[at]!, close)
    if (random.chance(0.3)) statements.splice(at + 1, 0, 'SAVEPOINT n', randomStatement(random, schema, 0), random.pick(['ROLLBACK TO n', 'RELEASE n', 'ROLLBACK TO n; RELEASE n'])) // prettier-ignore
  }
  return { how, statements }
}

/**
 * One transaction: writes, changes of the schema, writes. SQLite reads the schema anew in between, and the names of all tables move in memory.
 * The schema changes of tables that no query reads, or of one of the case's own.
 */
function ddlAmongWrites(random: Random, schema: Schema): Step {
  const writes = (least: number) => random.many(least, 4, () => randomStatement(random, schema, 0))
  const name = `x${schema.nextName++}`
  const temporary = random.pick(['', '', '', 'TEMP '])
  const create = `CREATE ${temporary}TABLE ${name}(a, b)`
  const change = () =>
    random.pick([
      `ALTER TABLE ${name} ADD COLUMN c${schema.nextName++}`,
      `ALTER TABLE ${name} RENAME COLUMN b TO c${schema.nextName++}`,
      `ALTER TABLE ${name} DROP COLUMN b`,
      `ALTER TABLE ${name} RENAME TO y${schema.nextName++}`,
      `CREATE TABLE y${schema.nextName++}(long_name_of_a_column DEFAULT 'of a table that comes and goes')`,
      `CREATE ${temporary}VIEW y${schema.nextName++} AS SELECT * FROM ${name}`,
      `CREATE INDEX y${schema.nextName++} ON ${name}(a)`,
      `CREATE ${temporary}TRIGGER y${schema.nextName++} AFTER INSERT ON ${name} BEGIN SELECT 1; END`,
      `DROP TABLE ${name}`,
      `DROP TABLE ${name}; ${create}`,
      `CREATE VIRTUAL TABLE y${schema.nextName++} USING fts5(a)`,
      'REINDEX',
      'ANALYZE',
      `ATTACH ':memory:' AS y${schema.nextName++}`,
    ])
  const inSavepoint = () => ['SAVEPOINT s', change(), ...writes(0), random.pick(['ROLLBACK TO s', 'ROLLBACK TO s; RELEASE s', 'RELEASE s'])] // prettier-ignore
  const some = () => random.weighted<() => Sql[]>([[4, () => [change()]], [2, inSavepoint], [1, () => [randomDdl(random, schema)]]])() // prettier-ignore
  // what is long lies elsewhere in memory: the names after it move
  const grow = () => random.many(1, 4, () => `ALTER TABLE ${name} ADD COLUMN ${'long_'.repeat(random.between(0, 6))}c${schema.nextName++} DEFAULT 'some text'`) // prettier-ignore
  const statements = [create, ...writes(0), ...grow(), ...writes(1), ...some(), ...writes(1), ...(random.chance(0.5) ? [...grow(), ...writes(1)] : [])] // prettier-ignore
  return {
    how: random.pick<Step['how']>(['begin commit', 'begin commit', 'transaction', 'begin rollback']),
    statements,
  }
}

function randomStatement(random: Random, schema: Schema, parameterChance: number): Sql {
  if (random.chance(0.03)) return randomDdl(random, schema)
  const tables = schema.tables.filter((table) => table.kind !== 'view')
  if (tables.length === 0) return randomDdl(random, schema)
  const table = random.pick(tables)
  const name = quoteName(table.name)
  switch (
    random.weighted([
      [10, 'insert'],
      [2, 'replace'],
      [2, 'upsert'],
      [8, 'update'],
      [2, 'update key'],
      [7, 'delete'],
      [0.5, 'delete all'],
      [0.7, 'failing'],
      [1, 'insert select'],
      [1.5, 'update from'],
      [1, 'subquery'],
      [0.5, 'full text'],
      [0.2, 'vacuum'],
    ] as const)
  ) {
    case 'insert':
      return insert(random, table, random.between(1, 3), random.pick(['INSERT', 'INSERT OR IGNORE', 'INSERT OR REPLACE', 'INSERT OR FAIL', 'INSERT OR ROLLBACK', 'INSERT OR ABORT']), parameterChance) // prettier-ignore
    case 'replace':
      return insert(random, table, random.between(1, 3), 'REPLACE', parameterChance)
    case 'upsert': {
      if (table.kind === 'fts') return insert(random, table, 1, 'INSERT', parameterChance)
      const column = writable(random, table)
      const set = text` ON CONFLICT DO UPDATE SET ${quoteName(column.name)} = ${random.chance(0.5) ? `excluded.${quoteName(column.name)}` : value(random, column.type, parameterChance)}`
      return text`${insert(random, table, random.between(1, 2), 'INSERT', parameterChance)}${random.chance(0.3) ? ' ON CONFLICT DO NOTHING' : set}`
    }
    case 'update': {
      const column = writable(random, table)
      const how = random.pick(['', '', '', ' OR IGNORE', ' OR REPLACE', ' OR FAIL'])
      const set =
        column.type === 'int' && random.chance(0.4)
          ? text`${quoteName(column.name)} + 1`
          : value(random, column.type, parameterChance)
      return text`UPDATE${how} ${name} SET ${quoteName(column.name)} = ${set}${where(random, table, parameterChance)}`
    }
    case 'update key': {
      const key = random.pick(table.key)
      const type = table.columns.find((c) => c.name === key)?.type ?? 'int'
      const set =
        type === 'int' && random.chance(0.5)
          ? `${quoteName(key)} + ${random.pick([1, 7, 100])}`
          : value(random, type, 0)
      return text`UPDATE${random.pick(['', ' OR REPLACE', ' OR IGNORE'])} ${name} SET ${quoteName(key)} = ${set}${where(random, table, parameterChance)}`
    }
    case 'delete':
      return text`DELETE FROM ${name}${where(random, table, parameterChance)}${returning(random)}`
    case 'delete all':
      return `DELETE FROM ${name}`
    case 'failing':
      return random.pick([
        `INSERT INTO ${name} SELECT * FROM ${name}`,
        `UPDATE ${name} SET ${quoteName(writable(random, table).name)} = abs(-9223372036854775807 - 1)`,
        `UPDATE no_such_table SET x = 1`,
        `UPDATE ${name} SET ${quoteName(table.key[0]!)} = 1`,
      ])
    case 'insert select': {
      const from = random.pick(tables)
      const columns = table.columns.filter((c) => !c.isGenerated && !table.key.includes(c.name))
      if (columns.length === 0) return `DELETE FROM ${name} WHERE 0`
      const picked = columns.map(() => quoteName(random.pick(from.columns).name))
      return text`INSERT OR IGNORE INTO ${name}(${columns.map((c) => quoteName(c.name)).join(', ')}) SELECT ${picked.join(', ')} FROM ${quoteName(from.name)} LIMIT 3${returning(random)}`
    }
    case 'update from': {
      const from = random.pick(tables)
      const [column, key, other] = [writable(random, table), random.pick(table.columns), random.pick(from.columns)]
      return text`UPDATE OR IGNORE ${name} SET ${quoteName(column.name)} = q.${quoteName(other.name)} FROM ${quoteName(from.name)} AS q WHERE q.${quoteName(random.pick(from.columns).name)} = ${name}.${quoteName(key.name)}${returning(random)}`
    }
    case 'subquery': {
      const from = random.pick(tables)
      const column = quoteName(random.pick(table.columns).name)
      const other = quoteName(random.pick(from.columns).name)
      return random.pick([
        text`DELETE FROM ${name} WHERE ${column} IN (SELECT ${other} FROM ${quoteName(from.name)} WHERE ${other} IS NOT NULL LIMIT 2)${returning(random)}`,
        text`UPDATE OR IGNORE ${name} SET ${quoteName(writable(random, table).name)} = (SELECT max(${other}) FROM ${quoteName(from.name)}) WHERE ${column} = (SELECT min(${column}) FROM ${name})`,
      ])
    }
    case 'full text':
      if (table.kind !== 'fts') return `DELETE FROM ${name} WHERE 0`
      return `INSERT INTO ${name}(${name}) VALUES ('${random.pick(['optimize', 'rebuild', 'merge', 'integrity-check'])}')`
    case 'vacuum':
      return random.pick(['VACUUM', 'PRAGMA incremental_vacuum', 'PRAGMA user_version = 3'])
  }
}

function returning(random: Random): string {
  return random.pick(['', '', ' RETURNING *', ' RETURNING 1'])
}

function writable(random: Random, table: Table): Column {
  const columns = table.columns.filter((c) => !c.isGenerated)
  const plain = columns.filter((c) => !table.key.includes(c.name))
  // ALTER TABLE may have left generated columns alone
  return random.pick([plain, columns, table.columns].find(({ length }) => length > 0)!)
}

function insert(random: Random, table: Table, rows: number, verb: string, parameterChance: number): Sql {
  const columns = table.columns.filter((c) => !c.isGenerated)
  const rowidKey = table.kind === 'fts'
  const names = [...(rowidKey ? ['rowid'] : []), ...columns.map((c) => quoteName(c.name))]
  const row = () =>
    text`(${list([
      ...(rowidKey ? [String(random.between(1, 30))] : []),
      ...columns.map((c) =>
        c.name === 'id' && c.type === 'int'
          ? random.chance(0.03)
            ? 'NULL'
            : String(random.between(1, random.chance(0.7) ? 40 : 160))
          : c.name === 'ref'
            ? random.pick(['NULL', String(random.between(1, 10))])
            : value(random, table.kind === 'fts' ? 'text' : c.type, parameterChance, table.kind === 'fts'),
      ),
    ])})`
  return text`${verb} INTO ${quoteName(table.name)}(${names.join(', ')}) VALUES ${list(random.many(rows, rows, row))}`
}

function value(random: Random, type: ColumnType, parameterChance: number, sentence = false): Sql {
  if (sentence)
    return `'${random.many(1, 5, () => random.pick(['red', 'green', 'blue', 'fish', 'Fish', 'fishing', 'dog'])).join(' ')}'`
  // bytes that are no UTF-8
  if (type === 'text' && random.chance(0.002)) return `CAST(x'${random.pick(['ff', 'fe', '61ff'])}' AS TEXT)`
  return valueSql(random, randomValue(random, type), parameterChance)
}

function where(random: Random, table: Table, parameterChance: number): Sql {
  if (random.chance(0.06)) return ''
  const key = table.key[0]!
  const keyType = table.columns.find((c) => c.name === key)?.type ?? 'int'
  if (random.chance(0.6)) {
    if (keyType === 'int') return optional` WHERE ${quoteName(key)} = ${String(random.between(1, 30))}`
    return optional` WHERE ${quoteName(key)} = ${value(random, keyType, parameterChance)}`
  }
  const column = random.pick(table.columns)
  const operator = random.pick(['=', '=', '<', '>=', 'IS', 'IS NOT'])
  return optional` WHERE ${quoteName(column.name)} ${operator} ${value(random, column.type, parameterChance)}`
}

function randomDdl(random: Random, schema: Schema): Sql {
  const before = schema.ddl.length
  const tables = schema.tables.filter((table) => table.kind === 'table' && table.isMain)
  const table = tables.length > 0 ? random.pick(tables) : null
  const choice = random.weighted([
    [3, 'index'],
    [2, 'drop extra'],
    [2, 'add column'],
    [1, 'rename column'],
    [1, 'rename table'],
    [0.5, 'drop column'],
    [0.6, 'drop table'],
    [1, 'create table'],
    [1, 'view'],
    [0.5, 'reindex'],
    [0.5, 'analyze'],
  ] as const)
  if (choice === 'create table' || !table) addTable(random, schema)
  else if (choice === 'view') addView(random, schema)
  else if (choice === 'index') addIndexes(random, schema)
  else if (choice === 'reindex') return 'REINDEX'
  else if (choice === 'analyze') return 'ANALYZE'
  else if (choice === 'drop extra') {
    const [extra] = random.sample(schema.extras, 1)
    if (!extra) return 'ANALYZE'
    schema.extras.splice(schema.extras.indexOf(extra), 1)
    if (extra.kind === 'VIEW') remove(schema, extra.name)
    return `DROP ${extra.kind} IF EXISTS ${extra.name}`
  } else if (choice === 'add column') {
    const { column, declaration } = randomColumn(random, `n${schema.nextName++}`)
    table.columns.push(column)
    return `ALTER TABLE ${quoteName(table.name)} ADD COLUMN ${declaration}`
  } else if (choice === 'rename column') {
    const column = random.pick(table.columns)
    const to = `n${schema.nextName++}`
    const sql = `ALTER TABLE ${quoteName(table.name)} RENAME COLUMN ${quoteName(column.name)} TO ${to}`
    if (table.key.includes(column.name)) table.key.splice(table.key.indexOf(column.name), 1, to)
    column.name = to
    return sql
  } else if (choice === 'rename table') {
    const to = `t${schema.nextName++}`
    const sql = `ALTER TABLE ${quoteName(table.name)} RENAME TO ${to}`
    table.name = to
    return sql
  } else if (choice === 'drop column') {
    const candidates = table.columns.filter((c) => !table.key.includes(c.name))
    if (candidates.length < 2) return 'REINDEX'
    const column = random.pick(candidates)
    table.columns.splice(table.columns.indexOf(column), 1)
    return `ALTER TABLE ${quoteName(table.name)} DROP COLUMN ${quoteName(column.name)}`
  } else {
    remove(schema, table.name)
    return `DROP TABLE ${quoteName(table.name)}`
  }
  return schema.ddl.slice(before).join('; ') || 'ANALYZE'
}

function remove(schema: Schema, name: string): void {
  const at = schema.tables.findIndex((table) => table.name === name)
  if (at >= 0) schema.tables.splice(at, 1)
}
