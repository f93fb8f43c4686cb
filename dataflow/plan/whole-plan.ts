import type { BoundQuery, BoundSelect, BoundStatement, Source } from '../bind/bound.ts'
import { column, resultColumn, selectFrom } from '../bind/build-ast.ts'
import type { CatalogTable } from '../catalog/catalog.ts'
import type { Block } from './block.ts'
import { occurrencesIn, type Occurrence } from './occurrences.ts'
import { usedColumns } from './used-columns.ts'

/**
 * A query as one partition: whatever it is, all of it is read again when a changed row can matter to it.
 *
 *   WITH RECURSIVE … SELECT * FROM tree     →     SELECT * FROM (that) AS whole, no keys
 *
 * So plan/touch.ts says for each place that reads a table which of its rows can take part at all.
 */
export interface WholePlan {
  readonly block: Block
  readonly occurrences: readonly Occurrence[]
  /** by occurrence: the columns that the query reads there */
  readonly used: readonly (readonly number[])[]
  /** tables that are also read where no path leads (LIMIT, VALUES): any change of a row matters */
  readonly elsewhere: readonly CatalogTable[]
  readonly reason: string
}

export function planWhole({ query }: BoundStatement, reason: string): WholePlan {
  const select = around(query)
  const occurrences = occurrencesIn(select)
  const used = usedColumns(query)
  const reached = new Set(occurrences.map(({ source }) => source))
  const elsewhere = [...tableSourcesIn(query)].filter((source) => !reached.has(source))
  return {
    block: {
      select,
      keys: [],
      kind: 'windows',
      layout: { columns: query.columns.length, order: [], keys: [], ids: [], names: null, extra: [] },
      orderBy: [],
      distinctAfter: false,
      single: false,
      first: null,
    },
    occurrences,
    used: occurrences.map(({ source }) => used.get(source) ?? []),
    elsewhere: elsewhere.flatMap(({ relation }) => (relation.kind === 'table' ? [relation.table] : [])),
    reason,
  }
}

function around(query: BoundQuery): BoundSelect {
  const columns = query.columns.map(({ name, affinity, collation }) => {
    return { name, affinity, collation, notNull: false, hidden: false }
  })
  const relation = { kind: 'query', query, label: null } as const
  const source: Source = { id: -1, alias: 'whole', relation, columns, nullSupplied: false }
  return {
    kind: 'select',
    operator: null,
    ast: selectFrom(
      columns.map(({ name }) => resultColumn(column('whole', name))),
      undefined,
    ),
    columns: query.columns,
    distinct: false,
    from: { kind: 'source', source },
    sources: [source],
    where: [],
    grouped: false,
    groupBy: [],
    having: null,
    aggregates: [],
    windows: [],
  }
}

/** Every place in a query that reads a table, wherever it is. */
function tableSourcesIn(query: BoundQuery): Set<Source> {
  const found = new Set<Source>()
  const seen = new Set<object>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if ('relation' in value && (value as Source).relation.kind === 'table') found.add(value as Source)
    if (value instanceof Map || value instanceof Set) return value.forEach(visit)
    for (const [name, each] of Object.entries(value)) if (name !== 'ast') visit(each)
  }
  visit(query)
  return found
}
