import { conflictTable } from './conflict-table.ts'
import { pageTables } from './page-tables.ts'

/** Pages keep their updates and who wrote them, conflicts what won; all of it is made anew by replay. */
export const migration4 = `
DROP TABLE component_doc;
DROP TABLE conflicts;
${pageTables}
${conflictTable}
`
