/* Random tables of every kind that SQLite has: rowid or not, generated columns, collations, indexes, keys, cascades, triggers, views. */

import type { Random } from '../random.ts'
import { literal, randomValue, type ColumnType } from './value.ts'

export interface Column {
  name: string
  readonly type: ColumnType
  readonly collation: string | null
  readonly isGenerated: boolean
}

export interface Table {
  name: string
  readonly kind: 'table' | 'view' | 'fts'
  readonly columns: Column[]
  /** columns (or `rowid`) that tell a row from all others; empty for views */
  readonly key: string[]
  readonly withoutRowid: boolean
  /** false: in an attached database, or temporary */
  readonly isMain: boolean
}

export interface Schema {
  readonly tables: Table[]
  readonly ddl: string[]
  /** names of indexes, views and triggers that a step may drop */
  readonly extras: { kind: 'INDEX' | 'VIEW' | 'TRIGGER'; name: string }[]
  nextName: number
}

export function quoteName(name: string): string {
  return /^[a-z]\w*$/i.test(name) && !reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`
}
const reserved = new Set(['order', 'group', 'select'])

export function randomSchema(random: Random): Schema {
  const schema: Schema = { tables: [], ddl: [], extras: [], nextName: 1 }
  const tableCount = random.weighted([
    [2, 1],
    [4, 2],
    [3, 3],
    [1, 4],
    [0.4, 6],
  ])
  if (random.chance(0.05)) schema.ddl.push(`ATTACH ':memory:' AS aux1`)
  for (let i = 0; i < tableCount; i++) addTable(random, schema)
  if (random.chance(0.14)) addFullText(random, schema)
  if (random.chance(0.4)) addIndexes(random, schema)
  if (random.chance(0.12)) addTrigger(random, schema)
  if (random.chance(0.2)) addView(random, schema)
  if (random.chance(0.06)) addView(random, schema)
  if (random.chance(0.03)) schema.ddl.push('PRAGMA recursive_triggers = ON')
  return schema
}

const types: readonly (readonly [number, readonly [ColumnType, string]])[] = [
  [6, ['int', 'INTEGER']],
  [1, ['int', 'INT']],
  [5, ['text', 'TEXT']],
  [1, ['text', 'VARCHAR(20)']],
  [3, ['real', 'REAL']],
  [1, ['real', 'NUMERIC']],
  [2, ['any', '']],
  [1, ['blob', 'BLOB']],
  [1, ['json', 'TEXT']],
  [1, ['boolean', 'BOOLEAN']],
]

export function randomColumn(random: Random, name: string): { column: Column; declaration: string } {
  const [type, declared] = random.weighted(types)
  const collation = type === 'text' && random.chance(0.15) ? random.pick(['NOCASE', 'RTRIM']) : null
  const declaration = [
    quoteName(name),
    declared,
    collation ? `COLLATE ${collation}` : '',
    random.chance(0.08) ? `DEFAULT ${literal(randomValue(random, type, 0))}` : '',
  ]
  return {
    column: { name, type, collation, isGenerated: false },
    declaration: declaration.filter((part) => part !== '').join(' '),
  }
}

export function addTable(random: Random, schema: Schema): void {
  const number = schema.nextName++
  const name = random.chance(0.04) ? `my table ${number}` : `t${number}`
  const awkward = random.chance(0.06)
  const names = awkward ? ['weird "name"', 'order', 'É', 'rowid x', 'b', 'c'] : ['a', 'b', 'c', 'd', 'e', 'f']
  const made = random.many(1, 4, (i) => randomColumn(random, names[i]!))
  const columns = made.map(({ column }) => column)
  const parts = made.map(({ declaration }) => declaration)
  const shape = random.weighted([
    [6, 'integer key'],
    [2, 'no key'],
    [1, 'text key'],
    [1, 'composite key'],
    [1, 'without rowid'],
    [1, 'composite without rowid'],
  ] as const)
  const constraints: string[] = []
  let key: string[]
  if (shape === 'no key') key = ['rowid']
  else if (shape === 'integer key' || shape === 'text key' || shape === 'without rowid') {
    const type = shape === 'integer key' || random.chance(0.5) ? 'int' : 'text'
    const collate = type === 'text' && random.chance(0.25) ? random.pick(['NOCASE', 'RTRIM']) : null
    columns.unshift({ name: 'id', type, collation: collate, isGenerated: false })
    const desc = shape === 'text key' && random.chance(0.2) ? ' DESC' : ''
    parts.unshift(
      `id ${type === 'int' ? (shape === 'text key' ? 'INT' : 'INTEGER') : `TEXT${collate ? ` COLLATE ${collate}` : ''}`} PRIMARY KEY${desc}${shape === 'integer key' && random.chance(0.06) ? ' AUTOINCREMENT' : ''}`,
    )
    key = shape === 'text key' ? ['rowid'] : ['id']
  } else {
    columns.unshift(
      { name: 'k1', type: 'int', collation: null, isGenerated: false },
      { name: 'k2', type: 'text', collation: null, isGenerated: false },
    )
    parts.unshift('k1 INTEGER', 'k2 TEXT')
    constraints.push(random.chance(0.15) ? 'PRIMARY KEY (k2 COLLATE NOCASE DESC, k1)' : 'PRIMARY KEY (k1, k2)')
    key = shape === 'composite key' ? ['rowid'] : ['k1', 'k2']
  }
  if (random.chance(0.12)) {
    const base = random.pick(columns)
    const kind = random.pick(['VIRTUAL', 'STORED'])
    if (random.chance(0.7)) {
      columns.push({ name: 'g', type: 'text', collation: null, isGenerated: true })
      parts.push(`g TEXT AS (coalesce(${quoteName(base.name)}, '') || '!') ${kind}`)
    } else {
      columns.push({ name: 'g', type: 'int', collation: null, isGenerated: true })
      parts.push(`g INTEGER GENERATED ALWAYS AS (length(${quoteName(base.name)}) + 1) ${kind}`)
    }
  }
  if (random.chance(0.08))
    constraints.push(`UNIQUE (${quoteName(random.pick(columns.filter((c) => !c.isGenerated)).name)})`)
  if (random.chance(0.05)) constraints.push(`CHECK (${quoteName(random.pick(columns).name)} IS NOT 13)`)
  const parent = schema.tables.find((table) => table.kind === 'table' && table.key[0] === 'id')
  if (parent && random.chance(0.25)) {
    columns.push({ name: 'ref', type: 'int', collation: null, isGenerated: false })
    parts.push('ref INTEGER')
    const action = random.pick(['CASCADE', 'SET NULL', 'NO ACTION'])
    constraints.push(
      `FOREIGN KEY (ref) REFERENCES ${quoteName(parent.name)}(id) ON DELETE ${action} ON UPDATE ${random.pick(['CASCADE', 'NO ACTION'])}`,
    )
    if (!schema.ddl.includes('PRAGMA foreign_keys = ON')) schema.ddl.unshift('PRAGMA foreign_keys = ON')
  }
  const withoutRowid = shape.endsWith('without rowid')
  const strictWords = withoutRowid ? ' WITHOUT ROWID' : ''
  const attached = schema.ddl.some((sql) => sql.startsWith('ATTACH')) && constraints.length === 0 && random.chance(0.5)
  const where = attached ? 'aux1.' : ''
  const temporary = !attached && constraints.length === 0 && random.chance(0.03) ? 'TEMP ' : ''
  // generated columns and table constraints: constraints come last
  schema.ddl.push(
    `CREATE ${temporary}TABLE ${where}${quoteName(name)}(${[...parts, ...constraints].join(', ')})${strictWords}`,
  )
  const isMain = !attached && temporary === ''
  schema.tables.push({ name, kind: 'table', columns, key, withoutRowid, isMain })
}

function addFullText(random: Random, schema: Schema): void {
  const name = `f${schema.nextName++}`
  const options = random.pick(['', '', '', ", prefix='2'", ", tokenize='porter'", ', columnsize=0', ', detail=column'])
  schema.ddl.push(`CREATE VIRTUAL TABLE ${name} USING fts5(title, body${options})`)
  const column = (name: string): Column => ({ name, type: 'text', collation: null, isGenerated: false })
  schema.tables.push({
    name,
    kind: 'fts',
    columns: [column('title'), column('body')],
    key: ['rowid'],
    withoutRowid: false,
    isMain: true,
  })
}

export function addIndexes(random: Random, schema: Schema): void {
  for (const table of schema.tables) {
    if (table.kind !== 'table' || !table.isMain || random.chance(0.3)) continue
    const name = `i${schema.nextName++}`
    const columns = random.sample(table.columns, random.between(1, 2)).map(({ name, type }) => {
      if (random.chance(0.08)) return random.pick([`lower(${quoteName(name)})`, `${quoteName(name)} + 0`, `coalesce(${quoteName(name)}, 0)`]) // prettier-ignore
      return quoteName(name) + random.pick(['', '', ' DESC', type === 'text' ? ' COLLATE NOCASE' : ''])
    })
    const partial = quoteName(random.pick(table.columns).name)
    const where = random.chance(0.12) ? ` WHERE ${partial} ${random.pick(['IS NOT NULL', '> 2', "= 'a'"])}` : ''
    const unique = random.chance(0.1) ? 'UNIQUE ' : ''
    schema.ddl.push(`CREATE ${unique}INDEX ${name} ON ${quoteName(table.name)}(${columns.join(', ')})${where}`)
    schema.extras.push({ kind: 'INDEX', name })
  }
}

function addTrigger(random: Random, schema: Schema): void {
  const tables = schema.tables.filter((table) => table.kind === 'table' && table.isMain)
  if (tables.length === 0) return
  const on = random.pick(tables)
  const target = random.pick(tables)
  const name = `r${schema.nextName++}`
  const column = random.pick(
    target.columns.filter((c) => !c.isGenerated && !target.key.includes(c.name)) || target.columns,
  )
  if (!column) return
  const event = random.pick(['INSERT', 'UPDATE', 'DELETE'])
  const action = random.pick([
    `UPDATE ${quoteName(target.name)} SET ${quoteName(column.name)} = ${literal(randomValue(random, column.type))} WHERE ${quoteName(column.name)} = ${literal(randomValue(random, column.type))}`,
    `DELETE FROM ${quoteName(target.name)} WHERE ${quoteName(column.name)} = ${literal(randomValue(random, column.type))}`,
    `INSERT OR IGNORE INTO ${quoteName(target.name)}(${quoteName(column.name)}) VALUES (${literal(randomValue(random, column.type))})`,
    `UPDATE ${quoteName(target.name)} SET ${quoteName(column.name)} = (SELECT max(${quoteName(on.columns[0]!.name)}) FROM ${quoteName(on.name)})`,
  ])
  schema.ddl.push(
    `CREATE TRIGGER ${name} ${random.pick(['AFTER', 'BEFORE'])} ${event} ON ${quoteName(on.name)} BEGIN ${action}; END`,
  )
  schema.extras.push({ kind: 'TRIGGER', name })
}

export function addView(random: Random, schema: Schema): void {
  const bases = schema.tables.filter(({ isMain }) => isMain)
  if (bases.length === 0) return
  const base = random.pick(bases)
  const name = `v${schema.nextName++}`
  const columns = random.sample(base.columns, random.between(1, base.columns.length))
  const names = columns.map((c) => quoteName(c.name)).join(', ')
  const filter = random.pick(base.columns)
  const where = random.chance(0.5)
    ? ` WHERE ${quoteName(filter.name)} IS NOT ${literal(randomValue(random, filter.type))}`
    : ''
  const group = random.chance(0.2) ? ` GROUP BY ${names}` : ''
  const from = `SELECT ${names} FROM ${quoteName(base.name)}${where}${group}`
  const looked = random.pick(bases)
  const body = random.weighted([
    [6, from],
    [base.key.length > 0 ? 1 : 0, `SELECT ${names} FROM ${quoteName(base.name)} ORDER BY (SELECT count(*) FROM ${quoteName(looked.name)} AS l WHERE l.${quoteName(random.pick(looked.columns).name)} = ${quoteName(base.name)}.${quoteName(filter.name)}), ${base.key.map((k) => (k === 'rowid' ? k : quoteName(k))).join(', ')} LIMIT 4`], // prettier-ignore
    [1, `SELECT DISTINCT ${names} FROM ${quoteName(base.name)}${where}`],
    [1, `${from} UNION ALL ${from}`],
    [1, `WITH w AS (${from}) SELECT * FROM w`],
    [1, `SELECT ${columns.map((c) => `p.${quoteName(c.name)}`).join(', ')} FROM ${quoteName(base.name)} AS p LEFT JOIN ${quoteName(random.pick(bases).name)} AS q ON p.${quoteName(filter.name)} = q.rowid`], // prettier-ignore
  ])
  schema.ddl.push(`CREATE VIEW ${name}${random.chance(0.15) ? `(${names})` : ''} AS ${body}`)
  schema.extras.push({ kind: 'VIEW', name })
  schema.tables.push({
    name,
    kind: 'view',
    columns: columns.map((c) => ({ ...c })),
    key: [],
    withoutRowid: false,
    isMain: true,
  })
}
