import { consoleBounds } from './console-bounds.ts'

/** Tables, views and their columns, as completion wants them: of the schema as it is now, since it is a live query too. */
export const catalogQuery = {
  sql: `SELECT s.name AS owner, c.name AS name FROM sqlite_schema s JOIN pragma_table_info(s.name) c
        WHERE s.type IN ('table', 'view') AND s.name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY s.name, c.cid`,
  parameters: [],
  bounds: { ...consoleBounds, rows: 2000 },
} as const

export interface CatalogRow {
  readonly owner: string
  readonly name: string
}
