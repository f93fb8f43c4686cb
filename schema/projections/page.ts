import * as Y from 'yjs'
import { authorOf, type EventOf } from '../events/event.ts'
import { readPageCreate } from '../events/facts.ts'
import { fromBase64 } from '../pages/base64.ts'
import { mergedDoc, textOf, writtenIn } from '../pages/page-doc.ts'
import { conflictRows } from './conflicts.ts'
import { touchPage, type Dirty, type Thing } from './dirty.ts'
import { first, latest, type FactTable } from './fact.ts'
import { pageParts, type WholeUpdate } from './page-parts.ts'
import { pageSpans } from './page-spans.ts'
import { pageWrites } from './page-writes.ts'
import type { Names } from './names.ts'
import { pageKey, textTable, type SearchIndex } from './search.ts'
import type { LogReader } from './log-reader.ts'
import type { Sql } from './sql.ts'

/** `archived` of a page: it was deleted, and can be restored; or for good */
export const pageStates = { archived: 1, erased: 2 } as const
const nothingWritten = { doc: null, writtenAt: 0 }

/**
 * page.create, page.rename, page.archive, page.erase, page.update → component_doc, page_updates, page_writes, page_spans, and
 * the page's words in the full-text index. Updates merge by Yjs, whose merge does not depend on order or repetition; those that come
 * before their page wait in page_updates.
 *
 * That holds while every editor's number is one editor's. Where two updates say something of the same piece (somebody took
 * the number of another), all of them are merged anew in the order of their clocks: so every device shows the same.
 */
export function pageProjection(
  sql: Sql,
  log: LogReader,
  names: Names,
  facts: FactTable,
  index: SearchIndex,
  dirty: () => Dirty,
) {
  const texts = textTable(sql, index)
  const writes = pageWrites(sql)
  const spans = pageSpans(sql)
  const parts = pageParts(sql, { take: takeWhole, forget: forgetWhole })
  const writeConflicts = conflictRows(sql, log)
  const present = sql.prepare('SELECT state, written_at FROM component_doc WHERE stream = ? AND entity_id = ?')
  const insertUpdate = sql.prepare(
    `INSERT INTO page_updates (stream, page_id, event_id, actor_id, clock, at, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (event_id, stream) DO NOTHING`,
  )
  const removeUpdate = sql.prepare('DELETE FROM page_updates WHERE stream = ? AND event_id = ?')
  const everyUpdate = sql.prepare(
    'SELECT bytes, at FROM page_updates WHERE stream = ? AND page_id = ? ORDER BY clock, event_id',
  )
  const upsert = sql.prepare(
    `INSERT INTO component_doc (entity_id, stream, room_id, title, author_id, archived, state, created_at, updated_at, written_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (stream, entity_id) DO UPDATE SET room_id = excluded.room_id, title = excluded.title,
       author_id = excluded.author_id, archived = excluded.archived, state = excluded.state,
       created_at = excluded.created_at, updated_at = excluded.updated_at, written_at = excluded.written_at`,
  )
  const removeDoc = sql.prepare('DELETE FROM component_doc WHERE stream = ? AND entity_id = ?')

  /** Throws on bytes that are no Yjs update, while the batch can still refuse the one event. */
  function take(event: EventOf<'page.update'>): void {
    const { id, stream, clock, at, payload } = event
    const page = event.entity!
    if (payload.part) return parts.add(event)
    takeWhole({ id, stream, page, author: authorOf(event), clock: BigInt(clock), at, body: payload.update })
  }
  function takeWhole({ id, stream, page, author, clock, at, body }: WholeUpdate): void {
    const bytes = fromBase64(body)
    const written = writtenIn(bytes)
    if (insertUpdate.run(stream, page, id, author, clock, at, bytes) === 0) return
    const touched = touchPage(dirty(), stream, page)
    touched.updates.push(bytes)
    touched.updatedAt = Math.max(touched.updatedAt, at)
    writes.add({ id, stream, page, author, clock, at }, written)
  }
  /** A merged update cannot be taken out: the document is built again from the others. */
  function forget(event: EventOf<'page.update'>): void {
    if (event.payload.part) parts.takeBack(event)
    else forgetWhole(event.stream, event.entity!, event.id)
  }
  function forgetWhole(stream: string, page: string, id: string): void {
    if (removeUpdate.run(stream, id) === 0) return
    writes.takeBack(stream, page, id)
    touchPage(dirty(), stream, page).rebuild = true
  }

  function fold({ stream, id }: Thing): void {
    // the id may name a message or a room as well
    const own = facts.ofEntity(stream, id).filter(({ field }) => field.startsWith('page.') && field !== 'page.comment')
    const create = first(own, 'page.create')
    if (!create) return remove(stream, id)
    const [room, author] = readPageCreate(create.value!)
    const erased = first(own, 'page.erased') !== undefined
    const { doc, writtenAt } = erased ? nothingWritten : content(stream, id)
    const title = erased ? '' : latest(own, 'page.title')!.value!
    const archived = erased ? pageStates.erased : Number(latest(own, 'page.archived')?.value ?? 0)
    const updatedAt = own.reduce((latestAt, fact) => Math.max(latestAt, fact.at), writtenAt)
    const state = doc && Y.encodeStateAsUpdate(doc)
    upsert.run(id, stream, room, title, author, archived, state, create.at, updatedAt, writtenAt)
    writeConflicts(stream, id, 'page.title', erased ? [] : own, create.eventId)
    const text = archived > 0 ? null : [title, doc ? textOf(doc) : ''].filter(Boolean).join('\n')
    writeText(stream, id, text)
    spans.replace(stream, id, doc)
  }

  function remove(stream: string, id: string): void {
    removeDoc.run(stream, id)
    writeConflicts(stream, id, 'page.title', [])
    writeText(stream, id, null)
    spans.replace(stream, id, null)
  }

  function writeText(stream: string, id: string, text: string | null): void {
    const tagged = text === null ? null : { text, author: null }
    texts.replace(pageKey(names.entity(stream, id)), tagged, text)
  }

  /** What was written, and when last. What is there already is merged with what came, unless that is too simple. */
  function content(stream: string, id: string): { doc: Y.Doc | null; writtenAt: number } {
    const touched = touchPage(dirty(), stream, id)
    const row = present.rows(stream, id)[0] as [Uint8Array | null, number] | undefined
    if (row && !touched.rebuild && !writes.overlap(stream, id)) {
      const [before, writtenAt] = row
      const updates = before ? [before, ...touched.updates] : touched.updates
      return { doc: updates.length > 0 ? mergedDoc(updates) : null, writtenAt: Math.max(writtenAt, touched.updatedAt) }
    }
    const all = everyUpdate.rows(stream, id) as [Uint8Array, number][]
    if (all.length === 0) return { doc: null, writtenAt: 0 }
    return {
      doc: mergedDoc(all.map(([bytes]) => bytes)),
      writtenAt: all.reduce((latestAt, [, at]) => Math.max(latestAt, at), 0),
    }
  }
  return { take, forget, fold }
}
