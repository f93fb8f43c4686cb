import type { ColumnAffinity } from './catalog.ts'

/** SQLite's rule for a declared type (datatype3, 3.1): the first of these that the type contains. No type: BLOB. */
export function affinityOfType(type: string): ColumnAffinity {
  const upper = type.toUpperCase()
  if (upper.includes('INT')) return 'INTEGER'
  if (/CHAR|CLOB|TEXT/.test(upper)) return 'TEXT'
  if (upper === '' || upper.includes('BLOB')) return 'BLOB'
  if (/REAL|FLOA|DOUB/.test(upper)) return 'REAL'
  return 'NUMERIC'
}
