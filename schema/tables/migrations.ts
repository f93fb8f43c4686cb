import { firstTables, fourthTables, secondTables, setAsideOlder, takeOlder, thirdTables } from './older.ts'
import { personalTables } from './personal-tables.ts'
import { schema, timelineItems } from './schema.ts'
import { viewTables } from './view-tables.ts'

const fifthTables = setAsideOlder + schema + takeOlder
/** Messages name files: their rows are made anew from the log. */
const sixthTables = `DROP TABLE timeline_items; ${timelineItems}`

/** SQL of each schema version, in order; `PRAGMA user_version` says how many a database has had. Never change one that has shipped. */
export const migrations: readonly string[] = [
  firstTables,
  secondTables,
  thirdTables,
  fourthTables,
  fifthTables,
  sixthTables,
  viewTables,
  personalTables,
]
