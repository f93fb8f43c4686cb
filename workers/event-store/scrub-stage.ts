import type { Sql } from '../../schema/projections/sql.ts'

/** How far the clearing after an erasure is (scrub.ts); null: there is nothing to clear. */
export type Stage = 'words' | 'pages' | 'log'

/** From the first stage, though another may be under way: more was erased meanwhile. */
export const beginScrub = (sql: Sql): void => setStage(sql, 'words')

export function stageOf(sql: Sql): Stage | null {
  return (sql.prepare("SELECT value FROM meta WHERE key = 'scrub'").rows()[0]?.[0] as Stage | undefined) ?? null
}
export function setStage(sql: Sql, stage: Stage): void {
  sql
    .prepare("INSERT INTO meta (key, value) VALUES ('scrub', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
    .run(stage)
}
