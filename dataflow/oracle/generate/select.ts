/*
 * Random SELECTs over every operator, made so that they have one answer: LIMIT goes with a total order, group_concat is ordered,
 * scalar subqueries give one row, windows that count rows order by a key.
 */

import type { Random } from '../random.ts'
import { expression, list, optional, select, text, type Sql } from '../sql-text.ts'
import { randomAggregate } from './aggregate.ts'
import { leaf, randomCondition, randomExpression, type Scope, type ScopeColumn } from './expression.ts'
import { randomWindowCall } from './window.ts'
import { chainOfTables } from './chains.ts'
import { readInCorner } from './corners.ts'
import { naturalJoin } from './join-shapes.ts'
import { orderAndLimit, randomLimit } from './order.ts'
import type { Parts } from './parts.ts'
import { randomShape } from './shapes.ts'
import { overWholeTable } from './whole-table.ts'
import { topOfGroup } from './top-of-group.ts'
import { quoteName, type Schema, type Table } from './schema.ts'
import { literal, randomValue, type ColumnType } from './value.ts'

interface Source {
  readonly sql: Sql
  readonly columns: readonly ScopeColumn[]
  /** expressions that together tell each row from all others; null: none known */
  readonly key: readonly string[] | null
}

export interface Made {
  readonly sql: Sql
  readonly types: readonly ColumnType[]
}

/** A whole query, with CTEs, set operations, order and limit. */
export function randomQuery(random: Random, schema: Schema): Sql {
  return new QueryMaker(random, schema).query()
}

class QueryMaker implements Parts {
  readonly #random: Random
  readonly #schema: Schema
  #aliases = 0
  /** CTEs in reach */
  #ctes: { name: string; columns: { name: string; type: ColumnType }[] }[] = []

  constructor(random: Random, schema: Schema) {
    this.#random = random
    this.#schema = schema
  }

  get random(): Random {
    return this.#random
  }
  get schema(): Schema {
    return this.#schema
  }
  from(depth: number): Source {
    return this.#from(depth, null)
  }
  where(columns: readonly ScopeColumn[], depth: number): Sql {
    return this.#where({ columns }, depth)
  }
  limit(): Sql {
    return randomLimit(this.#random)
  }
  aggregate(columns: readonly ScopeColumn[]): Sql {
    return randomAggregate(this.#random, { columns }).sql
  }
  core(types: readonly ColumnType[]): Sql {
    return this.#core(1, null, types).sql
  }

  query(): Sql {
    const random = this.#random
    const ctes: Sql[] = []
    let recursive = ''
    if (random.chance(0.12)) ctes.push(this.#commonTable())
    if (random.chance(0.04)) {
      recursive = 'RECURSIVE '
      ctes.push(this.#recursiveTable())
    }
    const head = ctes.length > 0 ? text`WITH ${recursive}${list(ctes)} ` : ''
    const body = random.weighted<() => Sql>([
      [12, () => this.#plain(random.between(0, 2)).sql],
      [6, () => this.#grouped(2).sql],
      [3, () => this.#windowed().sql],
      [3, () => this.#compound(null).sql],
      [2, () => this.#distinct(2).sql],
      [0.5, () => this.#values().sql],
      [1.5, () => topOfGroup(this) ?? this.#plain(1).sql],
      [9, () => (ctes.length > 0 ? null : randomShape(this)) ?? this.#plain(1).sql],
      [ctes.length > 0 ? 0 : 4, () => readInCorner(this) ?? this.#plain(1).sql],
      [ctes.length > 0 ? 0 : 1.5, () => chainOfTables(this)],
      [ctes.length > 0 ? 0 : 2.5, () => overWholeTable(this) ?? this.#plain(1).sql],
    ])()
    return text`${head}${body}`
  }

  #commonTable(): Sql {
    const made = this.#random.pick([
      () => this.#core(1, null),
      () => this.#grouped(1, true),
      () => this.#compound(null, true),
    ])()
    const name = `c${++this.#aliases}`
    const columns = made.types.map((type, i) => ({ name: `x${i + 1}`, type }))
    const hint = this.#random.pick(['', '', ' MATERIALIZED', ' NOT MATERIALIZED'])
    this.#ctes.push({ name, columns })
    return text`${name}(${columns.map((c) => c.name).join(', ')}) AS${hint} (${made.sql})`
  }

  #recursiveTable(): Sql {
    const random = this.#random
    const tables = this.#schema.tables.filter((t) => t.columns.some((c) => c.name === 'id') && t.columns.some((c) => c.type === 'int' && c.name !== 'id')) // prettier-ignore
    const name = `c${++this.#aliases}`
    this.#ctes.push({ name, columns: [{ name: 'x1', type: 'int' }, { name: 'x2', type: 'int' }] }) // prettier-ignore
    if (tables.length === 0 || random.chance(0.3)) {
      return text`${name}(x1, x2) AS (SELECT 1, 0 UNION ALL SELECT x1 + 1, x2 + x1 FROM ${name} WHERE x1 < ${String(random.between(2, 9))})`
    }
    const table = random.pick(tables)
    const link = random.pick(table.columns.filter((c) => c.type === 'int' && c.name !== 'id'))
    const from = quoteName(table.name)
    return text`${name}(x1, x2) AS (SELECT id, 0 FROM ${from}${optional` WHERE id < ${String(random.between(1, 12))}`} UNION SELECT t.id, x2 + 1 FROM ${name} JOIN ${from} AS t ON t.${quoteName(link.name)} = x1 WHERE x2 < ${String(random.between(2, 5))})`
  }

  // ---- FROM -------------------------------------------------------------------------------------------------

  #source(depth: number, outer: Scope | null): Source {
    const random = this.#random
    const alias = `s${++this.#aliases}`
    if (this.#ctes.length > 0 && random.chance(0.5)) {
      const cte = random.pick(this.#ctes)
      return this.#aliased(cte.name, alias, cte.columns)
    }
    if (depth > 0 && random.chance(0.12)) {
      const made = random.pick([() => this.#core(depth - 1, null), () => this.#grouped(depth - 1, true), () => this.#compound(null, true), () => this.#values()])() // prettier-ignore
      const names = made.types.map((type, i) => ({ name: `x${i + 1}`, type }))
      const isValues = typeof made.sql !== 'string' && made.sql.parts[0] === 'VALUES '
      const wrapped = isValues ? text`(SELECT ${names.map((n, i) => `column${i + 1} AS ${n.name}`).join(', ')} FROM (${made.sql}))` : text`(${made.sql})` // prettier-ignore
      return this.#aliased(wrapped, alias, names)
    }
    if (random.chance(0.03)) {
      const json = this.#schema.tables.flatMap((t) => t.columns.filter((c) => c.type === 'json').map((c) => ({ t, c })))
      const argument = json.length > 0 && !outer ? null : literal('[3,1,{"a":2},"x",null]')
      if (argument) return this.#aliased(text`json_each(${argument})`, alias, [{ name: 'value', type: 'any' }, { name: 'key', type: 'int' }, { name: 'type', type: 'text' }]) // prettier-ignore
      const { t, c } = random.pick(json)
      const base = `s${++this.#aliases}`
      const sql = text`${quoteName(t.name)} AS ${base}, json_each(CASE WHEN json_valid(${base}.${quoteName(c.name)}) THEN ${base}.${quoteName(c.name)} END) AS ${alias}`
      return {
        sql,
        columns: [
          ...this.#columnsOf(t, base),
          { sql: `${alias}.value`, type: 'any', collation: null },
          { sql: `${alias}.key`, type: 'any', collation: null },
        ],
        key: t.key.length > 0 ? [...t.key.map((k) => `${base}.${quoteName(k)}`), `${alias}.fullkey`] : null,
      }
    }
    const table = random.pick(this.#schema.tables)
    return {
      sql: `${quoteName(table.name)} AS ${alias}`,
      columns: this.#columnsOf(table, alias),
      key:
        table.key.length > 0 ? table.key.map((name) => `${alias}.${name === 'rowid' ? name : quoteName(name)}`) : null,
    }
  }

  #aliased(sql: Sql, alias: string, names: readonly { name: string; type: ColumnType }[]): Source {
    return {
      sql: text`${sql} AS ${alias}`,
      columns: names.map(({ name, type }) => ({ sql: `${alias}.${name}`, type, collation: null })),
      key: null,
    }
  }

  #columnsOf(table: Table, alias: string): ScopeColumn[] {
    return table.columns.map((c) => ({ sql: `${alias}.${quoteName(c.name)}`, type: c.type, collation: c.collation }))
  }

  #from(depth: number, outer: Scope | null): Source {
    const random = this.#random
    let from = this.#source(depth, outer)
    const joins = random.weighted([
      [6, 0],
      [5, 1],
      [1.5, 2],
      [0.4, 3],
    ])
    for (let i = 0; i < joins; i++) {
      const right = this.#source(depth - 1, outer)
      const scope = { columns: [...from.columns, ...right.columns] }
      const kind = random.weighted([
        [6, 'JOIN'],
        [1, 'INNER JOIN'],
        [5, 'LEFT JOIN'],
        [1, 'RIGHT JOIN'],
        [1, 'FULL JOIN'],
        [1, 'CROSS JOIN'],
        [1, ','],
      ])
      const on =
        kind === ',' || (kind === 'CROSS JOIN' && random.chance(0.6))
          ? ''
          : text` ON ${this.#joinCondition(from, right, scope)}`
      const outerJoin = kind === 'LEFT JOIN' || kind === 'RIGHT JOIN' || kind === 'FULL JOIN'
      from = {
        sql: text`${from.sql}${kind === ',' ? ', ' : ` ${kind} `}${right.sql}${on}`,
        columns: scope.columns,
        key: from.key && right.key ? [...from.key, ...right.key] : null,
      }
      if (outerJoin && random.chance(0.02)) break
    }
    return from
  }

  #joinCondition(left: Source, right: Source, scope: Scope): Sql {
    const random = this.#random
    const residual = () => (random.chance(0.3) ? optional` AND ${randomCondition(random, scope, 1)}` : '')
    if (random.chance(0.85)) {
      const a = random.pick(left.columns)
      const fitting = right.columns.filter((c) => c.type === a.type)
      const b = fitting.length > 0 ? random.pick(fitting) : random.pick(right.columns)
      const collate = random.chance(0.05) ? ' COLLATE NOCASE' : ''
      const also = random.chance(0.15)
        ? optional` AND ${random.pick(left.columns).sql} = ${random.pick(right.columns).sql}`
        : ''
      return text`${a.sql} ${random.weighted([[12, '='], [1, 'IS'], [1, '<']])} ${b.sql}${collate}${also}${residual()}` // prettier-ignore
    }
    return randomCondition(random, scope, 2)
  }

  // ---- WHERE, subqueries ------------------------------------------------------------------------------------

  #scope(from: Source, outer: Scope | null, depth: number): Scope {
    const columns = outer && this.#random.chance(0.5) ? [...from.columns, ...outer.columns] : from.columns
    if (depth <= 0) return { columns }
    return { columns, subquery: (kind, around) => this.#subquery(kind, around, depth - 1) }
  }

  #subquery(kind: 'scalar' | 'exists' | 'in', outer: Scope, depth: number): { sql: Sql; type: ColumnType } {
    const random = this.#random
    const from = this.#random.chance(0.2) ? this.#from(depth, outer) : this.#source(0, outer)
    const around = depth > 0 && random.chance(0.3) ? [...from.columns, ...outer.columns] : from.columns
    const inner: Scope =
      depth > 0 && random.chance(0.3)
        ? { columns: around, subquery: (each, here) => this.#subquery(each, here, depth - 1) }
        : { columns: from.columns }
    const link = random.chance(0.7) ? this.#correlation(from, outer) : null
    const more = random.chance(0.4) ? randomCondition(random, inner, 1) : null
    const conditions = [link, more].filter((c) => c !== null)
    const where = conditions.length > 0 ? optional` WHERE ${list(conditions, ' AND ')}` : ''
    const column = random.pick(from.columns)
    if (kind === 'exists') return { sql: select`(SELECT 1 FROM ${from.sql}${where})`, type: 'int' }
    if (kind === 'in') {
      const grouped = random.chance(0.1) ? ` GROUP BY ${column.sql}` : ''
      return { sql: select`(SELECT ${random.chance(0.1) ? 'DISTINCT ' : ''}${column.sql} FROM ${from.sql}${where}${grouped})`, type: column.type } // prettier-ignore
    }
    if (from.key && random.chance(0.3)) {
      const order = [column.sql + random.pick(['', ' DESC']), ...from.key]
      const offset = random.chance(0.2) ? ' OFFSET 1' : ''
      return { sql: expression`(SELECT ${column.sql} FROM ${from.sql}${where} ORDER BY ${order.join(', ')} LIMIT 1${offset})`, type: column.type } // prettier-ignore
    }
    const { sql, type } = randomAggregate(this.#random, { columns: from.columns })
    return { sql: expression`(SELECT ${sql} FROM ${from.sql}${where})`, type }
  }

  #correlation(from: Source, outer: Scope): Sql {
    const a = this.#random.pick(from.columns)
    const fitting = outer.columns.filter((c) => c.type === a.type)
    const b = fitting.length > 0 ? this.#random.pick(fitting) : this.#random.pick(outer.columns)
    const operator = this.#random.weighted([[10, '='], [1, '<'], [1, 'IS']]) // prettier-ignore
    return expression`${a.sql} ${operator} ${b.sql}`
  }

  #where(scope: Scope, depth: number): Sql {
    const random = this.#random
    if (random.chance(0.4)) return ''
    const fullText = scope.columns.find((c) => c.sql.endsWith('.title'))
    if (fullText && random.chance(0.7)) {
      const alias = fullText.sql.split('.')[0]!
      const table = this.#schema.tables.find((t) => t.kind === 'fts')
      if (table && random.chance(0.9)) return text` WHERE ${alias}.${random.pick(['title', 'body'])} MATCH ${random.pick(["'fish'", "'red OR blue'", "'fi*'", "'red NOT dog'"])}` // prettier-ignore
    }
    if (random.chance(0.35) && scope.columns.length > 0) {
      const column = random.pick(scope.columns)
      return optional` WHERE ${column.sql} ${random.pick(['=', '=', 'IS', '>'])} ${leaf(random, { columns: [] }, column.type)}`
    }
    return optional` WHERE ${randomCondition(random, scope, depth)}`
  }

  // ---- shapes -----------------------------------------------------------------------------------------------

  /** SELECT … FROM … WHERE, without order: fit for any place. */
  #core(depth: number, outer: Scope | null, types?: readonly ColumnType[]): Made {
    const random = this.#random
    const from = this.#from(depth, outer)
    const scope = this.#scope(from, outer, depth)
    const wanted = types ?? random.many(1, 3, () => random.weighted<ColumnType>([[4, 'int'], [4, 'text'], [2, 'real'], [1, 'any']])) // prettier-ignore
    const columns = wanted.map((type) => this.#resultColumn(scope, type))
    const distinct = random.chance(0.06) ? 'DISTINCT ' : ''
    return {
      sql: select`SELECT ${distinct}${list(columns)} FROM ${from.sql}${this.#where(scope, depth)}`,
      types: wanted,
    }
  }

  #resultColumn(scope: Scope, type: ColumnType): Sql {
    return this.#random.chance(0.6) ? leaf(this.#random, scope, type) : randomExpression(this.#random, scope, type, 2)
  }

  /** The shape of most live queries: maybe joined, filtered, ordered, limited. */
  #plain(depth: number): Made {
    const random = this.#random
    if (random.chance(0.06)) return { sql: naturalJoin(this), types: [] }
    const from = this.#from(depth, null)
    const scope = this.#scope(from, null, depth)
    const columns: Sql[] = []
    if (random.chance(0.3)) columns.push('*')
    else {
      if (from.key && random.chance(0.6)) columns.push(...from.key)
      columns.push(...random.many(1, 4, () => this.#resultColumn(scope, random.pick(['int', 'text', 'real', 'any'] as const)))) // prettier-ignore
    }
    const where = this.#where(scope, depth + 1)
    return {
      sql: select`SELECT ${list(columns)} FROM ${from.sql}${where}${orderAndLimit(random, scope, from.key)}`,
      types: [],
    }
  }

  #grouped(depth: number, forSubquery = false): Made {
    const random = this.#random
    const from = this.#from(depth, null)
    const scope = this.#scope(from, null, depth)
    const keys = random.chance(0.15)
      ? []
      : random.many(1, 2, () => {
          const column = random.pick(from.columns)
          return random.chance(0.85)
            ? { sql: column.sql as Sql, type: column.type }
            : { sql: text`${randomExpression(random, { columns: from.columns }, column.type, 1)}`, type: column.type }
        })
    const aggregates = random.many(1, 3, () => randomAggregate(this.#random, scope))
    const items: Sql[] = [...keys.map((key) => key.sql), ...aggregates.map(({ sql }) => sql)]
    if (keys.length > 0 && random.chance(0.1)) items.push(expression`(${aggregates[0]!.sql} + 1)`)
    const isGroupable = keys.filter((key) => typeof key.sql === 'string').length === keys.length
    const group = keys.length > 0 ? text` GROUP BY ${isGroupable ? keys.map((key) => key.sql as string).join(', ') : keys.map((_, i) => i + 1).join(', ')}` : '' // prettier-ignore
    const having = random.chance(0.2) && keys.length > 0 ? optional` HAVING ${randomAggregate(this.#random, { columns: from.columns }).sql} ${random.pick(['>', '=', '<=', 'IS NOT'])} ${random.pick(['1', '2', 'NULL', '0'])}` : '' // prettier-ignore
    let order: Sql = ''
    if (!forSubquery && keys.length > 0 && random.chance(0.4)) {
      const terms = random.chance(0.3) ? [`${keys.length + 1}${random.pick(['', ' DESC'])}`] : []
      order = text` ORDER BY ${[...terms, ...keys.map((_, i) => i + 1 + random.pick(['', ' DESC']))].join(', ')}${randomLimit(this.#random)}`
    }
    const types = [...keys.map((key) => key.type), ...aggregates.map(({ type }) => type)]
    return { sql: select`SELECT ${forSubquery ? text`${items.slice(0, types.length).flatMap((item, i) => (i > 0 ? [', ', item] : [item])).reduce<Sql>((all, part) => text`${all}${part}`, '')}` : list(items)} FROM ${from.sql}${this.#where(scope, depth)}${group}${having}${order}`, types } // prettier-ignore
  }

  #distinct(depth: number): Made {
    const random = this.#random
    const from = this.#from(depth, null)
    const scope = this.#scope(from, null, depth)
    const columns = random.many(1, 3, () => random.pick(from.columns).sql)
    const order = random.chance(0.4)
      ? text` ORDER BY ${columns.map((_, i) => `${i + 1}${random.pick(['', ' DESC'])}`).join(', ')}${randomLimit(this.#random)}`
      : ''
    return { sql: select`SELECT DISTINCT ${columns.join(', ')} FROM ${from.sql}${this.#where(scope, depth)}${order}`, types: [] } // prettier-ignore
  }

  #compound(outer: Scope | null, forSubquery = false): Made {
    const random = this.#random
    const types = random.many(1, 3, () => random.weighted<ColumnType>([[4, 'int'], [4, 'text'], [1, 'real'], [1, 'any']])) // prettier-ignore
    const terms = random.many(2, 3, () =>
      random.chance(0.06) ? this.#values(types).sql : this.#core(1, outer, types).sql,
    )
    const joined = terms.reduce((all, term) => text`${all} ${random.pick(['UNION', 'UNION ALL', 'UNION ALL', 'INTERSECT', 'EXCEPT'])} ${term}`) // prettier-ignore
    const order = !forSubquery && random.chance(0.4) ? text` ORDER BY ${types.map((_, i) => `${i + 1}${random.pick(['', ' DESC'])}`).join(', ')}${randomLimit(this.#random)}` : '' // prettier-ignore
    return { sql: select`${joined}${order}`, types }
  }

  #values(types: readonly ColumnType[] = ['int', 'text']): Made {
    const random = this.#random
    const row = () => text`(${types.map((type) => literal(randomValue(random, type))).join(', ')})`
    return { sql: text`VALUES ${list(random.many(1, 4, row))}`, types }
  }

  #windowed(): Made {
    const random = this.#random
    const from = this.#from(1, null)
    const scope = this.#scope(from, null, 0)
    const calls = random.many(1, 2, () => randomWindowCall(random, from.columns, from.key))
    const keyColumns = from.key ?? []
    const columns = [...keyColumns, random.pick(from.columns).sql, ...calls]
    const order =
      keyColumns.length > 0 && random.chance(0.3)
        ? text` ORDER BY ${keyColumns.join(', ')}${randomLimit(this.#random)}`
        : ''
    return { sql: select`SELECT ${list(columns)} FROM ${from.sql}${this.#where(scope, 1)}${order}`, types: [] }
  }
}
