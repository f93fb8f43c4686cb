import type { BoundQuery, BoundSelect, BoundStatement, Source } from '../../bind/bound.ts'
import { column, resultColumn, selectFrom } from '../../bind/build-ast.ts'
import { plainSelect } from '../../bind/plain-select.ts'
import type { CatalogTable } from '../../catalog/catalog.ts'
import type { Block } from '../partition/block.ts'
import { occurrencesIn, type Occurrence } from '../sources/occurrences.ts'
import { rankingsIn } from '../sources/full-text.ts'
import { tableSourcesIn } from '../sources/table-sources.ts'
import { usedColumns } from '../sources/used-columns.ts'

/**
 * A query as one partition: whatever it is, all of it is read again when a changed row can matter to it.
 *
 *   WITH RECURSIVE … SELECT * FROM tree     →     SELECT * FROM (that) AS whole, no keys
 *
 * So plan/touch/touch.ts says for each place that reads a table which of its rows can take part at all.
 */
export interface WholePlan {
  readonly block: Block
  readonly occurrences: readonly Occurrence[]
  /** by occurrence: the columns that the query reads there */
  readonly used: readonly (readonly number[])[]
  /** tables that are also read where no path leads, or as a whole (ranks): any change of a row matters */
  readonly elsewhere: readonly CatalogTable[]
  /** by all documents of a full-text table */
  readonly ranked: boolean
  readonly reason: string
}

export function planWhole({ query }: BoundStatement, reason: string): WholePlan {
  const select = around(query)
  const occurrences = occurrencesIn(select)
  const used = usedColumns(query)
  const reached = new Set(occurrences.map(({ source }) => source))
  const ranked = rankingsIn(query)
  // tables that no path leads to, and documents, each of which weighs in the rank of every other
  const elsewhere = [...tableSourcesIn(query)].filter((source) => !reached.has(source) || ranked.has(source))
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
    ranked: ranked.size > 0,
    reason,
  }
}

function around(query: BoundQuery): BoundSelect {
  const columns = query.columns.map(({ name, affinity, collation }) => {
    return { name, affinity, collation, notNull: false, hidden: false }
  })
  const relation = { kind: 'query', query, label: null } as const
  const source: Source = { id: -1, alias: 'whole', relation, columns, nullSupplied: false }
  const shown = columns.map(({ name }) => resultColumn(column('whole', name)))
  return plainSelect({ ast: selectFrom(shown, undefined), columns: query.columns }, source)
}
