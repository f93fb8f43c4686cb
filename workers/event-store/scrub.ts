import type { Sql } from '../../schema/projections/sql.ts'
import { setStage, stageOf } from './scrub-stage.ts'
import { inTransaction, type Store } from './store.ts'

/**
 * What was deleted leaves traces in the file until they are written over: words in segments of the full-text index, pages
 * that are free, the write-ahead log. (Within pages that are used SQLite writes zeros itself: `secure_delete`.) After an
 * erasure they go, one after another, in steps that may be cut short: `meta` says how far it is.
 */
export function scrubStep(store: Store): boolean {
  switch (stageOf(store.sql)) {
    case null:
      return false
    case 'words':
      inTransaction(store, () => mergeWords(store.sql))
      return true
    case 'pages':
      inTransaction(store, () => fillFreePages(store.sql))
      return true
    case 'log':
      return cutLog(store)
  }
}

/** FTS5 keeps a deleted word until its segment is merged with others. */
function mergeWords(sql: Sql): void {
  const before = changes(sql)
  sql.prepare(`INSERT INTO search_index (search_index, rank) VALUES ('merge', -${pagesAStep})`).run()
  if (changes(sql) - before < 2) setStage(sql, 'pages')
}

/** Zeros take up all pages that are free, and are let go again. */
function fillFreePages(sql: Sql): void {
  const [free, size] = ['freelist_count', 'page_size'].map((name) => one(sql, `PRAGMA ${name}`)) as [number, number]
  if (free > 0) {
    sql.prepare('INSERT INTO free_pages (zeros) VALUES (zeroblob(?))').run(Math.min(free, pagesAStep) * size)
    return
  }
  sql.prepare('DELETE FROM free_pages').run()
  setStage(sql, 'log')
}

/** False: it is done. Somebody reads: it is tried again at the next quiet moment. */
function cutLog(store: Store): boolean {
  const [isBusy] = store.sql.prepare('PRAGMA wal_checkpoint(TRUNCATE)').rows()[0] as [number]
  if (isBusy === 0) inTransaction(store, () => void store.sql.prepare(`DELETE FROM meta WHERE key = 'scrub'`).run())
  return false
}

const one = (sql: Sql, text: string) => sql.prepare(text).rows()[0]![0] as number
export const changes = (sql: Sql) => one(sql, 'SELECT total_changes()')
/** of 4 kB: a step takes some 10 ms, of merging too */
const pagesAStep = 64
