import type { Sql } from '../../schema/projections/sql.ts'

/** How far the clearing after an erasure is (scrub.ts); null: there is nothing to clear. */
export type Stage = 'words' | 'gaps' | 'pages' | 'log'

/** From the first stage, though another may be under way: more was erased meanwhile. */
export const beginScrub = (sql: Sql): void => setStage(sql, 'words')

export const stageOf = (sql: Sql): Stage | null => (read(sql, 'scrub') as Stage | undefined) ?? null
export const setStage = (sql: Sql, stage: Stage): void => write(sql, 'scrub', stage)

/** The page whose gap is looked at next. */
export const pageOf = (sql: Sql): number => Number(read(sql, 'scrub_page') ?? 1)
export const setPage = (sql: Sql, page: number): void => write(sql, 'scrub_page', String(page))

const read = (sql: Sql, key: string) => sql.prepare('SELECT value FROM meta WHERE key = ?').rows(key)[0]?.[0]

function write(sql: Sql, key: string, value: string): void {
  sql
    .prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
    .run(key, value)
}
