import { foldName } from './fold-name.ts'

/** What a table is known by: `schema.table` in lower case. */
export function tableKey(schema: string, table: string): string {
  return foldName(`${schema}.${table}`)
}
