import type { BoundQuery, BoundStatement } from '../bind/bound.ts'
import { tableKey } from '../table-key.ts'
import type { Detail } from '../capture/diff.ts'
import { isIndexModule } from '../capture/full-text.ts'
import { readTableShape, type TableShape } from '../capture/table-shape.ts'
import type { CatalogTable } from '../catalog/catalog.ts'
import { isKnownCollation } from '../key.ts'
import { printExpression } from '../print/print.ts'
import type { EntryNames } from '../result/entry.ts'
import type { Connection } from '../sqlite/connection.ts'
import { planFold, type FoldPlan } from './fold/fold-plan.ts'
import { planBlock, type Block } from './partition/block.ts'
import { hydrateSql, type Cut } from './partition/block-sql.ts'
import { planFarRoute, type FarPlan } from './touch/route.ts'
import { RowFunctions } from './row-functions.ts'
import { occurrencesIn, type Occurrence } from './sources/occurrences.ts'
import { assertAllReached } from './sources/table-sources.ts'
import type { TouchStatement } from './touch/touch-statements.ts'
import { planTouches } from './touch/touch.ts'
import { Unplannable } from './unplannable.ts'
import { selectOfValues } from './sources/values.ts'
import { usedColumns } from './sources/used-columns.ts'

/** How a statement is maintained: made once for its text, shared by every live query that has it, whatever its parameters. */
export interface QueryPlan {
  readonly statement: BoundStatement
  readonly columns: readonly string[]
  readonly arms: readonly ArmPlan[]
  readonly tables: readonly { readonly shape: TableShape; readonly detail: Detail }[]
  /** their keys: the very strings that the arms have, which a look-up compares at once */
  readonly tableKeys: readonly string[]
  /** The direction of the tie-break that an index gives for nothing. */
  readonly descendingTies: (connection: Connection) => boolean
}

/** One arm of a compound, or the whole query. */
export interface ArmPlan {
  readonly block: Block
  /** how its groups follow their rows without a look-up; null: they are read again */
  readonly fold: FoldPlan | null
  /** compiled for all queries with this text */
  readonly functions: RowFunctions
  /** of the partition key */
  readonly collations: readonly string[]
  readonly names: EntryNames
  /** how changed rows of its other tables find the queries that they concern */
  readonly far: FarPlan | null
  readonly label: string
  readonly occurrences: readonly Occurrence[]
  /** by occurrence: the table, as `tableKey` names it */
  readonly tableKeys: readonly string[]
  /** by occurrence: the columns that the query reads there, as places in a row image */
  readonly used: readonly (readonly number[])[]
  /** by occurrence: the key is made of its own columns */
  readonly direct: readonly boolean[]
  readonly hydrate: (cut: Cut | null) => string
  /** by occurrence and by what else changed; null: any partition may be touched */
  readonly touches: Map<string, readonly TouchStatement[] | null>
  /** SQL that names the rows that moved, by which places changed; null: too much of it */
  readonly moves: Map<string, readonly string[] | null>
  /** SQL by which key values are NULL */
  readonly recompute: Map<string, string>
}

export function planQuery(connection: Connection, statement: BoundStatement, columns: readonly string[]): QueryPlan {
  const { query } = statement
  assertPlannable(query, statement.tables.length > 0)
  const orderBy = query.arms.length === 1 ? query.orderBy : []
  const used = usedColumns(query)
  const arms = query.arms.map((each, i): ArmPlan => {
    const arm = each.kind === 'select' ? each : selectOfValues(each)
    const planned = planBlock(arm, orderBy)
    const occurrences = occurrencesIn(arm)
    const folding = query.arms.length === 1 ? planFold(planned, occurrences) : null
    const block = folding?.block ?? planned
    const { layout, keys } = block
    const collations = keys.map(({ collation }) => collation)
    const prefix = query.arms.length > 1 ? `${i}:` : ''
    const hydrated = new Map<string, string>()
    return {
      block,
      fold: folding?.plan ?? null,
      collations,
      names: {
        prefix,
        ...(layout.names
          ? { keys: [], collations: [], ids: layout.names }
          : { keys: layout.keys, collations, ids: layout.ids }),
        partition: { places: layout.keys, collations },
      },
      far: planFarRoute(block, occurrences),
      functions: new RowFunctions(block, folding?.plan ?? null, occurrences),
      occurrences,
      tableKeys: occurrences.map(({ table }) => tableKey(table.schema, table.name)),
      label: `(${block.keys.map(({ ast }) => printExpression(ast)).join(', ')})`,
      used: occurrences.map((each) => used.get(each.source) ?? []),
      direct: occurrences.map((each) => isDirect(block, each)),
      hydrate: (cut) => {
        const name = cut ? `${cut.limit} ${cut.ties}` : ''
        let sql = hydrated.get(name)
        if (sql === undefined) hydrated.set(name, (sql = hydrateSql(block, cut)))
        return sql
      },
      touches: new Map(),
      moves: new Map(),
      recompute: new Map(),
    }
  })
  assertAllReached(
    query,
    arms.flatMap(({ occurrences }) => occurrences),
  )
  const leadsToKeys = ({ block, occurrences }: ArmPlan) =>
    occurrences.length === 0 ||
    occurrences.some((each) => isDirect(block, each) || planTouches(block, each, new Set()) !== null)
  if (!arms.some(leadsToKeys)) throw new Unplannable('a changed row may touch every partition')
  let descendingTies: boolean | null = null
  return {
    statement,
    columns,
    arms,
    tables: shapesOf(connection, arms),
    tableKeys: [...new Set(arms.flatMap(({ tableKeys }) => tableKeys))],
    descendingTies: (connection) => (descendingTies ??= sortsLess(connection, arms[0]!.block)),
  }
}

function assertPlannable(query: BoundQuery, readsTables: boolean): void {
  if (query.volatile) throw new Unplannable(query.volatile)
  if (query.limit?.subquery || query.offset?.subquery) throw new Unplannable('a subquery in LIMIT')
  // only LIMIT may end it, and a partition is read without
  if (query.limit && recurs(query)) throw new Unplannable('recursion')
  if (!readsTables) return
  if (query.recursive) throw new Unplannable('recursion')
  for (const source of query.sources) {
    if (source.relation.kind === 'recursive') throw new Unplannable('recursion')
  }
}

function recurs({ recursive, sources }: BoundQuery): boolean {
  return recursive || sources.some(({ relation }) => relation.kind === 'recursive')
}

function shapesOf(connection: Connection, arms: readonly ArmPlan[]): QueryPlan['tables'] {
  const shapes = new Map<string, TableShape>()
  for (const { table } of arms.flatMap(({ occurrences }) => occurrences)) {
    const key = tableKey(table.schema, table.name)
    if (shapes.has(key)) continue
    assertCaptured(table)
    const shape = readTableShape(connection, table.schema, table.name)
    if (!shape?.keyed) throw new Unplannable(`rows of ${table.name} cannot be found again by a key`)
    shapes.set(key, shape)
  }
  return [...shapes.values()].map((shape) => ({ shape, detail: 'rows' as const }))
}

function assertCaptured(table: CatalogTable): void {
  if (table.virtual !== null && !isIndexModule(table.virtual)) throw new Unplannable(`${table.virtual} table`)
  const unread = table.columns.find(({ generated, expression }) => generated === 'virtual' && expression === null)
  if (unread) throw new Unplannable(`${table.name}.${unread.name} is VIRTUAL: no diff has it`)
  if (!table.columns.every(({ collation }) => isKnownCollation(collation))) throw new Unplannable('a custom collation')
}

/** The key is made of columns of the changed table itself, which the block reads unconditionally. */
function isDirect({ keys }: Block, { source, path }: Occurrence): boolean {
  return (
    path.length === 1 && !source.nullSupplied && keys.length > 0 && keys.every(({ plain }) => plain?.source === source)
  )
}

function sortsLess(connection: Connection, block: Block): boolean {
  const sorts = (ties: 'ascending' | 'descending') =>
    connection
      .rows(`EXPLAIN QUERY PLAN ${hydrateSql(block, { limit: 1, ties })}`)
      .filter((row) => /TEMP B-TREE/.test(String(row[3]))).length
  return sorts('descending') < sorts('ascending')
}
