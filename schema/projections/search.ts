import { minuteOf } from '../search/minute.ts'
import type { Tagged } from '../search/tags.ts'
import { indexedWords } from '../search/words.ts'
import { excerptOf } from './snippet.ts'
import type { Sql } from './sql.ts'

/**
 * component_text and the full-text index over it. Law: the index holds, of each row of component_text, the words of its body
 * (schema/search/words.ts) and its author under the row's id, and nothing else.
 *
 * The id grows with time: it is the minute of the text, or else the next one that is free. So the newest of many matches are
 * read first, without looking at all of them.
 */
export function textProjection(sql: Sql, kind: 'message' | 'page', index: SearchIndex) {
  const insertText = sql.prepare(
    `INSERT INTO component_text (id, stream, entity_id, entity_kind, body, excerpt, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
  )
  const endOfRun = sql.prepare(
    `SELECT one.id + 1 FROM component_text one LEFT JOIN component_text next ON next.id = one.id + 1
     WHERE one.id >= ? AND next.id IS NULL ORDER BY one.id LIMIT 1`,
  )
  const present = sql.prepare(
    'SELECT id, body FROM component_text WHERE stream = ? AND entity_id = ? AND entity_kind = ?',
  )
  const update = sql.prepare('UPDATE component_text SET body = ?, excerpt = ?, updated_at = ? WHERE id = ?')
  const deleteText = sql.prepare('DELETE FROM component_text WHERE id = ?')
  /** minutes that were taken one after another: what falls among them comes behind them */
  let run = { from: 0, end: 0 }

  function insert(stream: string, entity: string, body: string, { at, updatedAt = at, author }: Written): void {
    const minute = minuteOf(at)
    let id = minute >= run.from && minute < run.end ? run.end : minute
    const row = [stream, entity, kind, body, excerptOf(body), updatedAt] as const
    if (insertText.run(id, ...row) === 0) {
      id = endOfRun.rows(id)[0]![0] as number
      insertText.run(id, ...row)
    }
    run = { from: id === run.end ? run.from : minute, end: id + 1 }
    index.insert(id, { text: body, author })
  }

  function replace(stream: string, entity: string, body: string, written: Written): void {
    const row = present.rows(stream, entity, kind)[0] as [number, string] | undefined
    if (!row) return insert(stream, entity, body, written)
    const [id, before] = row
    const { at, updatedAt = at, author } = written
    update.run(body, excerptOf(body), updatedAt, id)
    if (body !== before) index.replace(id, { text: body, author })
  }

  function remove(stream: string, entity: string): void {
    const row = present.rows(stream, entity, kind)[0] as [number, string] | undefined
    if (!row) return
    deleteText.run(row[0])
    index.replace(row[0], null)
  }
  return { insert, replace, remove }
}

export interface Written {
  /** unix ms: where it stands in time, whatever becomes of it */
  readonly at: number
  readonly updatedAt?: number
  /** null: of a page */
  readonly author: string | null
}

export type SearchIndex = ReturnType<typeof searchIndex>

/** FTS5 writes a piece of its index whenever an id is smaller than the last one: what a batch brings is sorted before. */
export function searchIndex(sql: Sql) {
  const insertWords = sql.prepare('INSERT INTO search_index (rowid, words) VALUES (?, ?)')
  const deleteWords = sql.prepare('DELETE FROM search_index WHERE rowid = ?')
  let texts = new Map<number, Tagged | null>()
  let indexedBefore = new Set<number>()

  return {
    insert(id: number, text: Tagged): void {
      texts.set(id, text)
    },
    /** null: no text any more */
    replace(id: number, text: Tagged | null): void {
      if (!texts.has(id)) indexedBefore.add(id)
      texts.set(id, text)
    },
    flush(): void {
      for (const id of [...texts.keys()].sort((one, other) => one - other)) {
        const text = texts.get(id)!
        if (indexedBefore.has(id)) deleteWords.run(id)
        if (text !== null) insertWords.run(id, indexedWords(text))
      }
      this.reset()
    },
    reset(): void {
      texts = new Map()
      indexedBefore = new Set()
    },
  }
}
