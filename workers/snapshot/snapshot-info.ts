import * as v from 'valibot'
import { isId } from '../../schema/events/bounds.ts'
import { projectionVersion } from '../../schema/projections/projector.ts'
import { migrations } from '../../schema/tables/migrations.ts'
import type { RawSql } from '../runtime/serving/raw-sql.ts'

/**
 * What a snapshot says of itself: a row of its table `meta`. A snapshot is a database of some streams, in the tables of a device, with
 * the log, the projections, and nothing that is one device's or one person's own.
 */
const info = v.object({
  format: v.literal(1),
  /** how many migrations made its tables, and which projections filled them */
  schema: v.number(),
  projections: v.number(),
  /** whether the full-text index is in it */
  index: v.boolean(),
  madeAt: v.number(),
  streams: v.pipe(
    v.array(
      v.object({
        stream: v.pipe(v.string(), v.check(isId)),
        /** the server's place of the last event that is in it; null: the stream never had a server */
        seq: v.nullable(v.pipe(v.string(), v.maxLength(64))),
        events: v.number(),
      }),
    ),
    v.minLength(1),
    v.maxLength(20_000),
  ),
})
export type SnapshotInfo = v.InferOutput<typeof info>

const key = 'snapshot'

export function writeInfo(
  sql: RawSql,
  database: string,
  rest: Pick<SnapshotInfo, 'index' | 'madeAt' | 'streams'>,
): void {
  const whole: SnapshotInfo = { format: 1, schema: migrations.length, projections: projectionVersion, ...rest }
  sql.prepare(`INSERT INTO ${database}.meta (key, value) VALUES (?, ?)`).run(key, JSON.stringify(whole))
}

/** Null: it is no snapshot. Throws what SQLite throws at what is no database. */
export function readInfo(sql: RawSql, database: string): SnapshotInfo | null {
  const parsed = v.safeParse(info, said(sql, database))
  return parsed.success ? parsed.output : null
}

/** What it says of itself is of a format that only a newer build knows. */
export function isNewer(sql: RawSql, database: string): boolean {
  const { format } = (said(sql, database) ?? {}) as { format?: unknown }
  return typeof format === 'number' && format > info.entries.format.literal
}

function said(sql: RawSql, database: string): unknown {
  const found = sql
    .prepare(`SELECT value FROM ${database}.meta WHERE key = ? AND typeof(value) = 'text' AND length(value) < 4000000`)
    .rows(key)[0]
  try {
    return JSON.parse((found?.[0] as string | undefined) ?? '')
  } catch {
    return null
  }
}

/** Made by a build with the same tables and projections: then its rows are as this one would write them. */
export function isOfThisBuild(info: Pick<SnapshotInfo, 'schema' | 'projections'>): boolean {
  return buildOf(info) === thisBuild
}
const buildOf = ({ schema, projections }: Pick<SnapshotInfo, 'schema' | 'projections'>) => `${schema}.${projections}`
/** How a device says which snapshots it can take, and a server which ones it makes. Example: 5.8 */
export const thisBuild = buildOf({ schema: migrations.length, projections: projectionVersion })
