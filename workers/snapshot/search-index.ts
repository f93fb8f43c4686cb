import { readFiles } from '../../schema/files/named-files.ts'
import { indexedWords } from '../../schema/search/words.ts'
import type { RawSql } from '../runtime/serving/raw-sql.ts'
import { copied, type CopyPlan } from './copy-streams.ts'

/**
 * The full-text index of streams that were copied. An index has no text, so its entries cannot be carried one by one: either the
 * whole index is taken as it is, and what else the device has is put into it again, or the words of each text are made anew.
 */
export function carrySearchIndex(sql: RawSql, plan: CopyPlan, entire: boolean): 'carried' | 'made anew' {
  const { from, to } = plan
  const [own, carried] = [to, from].map(
    (name) => sql.prepare(`SELECT count(*) FROM ${name}.search_index_docsize`).rows()[0]![0] as number,
  )
  if (!entire || own! > carried! / 10) {
    indexTexts(sql, to, ofTheStreams(to))
    return 'made anew'
  }
  // FTS5 remembers how its index is laid out, within a transaction too: a rollback makes it look again
  sql.exec(
    `INSERT INTO ${to}.search_index (search_index) VALUES ('delete-all'); SAVEPOINT laid_out; ROLLBACK TO laid_out; RELEASE laid_out`,
  )
  for (const table of shadows)
    sql.exec(
      `DELETE FROM ${to}.search_index_${table}; INSERT INTO ${to}.search_index_${table} SELECT * FROM ${from}.search_index_${table}`,
    )
  // what may have another number here than there; pages go by those of entities
  const moved = sql.prepare(
    `SELECT id FROM ${copied.message} UNION ALL SELECT id FROM ${from}.search_index_docsize WHERE id < 0`,
  )
  const drop = sql.prepare(`DELETE FROM ${to}.search_index WHERE rowid = ?`)
  for (const [id] of moved.rows()) drop.run(id!)
  indexTexts(sql, to, `NOT ${ofTheStreams(to)} OR ${wasMoved}`)
  return 'carried'
}

/** The tables that FTS5 keeps beside a contentless index, but for its settings. */
const shadows = ['data', 'idx', 'docsize'] as const

const ofTheStreams = (to: string) =>
  `iif(x.key > 0, (SELECT stream FROM ${to}.timeline_items m WHERE m.key = x.key), (SELECT stream FROM ${to}.entities e WHERE e.id = -x.key))
     IN (SELECT own FROM ${copied.stream})`
const wasMoved = `x.key < 0 OR x.key IN (SELECT own FROM ${copied.message})`

/** In the order of keys: FTS5 writes a piece of its index whenever an id is smaller than the last one. */
function indexTexts(sql: RawSql, to: string, which: string): void {
  const insert = sql.prepare(`INSERT INTO ${to}.search_index (rowid, words) VALUES (?, ?)`)
  const texts = sql.prepare(`SELECT * FROM (
      SELECT t.key AS key, t.snippet || ifnull(c.body, '') AS text, a.author_id AS author, t.files AS files FROM ${to}.timeline_items t
        JOIN ${to}.component_author a ON a.id = t.author_id LEFT JOIN ${to}.component_text c ON c.id = t.key WHERE t.deleted = 0
      UNION ALL SELECT id, body, NULL, NULL FROM ${to}.component_text WHERE id < 0) x
    WHERE x.key > ? AND (${which}) ORDER BY x.key LIMIT 1000`)
  for (let after = Number.MIN_SAFE_INTEGER; ;) {
    const rows = texts.rows(after) as [number, string, string | null, string | null][]
    if (rows.length === 0) return
    for (const [key, text, author, files] of rows)
      insert.run(key, indexedWords({ text, author, files: readFiles(files) }))
    after = rows.at(-1)![0]
  }
}
