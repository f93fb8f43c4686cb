import type * as Y from 'yjs'
import { piecesOf } from '../pages/page-doc.ts'
import type { Sql } from './sql.ts'

interface Span {
  readonly author: string
  readonly at: number
  readonly text: string
}

/**
 * Who wrote which span of a page → page_spans. Law: the texts of a page's spans, in their order, are its letters; the author of
 * one is who first used its editor's number, `at` is when that editor last wrote.
 *
 * Example: Ann wrote "one three", Bob put "two " into it: (ann, "one "), (bob, "two "), (ann, "three").
 */
export function pageSpans(sql: Sql) {
  const clients = sql.prepare(
    'SELECT client, max(at) FROM page_writes WHERE stream = ? AND page_id = ? GROUP BY client ORDER BY client',
  )
  const firstUse = sql.prepare(
    'SELECT actor_id FROM page_writes WHERE stream = ? AND page_id = ? AND client = ? ORDER BY clock, event_id LIMIT 1',
  )
  const present = sql.prepare(
    'SELECT author_id, at, text FROM page_spans WHERE stream = ? AND page_id = ? ORDER BY position',
  )
  const upsert = sql.prepare(
    `INSERT INTO page_spans (stream, page_id, position, author_id, at, text) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (stream, page_id, position) DO UPDATE SET author_id = excluded.author_id, at = excluded.at, text = excluded.text`,
  )
  const cut = sql.prepare('DELETE FROM page_spans WHERE stream = ? AND page_id = ? AND position >= ?')

  /** null: there is no such page */
  function replace(stream: string, page: string, doc: Y.Doc | null): void {
    const spans = doc ? spansOf(stream, page, doc) : []
    const before = present.rows(stream, page) as [string, number, string][]
    for (const [position, { author, at, text }] of spans.entries()) {
      const row = before[position]
      if (row?.[0] !== author || row[1] !== at || row[2] !== text) upsert.run(stream, page, position, author, at, text)
    }
    if (before.length > spans.length) cut.run(stream, page, spans.length)
  }

  function spansOf(stream: string, page: string, doc: Y.Doc): Span[] {
    const lastAt = new Map(clients.rows(stream, page).map(([client, at]) => [client as number, at as number]))
    const authors = new Map<number, string>()
    const authorOf = (client: number) => {
      let author = authors.get(client)
      if (author === undefined) {
        author = (firstUse.rows(stream, page, client)[0]?.[0] as string | undefined) ?? ''
        authors.set(client, author)
      }
      return author
    }
    const spans: { author: string; at: number; text: string }[] = []
    for (const { client, text } of piecesOf(doc)) {
      const author = authorOf(client)
      const at = lastAt.get(client) ?? 0
      const last = spans.at(-1)
      if (last?.author === author) {
        last.text += text
        last.at = Math.max(last.at, at)
      } else spans.push({ author, at, text })
    }
    return spans
  }
  return { replace }
}
