import type { Sql } from '../../schema/projections/sql.ts'
import { pageOf, setPage, setStage, stageOf } from './scrub-stage.ts'
import { inTransaction, type Store } from './store.ts'

/**
 * What was deleted leaves traces in the file until they are written over: words in segments of the full-text index, gaps in pages
 * that are used, pages that are free, the write-ahead log. (Over what is deleted from a page SQLite writes zeros itself,
 * `secure_delete`; but a row that moves to another page leaves a copy in the gap of the one where it was.) After an
 * erasure they go, one after another, in steps that may be cut short: `meta` says how far it is.
 */
export function scrubStep(store: Store): boolean {
  switch (stageOf(store.sql)) {
    case null:
      return false
    case 'words':
      inTransaction(store, () => mergeWords(store.sql))
      return true
    case 'gaps':
      inTransaction(store, () => fillGaps(store.sql))
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
  if (changes(sql) - before >= 2) return
  setPage(sql, 1)
  setStage(sql, readsPages(sql) ? 'gaps' : 'pages')
}

/** A server's SQLite does not. What leaves a server is a copy without gaps (server/snapshots/make-snapshot-file.ts). */
const readsPages = (sql: Sql): boolean =>
  sql.prepare("SELECT 1 FROM pragma_module_list WHERE name = 'sqlite_dbpage'").rows().length > 0

/** Page after page. What is freed meanwhile, with its gap as it is, is filled at the next stage. */
function fillGaps(sql: Sql): void {
  const read = sql.prepare('SELECT data FROM sqlite_dbpage WHERE pgno = ?')
  const write = sql.prepare('UPDATE sqlite_dbpage SET data = ? WHERE pgno = ?')
  const from = pageOf(sql)
  const end = Math.min(from + pagesAStep, one(sql, 'PRAGMA page_count') + 1)
  for (let page = from; page < end; page++) {
    const data = read.rows(page)[0]?.[0] as Uint8Array | undefined
    const gap = data && gapOf(data, page)
    if (!gap?.some((byte) => byte !== 0)) continue
    gap.fill(0)
    write.run(data!, page)
  }
  setPage(sql, end)
  if (end < from + pagesAStep) setStage(sql, 'pages')
}

/**
 * Between the list of a page's cells and the first of them, as SQLite's file format says. Null: the page is of no b-tree. (Of
 * those that go on from another page the first byte is 0, in files below 64 GB.)
 */
function gapOf(data: Uint8Array, page: number): Uint8Array | null {
  const start = page === 1 ? 100 : 0 // behind the header of the file
  const kind = data[start]!
  const header = kind === 2 || kind === 5 ? 12 : kind === 10 || kind === 13 ? 8 : null
  if (header === null) return null
  const number = (at: number) => (data[start + at]! << 8) | data[start + at + 1]!
  return data.subarray(start + header + 2 * number(3), number(5) || 65_536)
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
  if (isBusy === 0)
    inTransaction(store, () => void store.sql.prepare(`DELETE FROM meta WHERE key IN ('scrub', 'scrub_page')`).run())
  return false
}

const one = (sql: Sql, text: string) => sql.prepare(text).rows()[0]![0] as number
export const changes = (sql: Sql) => one(sql, 'SELECT total_changes()')
/** of 4 kB: a step takes some 10 ms, of merging too */
const pagesAStep = 64
