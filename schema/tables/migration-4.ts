import { pageTables } from './page-tables.ts'

/** Pages keep their updates and who wrote them; all of it is made anew by replay. */
export const migration4 = `
DROP TABLE component_doc;
${pageTables}
`
