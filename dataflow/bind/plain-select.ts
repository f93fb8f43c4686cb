import type { BoundSelect, Source } from './bound.ts'

/** A SELECT of ours that does no more than read its columns from one source, or from none. */
export function plainSelect(
  { ast, columns, operator = null }: Pick<BoundSelect, 'ast' | 'columns'> & Partial<Pick<BoundSelect, 'operator'>>,
  source: Source | null,
): BoundSelect {
  return {
    kind: 'select',
    operator,
    ast,
    columns,
    distinct: false,
    from: source && { kind: 'source', source },
    sources: source ? [source] : [],
    where: [],
    grouped: false,
    groupBy: [],
    having: null,
    aggregates: [],
    windows: [],
    orderBy: [],
  }
}
