import type { BoundColumn, BoundQuery, Source } from '../../bind/bound.ts'

/** Which columns of each table source the query reads anywhere, as places in a row image (columns, then the rowid). */
export function usedColumns(query: BoundQuery): Map<Source, number[]> {
  const used = new Map<Source, Set<number>>()
  const seen = new Set<object>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if ('kind' in value && value.kind === 'column') {
      const { source, column } = value as BoundColumn
      const columns = used.get(source) ?? new Set()
      used.set(source, columns)
      const { relation } = source
      // a VIRTUAL column may read any other
      if (relation.kind === 'table' && relation.table.columns[column]?.generated === 'virtual') {
        relation.table.columns.forEach((_, i) => columns.add(i))
      } else columns.add(column === -1 ? source.columns.length : column)
    }
    if (value instanceof Map || value instanceof Set) return value.forEach(visit)
    for (const [name, each] of Object.entries(value)) if (name !== 'ast') visit(each)
  }
  visit(query)
  return new Map([...used].map(([source, columns]) => [source, [...columns]]))
}
