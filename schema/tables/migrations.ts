import { migration1 } from './migration-1.ts'
import { migration2 } from './migration-2.ts'
import { migration3 } from './migration-3.ts'
import { migration4 } from './migration-4.ts'

/** SQL of each schema version, in order; `PRAGMA user_version` says how many a database has had. Never change one that has shipped. */
export const migrations: readonly string[] = [migration1, migration2, migration3, migration4]
