import { homeStream, spaceOfStream, streamOfSpace } from '../../schema/events/streams.ts'
import { tables } from '../../schema/tables/tables.ts'
import type { ApplicationDatabase } from '../runtime/application.ts'
import { RequestFailure } from '../runtime/serving/leader-database.ts'
import type { RawSql } from '../runtime/serving/raw-sql.ts'
import { sqliteCode } from '../runtime/storage/failure.ts'
import type { Store } from '../event-store/store.ts'
import { makeSnapshot } from './make-snapshot.ts'

export interface ExportRequest {
  readonly space: string
  /** who exports it: what only somebody else who was here may read is not in the file */
  readonly person: string
}

/** A space as a file: all of it that is on this device and that the person may read, also what is not sent yet. */
export function exportSpace(
  store: Store,
  database: Pick<ApplicationDatabase, 'build'>,
  { space, person }: ExportRequest,
): Blob {
  const { sql } = store
  const memberOf = new Set(
    sql.prepare('SELECT stream FROM memberships WHERE person_id = ? AND active = 1').rows(person).flat(),
  )
  const isIn = memberOf.has(streamOfSpace(space))
  const streams = sql
    .prepare('SELECT name FROM streams WHERE id > 0')
    .rows()
    .map(([name]) => name as string)
    .filter((stream) => isIn && spaceOfStream(stream) === space && memberOf.has(homeStream(stream)))
  if (streams.length === 0) throw new RequestFailure('INVALID_ARGUMENT', nothingHere)
  try {
    const bytes = database.build('exported', () => {
      store.transaction(() => {
        createTables(sql, 'exported')
        makeSnapshot(sql, 'exported', streams, store.now())
      })
    })
    return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/vnd.sqlite3' })
  } catch (error) {
    if (sqliteCode(error) === noMemory) throw new RequestFailure('UNAVAILABLE', tooLarge)
    throw error
  }
}
const noMemory = 7
const nothingHere = 'Nothing of this space is on this device yet.'
const tooLarge = 'It is too large to be put together in the memory of this device. Close other tabs, then try again.'

/** The tables of this build, empty, in an attached database: letter by letter as they are here. */
export function createTables(sql: RawSql, to: string): void {
  const ours = new Set<unknown>(Object.keys(tables))
  const made = sql
    .prepare('SELECT tbl_name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid')
    .rows()
    .filter(([table]) => ours.has(table)) as [string, string][]
  for (const [, text] of made)
    sql.exec(text.replace(/^CREATE (VIRTUAL TABLE|TABLE|UNIQUE INDEX|INDEX) /, `CREATE $1 ${to}.`))
  const [version] = sql.prepare('PRAGMA main.user_version').rows()[0]!
  sql.exec(`PRAGMA ${to}.user_version = ${version as number}`)
}
