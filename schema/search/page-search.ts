import type { Query } from '../live.ts'
import type { SoughtPart } from './seek.ts'
import { parseSearch } from './parse-search.ts'
import { phrasesOf, seek, type Sought } from './seek.ts'

/** A page that answers to a search. */
export interface PageHitRow {
  readonly id: string
  readonly stream: string
  readonly room_id: string
  readonly room: string
  readonly title: string
  readonly at: number
  readonly body: string
}

/** so many pages are looked at, those that were written last */
const looked = 500
export const maxPageHits = 5

/**
 * Which pages of a space's public rooms, or of a private room, have what was typed, as a live query. null: filters are asked for, which pages know nothing of, or
 * nothing can be sought. From the few pages to the many words: however often a word is written in messages, it costs the same.
 */
export function pageSearch(
  home: string,
  typed: string,
): { readonly query: Query; readonly sought: readonly SoughtPart[] } | null {
  const { terms, filters } = parseSearch(typed)
  const wanted = terms.filter(({ dash }) => dash === 'none').flatMap(({ text, open }) => seek(text, open) ?? [])
  const leftOut = terms.filter(({ dash }) => dash !== 'none').flatMap(({ text, open }) => seek(text, open) ?? [])
  if (filters.length > 0 || wanted.length === 0) return null
  const match = wanted.map((each) => each.match).join(' AND ')
  const isWords = ({ parts }: Sought) => phrasesOf(parts).length === 0
  const expression = [match, ...leftOut.filter(isWords).map((each) => each.match)]
    .map((each) => `(${each})`)
    .join(' NOT ')
  const phrases = wanted.flatMap(({ parts }) => phrasesOf(parts))
  const unsaid = leftOut.filter((each) => !isWords(each))
  const said = [...(phrases.length > 0 ? [phrases] : []), ...unsaid.map(({ parts }) => parts)].map((each) =>
    JSON.stringify(each),
  )
  const sql = `SELECT d.entity_id AS id, d.stream, d.room_id, r.name AS room, d.title, d.updated_at AS at, c.body
    FROM (SELECT entity_id, stream, room_id, title, updated_at FROM streams h JOIN component_doc ON stream = h.name
      WHERE h.home = ? AND archived = 0 ORDER BY updated_at DESC LIMIT ${looked}) d
    CROSS JOIN entities e ON e.name = d.entity_id AND e.stream = (SELECT id FROM streams WHERE name = d.stream)
    CROSS JOIN component_text c ON c.id = -e.id
    CROSS JOIN search_index s ON s.rowid = c.id
    LEFT JOIN rooms r ON r.id = d.room_id AND r.stream = d.stream
    WHERE search_index MATCH ?${phrases.length > 0 ? ' AND says(c.body, ?)' : ''}${unsaid.map(() => ' AND NOT says(c.body, ?)').join('')} ORDER BY d.updated_at DESC, d.entity_id LIMIT ${maxPageHits}`
  return { query: { sql, parameters: [home, expression, ...said] }, sought: wanted.flatMap(({ parts }) => parts) }
}
