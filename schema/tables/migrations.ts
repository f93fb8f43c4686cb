import { firstTables, fourthTables, secondTables, thirdTables, setAsideOlder, takeOlder } from './older.ts'
import { schema } from './schema.ts'

/** SQL of each schema version, in order; `PRAGMA user_version` says how many a database has had. Never change one that has shipped. */
export const migrations: readonly string[] = [
  firstTables,
  secondTables,
  thirdTables,
  fourthTables,
  setAsideOlder + schema + takeOlder,
]
