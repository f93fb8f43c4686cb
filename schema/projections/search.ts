import type { Tagged } from '../search/tags.ts'
import { indexedWords } from '../search/words.ts'
import type { Sql } from './sql.ts'

/**
 * component_text, and the full-text index. A text stands once: of a message, component_text has what is beyond its snippet; of a
 * page, the whole. Law: the index holds, of each message that has a text and of each page, the words of it (schema/search/words.ts)
 * and its author under its key, and nothing else.
 */
export function textTable(sql: Sql, index: SearchIndex) {
  const keep = sql.prepare(
    'INSERT INTO component_text (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
  )
  const drop = sql.prepare('DELETE FROM component_text WHERE id = ?')
  return {
    /** of a key that has none yet; `kept` goes into component_text */
    insert(key: number, text: Tagged, kept: string | null): void {
      if (kept !== null) keep.run(key, kept)
      index.insert(key, text)
    },
    /** text null: there is none any more */
    replace(key: number, text: Tagged | null, kept: string | null): void {
      if (kept === null) drop.run(key)
      else keep.run(key, kept)
      index.replace(key, text)
    },
  }
}

/** Pages and messages share the index: a page's key is below zero. */
export const pageKey = (entity: number): number => -entity

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
