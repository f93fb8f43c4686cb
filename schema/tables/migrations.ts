import { firstTables, fourthTables, secondTables, setAsideOlder, takeOlder, thirdTables } from './older.ts'
import { schema } from './schema.ts'

const fifthTables = setAsideOlder + schema + takeOlder

/** SQL of each schema version, in order; `PRAGMA user_version` says how many a database has had. Never change one that has shipped. */
export const migrations: readonly string[] = [firstTables, secondTables, thirdTables, fourthTables, fifthTables]
