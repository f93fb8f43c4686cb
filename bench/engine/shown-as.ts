import type { SqlValue } from '../../dataflow/index.ts'

/** In their order where the query asks for one: those of the workloads are total. */
export function shownAs(sql: string, rows: readonly (readonly SqlValue[])[]): string {
  const lines = rows.map((row) => row.join('\0'))
  return (/ORDER BY [^()]*$/.test(sql) ? lines : lines.sort()).join('\n')
}
