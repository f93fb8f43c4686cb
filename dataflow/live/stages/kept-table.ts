import type { SelectTable } from 'sqlite3-parser'
import type { BoundSelect, BoundStatement, Source } from '../../bind/bound.ts'
import { as, nowhere, qualifiedName } from '../../bind/build-ast.ts'
import { sameValue } from '../../same-value.ts'
import { tableKey } from '../../table-key.ts'
import type { DiffTables } from '../../capture/diff-tables.ts'
import type { RowDiff, TurnDiff } from '../../capture/diff.ts'
import { quote, readTableShape, type TableShape } from '../../capture/table-shape.ts'
import type { CatalogColumn, CatalogTable } from '../../catalog/catalog.ts'
import { encodeKey, isKnownCollation } from '../../key.ts'
import { planBlock, type Block } from '../../plan/partition/block.ts'
import { hydrateSql, recomputeSql } from '../../plan/partition/block-sql.ts'
import { planRowFilter } from '../../plan/sources/row-filter.ts'
import { occurrencesIn, type Occurrence } from '../../plan/sources/occurrences.ts'
import { assertAllReached } from '../../plan/sources/table-sources.ts'
import { planTouches } from '../../plan/touch/touch.ts'
import { replaceInFrom } from '../../rewrite/replace-in-from.ts'
import { Unplannable } from '../../plan/unplannable.ts'
import { usedColumns } from '../../plan/sources/used-columns.ts'
import type { Connection } from '../../sqlite/connection.ts'
import { TooManySteps } from '../../sqlite/step-limit.ts'
import type { OperatorExplanation } from '../../types.ts'
import type { Value } from '../../value.ts'
import { TouchFinder, type Reading } from '../touch/touch-finder.ts'
import { stepsBeside } from '../turn-guard.ts'

/**
 * A derived table kept as a table: its rows stand in a temp table, so that what is computed from them sees them change, as
 * it sees a base table change.
 *
 *   SELECT n, count(*) FROM (SELECT room, count(*) AS n FROM messages GROUP BY room) GROUP BY n
 *
 * A new message touches one room. But which n did that room have before? No row of messages says so: the kept table does.
 *
 * Law: after `apply`, the temp table holds what the SELECT answers; the diffs returned lead from what it held before to that.
 */
export class KeptTable {
  /** what the query around it reads in place of the derived table */
  readonly table: CatalogTable
  readonly shape: TableShape
  readonly key: string
  readonly #connection: Connection
  readonly #diffTables: DiffTables
  readonly #parameters: readonly Value[]
  readonly #parameterCount: number
  readonly #block: Block
  readonly #occurrences: readonly Occurrence[]
  readonly #inner: readonly KeptTable[]
  readonly #finder: TouchFinder
  /** of SQLite's programs: to read everything, and left in this turn */
  #steps = 0
  #left = 0
  #rows = 0
  #rowsIn = 0
  #rowsOut = 0
  #milliseconds = 0

  constructor(
    connection: Connection,
    diffTables: DiffTables,
    statement: BoundStatement,
    parameters: readonly Value[],
    source: Source,
  ) {
    this.#connection = connection
    this.#diffTables = diffTables
    this.#parameters = parameters
    this.#parameterCount = statement.parameterCount
    const made: KeptTable[] = []
    try {
      const kept = keepDerivedTables(connection, diffTables, statement, parameters, derivedSelect(source), made)
      this.#inner = made
      this.#block = planBlock(kept, [])
      // the rows of a partition are kept as they are read: nothing counts them afterwards
      if (this.#block.distinctAfter) throw new Unplannable('DISTINCT in FROM over what is no key')
      // one partition of many rows: every change makes all of it anew, and to write it costs more than to read it
      if (this.#block.keys.length === 0 && !this.#block.single) throw new Unplannable('one partition, in FROM')
      this.#occurrences = occurrencesIn(kept)
      assertAllReached(kept, this.#occurrences)
      const changed = new Set<string>()
      if (!this.#occurrences.every((each) => planTouches(this.#block, each, changed))) {
        throw new Unplannable('a changed row may touch every partition')
      }
      const used = usedColumns(statement.query)
      const readings = this.#occurrences.map((occurrence): Reading => {
        return { occurrence, filter: planRowFilter(occurrence, parameters), used: used.get(occurrence.source) ?? [] }
      })
      this.#finder = new TouchFinder(connection, diffTables, this.#block, readings, parameters, () => this.#left)
      this.table = describeTable(source, this.#block)
      this.key = tableKey('temp', this.table.name)
      this.#create()
      this.shape = readTableShape(connection, 'temp', this.table.name)!
    } catch (error) {
      for (const each of made) each.close()
      throw error
    }
  }

  /** Base tables that it reads, those of kept tables inside it too. */
  get tables(): CatalogTable[] {
    const own = this.#occurrences
      .map(({ table }) => table)
      .filter((table) => !this.#inner.some((i) => i.table === table))
    return [...own, ...this.#inner.flatMap((each) => each.tables)]
  }

  /** Reads everything anew. */
  refresh(): void {
    for (const each of this.#inner) each.refresh()
    this.#connection.rows(`DELETE FROM ${this.#name}`)
    this.#connection.keepRowid()
    this.#steps = this.#run(`INSERT INTO ${this.#name} ${hydrateSql(this.#block, null)}`, [])
    this.#rows = Number(this.#connection.rows(`SELECT count(*) FROM ${this.#name}`)[0]![0])
  }

  /** Brings the table up to date; null: more changed than is worth finding out, `refresh`. */
  apply(diff: TurnDiff): readonly RowDiff[] | null {
    const start = performance.now()
    const around = new Map(diff)
    for (const each of this.#inner) {
      const rows = each.apply(diff)
      if (!rows) return null
      if (rows.length > 0) around.set(each.key, { shape: each.shape, rows })
    }
    const diffs = this.#follow(around)
    if (!diffs) return null
    this.#rowsOut += diffs.length
    for (const { before, after } of diffs) this.#rows += Number(after !== null) - Number(before !== null)
    this.#milliseconds += performance.now() - start
    return diffs
  }

  explain(prefix: string): OperatorExplanation[] {
    const inner = this.#inner.flatMap((each, i) => each.explain(`${prefix}.${i}`))
    return [
      ...inner,
      {
        id: prefix,
        kind: 'keep',
        label: this.table.name,
        inputs: this.#inner.map((_, i) => `${prefix}.${i}`),
        stateRows: this.#rows,
        rowsIn: this.#rowsIn,
        rowsOut: this.#rowsOut,
        milliseconds: this.#milliseconds,
        sql: [recomputeSql(this.#block, this.#block.keys.map(() => false), this.#parameterCount + 1)], // prettier-ignore
      },
    ]
  }

  close(): void {
    for (const each of this.#inner) each.close()
    const { authorizer, raw } = this.#connection
    if (!this.shape || !raw.isOpen) return
    try {
      authorizer.unnoticed(() => this.#connection.rows(`DROP TABLE IF EXISTS ${this.#name}`))
    } catch {
      // a statement in progress holds it: it goes with the connection
    }
  }

  get #name(): string {
    return `temp.${quote(this.table.name)}`
  }

  #create(): void {
    const columns = this.table.columns.map(
      (each) => `${quote(each.name)} ${each.affinity} COLLATE ${quote(each.collation)}`,
    )
    const keys = this.#block.layout.keys.map((place) => quote(this.table.columns[place]!.name))
    const { name } = this.table
    this.#connection.authorizer.unnoticed(() => {
      this.#connection.rows(`CREATE TEMP TABLE ${name} (${columns.join(', ')})`)
      if (keys.length > 0) this.#connection.rows(`CREATE INDEX temp.${name}_key ON ${name} (${keys.join(', ')})`)
    })
  }

  // --------------------------------------------------------------------------------------------------------- partitions

  #follow(diff: TurnDiff): readonly RowDiff[] | null {
    this.#left = stepsBeside(this.#steps)
    try {
      const keys = this.#touched(diff)
      this.#rowsIn += keys?.size ?? 0
      return keys && [...keys.values()].flatMap((key) => this.#recompute(key))
    } catch (error) {
      if (error instanceof TooManySteps) return null
      throw error
    }
  }

  /** Null: more than is worth finding out. */
  #touched(diff: TurnDiff): Map<string, readonly Value[]> | null {
    const touched = new Map<string, readonly Value[]>()
    const known = this.#finder.find(diff, (key) => {
      touched.set(this.#partitionOf(key), key)
      return touched.size <= 200
    })
    if (!known || touched.size > 200) return null
    // bytes that are no UTF-8 all decode to U+FFFD: such a key would not find its partition
    for (const key of touched.values()) {
      if (key.some((value) => typeof value === 'string' && value.includes('\uFFFD'))) return null
    }
    return touched
  }

  #recompute(key: readonly Value[]): RowDiff[] {
    const nulls = key.map((value) => value === null)
    const values = key.filter((value) => value !== null)
    const id = this.#partitionOf(key)
    const belongs = (row: readonly Value[]) =>
      this.#partitionOf(this.#block.layout.keys.map((place) => row[place]!)) === id
    const after: Value[][] = []
    const sql = this.#diffTables.indexes.sqlFor(recomputeSql(this.#block, nulls, this.#parameterCount + 1))
    this.#left = this.#connection.limit.within(this.#left, () => {
      this.#run(sql, values, (row) => {
        if (belongs(row)) after.push(row)
      })
    })
    const { columns } = this.table
    const conditions = this.#block.layout.keys.map((place, i) => `${quote(columns[place]!.name)} IS ?${i + 1}`)
    const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''
    const before = this.#connection.rows(`SELECT *, rowid FROM ${this.#name}${where}`, key as Value[]).filter(belongs)
    // rows that stay as they are, then pairs of old and new, then what is left of either
    for (let i = after.length - 1; i >= 0; i--) {
      const same = before.findIndex((row) => after[i]!.every((value, c) => sameValue(value, row[c]!)))
      if (same === -1) continue
      before.splice(same, 1)
      after.splice(i, 1)
    }
    const diffs: RowDiff[] = []
    for (let i = 0; i < Math.max(before.length, after.length); i++) diffs.push(this.#write(before[i], after[i]))
    return diffs
  }

  #write(before: readonly Value[] | undefined, after: readonly Value[] | undefined): RowDiff {
    const { columns } = this.table
    if (!after) {
      this.#connection.rows(`DELETE FROM ${this.#name} WHERE rowid = ?`, [before!.at(-1)!])
      return { before: before!, after: null }
    }
    if (!before) {
      this.#connection.keepRowid()
      const places = columns.map((_, i) => `?${i + 1}`).join(', ')
      const [row] = this.#connection.rows(`INSERT INTO ${this.#name} VALUES (${places}) RETURNING *, rowid`, [...after])
      return { before: null, after: row! }
    }
    const sets = columns.map(({ name }, i) => `${quote(name)} = ?${i + 2}`).join(', ')
    const rowid = before.at(-1)!
    const [row] = this.#connection.rows(`UPDATE ${this.#name} SET ${sets} WHERE rowid = ?1 RETURNING *, rowid`, [
      rowid,
      ...after,
    ])
    return { before, after: row! }
  }

  #partitionOf(key: readonly Value[]): string {
    return encodeKey(
      key,
      this.#block.keys.map(({ collation }) => collation),
    )
  }

  /** Returns how many steps of SQLite's programs it took. */
  #run(sql: string, key: readonly Value[], visit?: (row: Value[]) => void): number {
    const { limit } = this.#connection
    const statement = this.#connection.take(sql)
    try {
      limit.takenBy(statement.pointer)
      this.#parameters.forEach((value, i) => {
        if (i < statement.parameterCount) statement.bind(i + 1, value)
      })
      key.forEach((value, i) => statement.bind(this.#parameterCount + 1 + i, value))
      while (statement.step()) visit?.(statement.row())
      return limit.takenBy(statement.pointer)
    } finally {
      this.#connection.giveBack(sql, statement)
    }
  }
}

/**
 * Replaces the derived tables in FROM through which a change leads to no key of the SELECT by kept tables, which it adds to
 * `made`. The bound sources are changed in place: a statement bound for this query alone.
 */
export function keepDerivedTables(
  connection: Connection,
  diffTables: DiffTables,
  statement: BoundStatement,
  parameters: readonly Value[],
  select: BoundSelect,
  made: KeptTable[],
): BoundSelect {
  const block = planBlock(select, [])
  const blind = new Set(
    occurrencesIn(select)
      .filter((each) => !planTouches(block, each, new Set()))
      .map(({ path }) => path.at(-1)!.through),
  )
  let kept = select
  for (const source of select.sources) {
    if (!blind.has(source) || source.relation.kind !== 'query' || source.relation.query.outer.length > 0) continue
    const table = new KeptTable(connection, diffTables, statement, parameters, source)
    made.push(table)
    Object.assign(source, { relation: { kind: 'table', table: table.table } })
    if (kept.ast.type !== 'SelectFrom' || !kept.ast.from) throw new Unplannable('VALUES')
    kept = {
      ...kept,
      ast: {
        ...kept.ast,
        from: replaceInFrom(kept.ast.from, source.alias, () => tableAs(table.table.name, source.alias)),
      },
    }
  }
  return kept
}

function derivedSelect(source: Source): BoundSelect {
  const { relation } = source
  if (relation.kind !== 'query') throw new Unplannable('no derived table')
  const { query } = relation
  const [arm] = query.arms
  if (query.arms.length > 1 || arm?.kind !== 'select' || query.limit || query.recursive) {
    throw new Unplannable('a changed row may touch every partition')
  }
  return arm
}

let count = 0

// the columns of the derived table, then what its block wants to know beside them
function describeTable(source: Source, { layout, keys, select }: Block): CatalogTable {
  const own = source.columns.map(({ name, affinity, collation }, i): CatalogColumn => {
    const { expression } = select.columns[i]!
    if (!isKnownCollation(collation)) throw new Unplannable(`collation ${collation}`)
    // what CAST makes a NUMERIC of may be stored as another
    if (expression.kind === 'cast' && affinity === 'NUMERIC') throw new Unplannable('a kept CAST to NUMERIC')
    return column(name, affinity === 'NONE' ? 'BLOB' : affinity, collation)
  })
  const extra = layout.extra.map((_, i) => {
    const at = layout.keys.indexOf(layout.columns + i)
    return column(`live_${i}`, 'BLOB', at === -1 ? 'BINARY' : keys[at]!.collation)
  })
  return {
    kind: 'table',
    schema: 'temp',
    name: `live_kept_${++count}`,
    columns: [...own, ...extra],
    withoutRowid: false,
    virtual: null,
    primaryKey: [],
    keyCollations: [],
    rowidColumn: -1,
    rowidName: 'rowid',
    indexes: [],
  }
}

function column(name: string, affinity: CatalogColumn['affinity'], collation: string): CatalogColumn {
  return {
    name,
    declaredType: affinity,
    affinity,
    collation,
    notNull: false,
    hidden: false,
    generated: null,
    expression: null,
  }
}

function tableAs(name: string, alias: string): SelectTable {
  const tblName = qualifiedName('temp', name)
  return { type: 'TableSelectTable', tblName, alias: as(alias), indexed: undefined, span: nowhere }
}
