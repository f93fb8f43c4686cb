import type { RawSql } from '../runtime/serving/raw-sql.ts'
import { tables } from '../../schema/tables/tables.ts'
import { copyStreams, forgetCopied } from './copy-streams.ts'
import { writeInfo, type SnapshotInfo } from './snapshot-info.ts'

/**
 * Fills a database that is attached as `to`, with the tables of this build and empty, with some streams of `main`: all that a device
 * has of them, also what it has not sent, but for its index of words. In one transaction of the caller's.
 */
export function makeSnapshot(
  sql: RawSql,
  to: string,
  streams: readonly string[],
  madeAt: number,
): SnapshotInfo['streams'] {
  try {
    copyStreams(sql, { from: 'main', to, streams })
    const made = streamsIn(sql, streams)
    writeInfo(sql, to, { index: false, madeAt, streams: made })
    return made
  } finally {
    forgetCopied(sql)
  }
}

/** Makes a snapshot of a database of its own, which has these streams alone: takes out what is one device's. */
export function stripToSnapshot(sql: RawSql, streams: readonly string[], madeAt: number): SnapshotInfo['streams'] {
  const made = streamsIn(sql, streams)
  for (const table of ownTables) sql.exec(`DELETE FROM ${table}`)
  writeInfo(sql, 'main', { index: true, madeAt, streams: made })
  return made
}
const ownTables = [
  'rejected_events',
  ...Object.keys(tables).filter((name) => ['own', 'device'].includes(tables[name as keyof typeof tables])),
]

/** How far each of the streams is there. */
export function streamsIn(sql: RawSql, streams: readonly string[]): SnapshotInfo['streams'] {
  const count = sql.prepare(
    `SELECT (SELECT seq FROM cursors WHERE stream = ?1), (SELECT count(*) FROM events WHERE stream = ?1) +
       (SELECT coalesce(sum(a.events), 0) FROM applied_events a JOIN streams s ON s.id = a.stream WHERE s.name = ?1)`,
  )
  return streams.map((stream) => {
    const [seq, events] = count.rows(stream)[0] as [string | null, number]
    return { stream, seq, events }
  })
}
