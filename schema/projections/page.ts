import * as Y from 'yjs'
import type { EventOf } from '../events/event.ts'
import { conflictRows } from './conflicts.ts'
import { touchPage, type Dirty, type Thing } from './dirty.ts'
import { first, latest, type Fact, type FactTable } from './fact.ts'
import { textProjection, type SearchIndex } from './search.ts'
import type { Sql } from './sql.ts'

/** The root of a page's Yjs document: an XmlFragment, as collaborative rich-text editors keep it. */
export const pageRoot = 'default'

/**
 * page.create, page.rename, page.update → component_doc, entities, and the page's words in the full-text index.
 * Updates merge by Yjs, whose merge does not depend on order or repetition; those that come before their page wait.
 */
export function pageProjection(sql: Sql, facts: FactTable, index: SearchIndex, dirty: () => Dirty) {
  const texts = textProjection(sql, 'page', index)
  const writeConflicts = conflictRows(sql)
  const present = sql.prepare('SELECT state FROM component_doc WHERE stream = ? AND entity_id = ?')
  const update = sql.prepare("SELECT payload ->> 'update' FROM events WHERE stream = ? AND event_id = ?")
  const upsert = sql.prepare(
    `INSERT INTO component_doc (entity_id, stream, room_id, title, state, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (stream, entity_id) DO UPDATE SET room_id = excluded.room_id, title = excluded.title, state = excluded.state, created_at = excluded.created_at, updated_at = excluded.updated_at`,
  )
  const upsertEntity = sql.prepare(
    `INSERT INTO entities (id, kind, stream, created_at) VALUES (?, 'page', ?, ?)
     ON CONFLICT (stream, id, kind) DO UPDATE SET created_at = excluded.created_at`,
  )
  const removeDoc = sql.prepare('DELETE FROM component_doc WHERE stream = ? AND entity_id = ?')
  const removeEntity = sql.prepare("DELETE FROM entities WHERE stream = ? AND id = ? AND kind = 'page'")

  /** Throws on bytes that are no Yjs update, while the batch can still refuse the one event. */
  function take(event: EventOf<'page.update'>): void {
    const bytes = fromBase64(event.payload.update)
    Y.applyUpdate(new Y.Doc(), bytes)
    touchPage(dirty(), event.stream, event.entity!).updates.push(bytes)
  }
  /** A merged update cannot be taken out: the document is built again from the others. */
  function forget(event: EventOf<'page.update'>): void {
    touchPage(dirty(), event.stream, event.entity!).rebuild = true
  }

  function fold({ stream, id }: Thing): void {
    // the id may name a message or a room as well
    const own = facts.ofEntity(stream, id).filter(({ field }) => field.startsWith('page.'))
    const create = first(own, 'page.create')
    if (!create) {
      removeDoc.run(stream, id)
      removeEntity.run(stream, id)
      writeConflicts(stream, id, 'page.title', [])
      texts.replace(stream, id, null, 0)
      return
    }
    const state = mergedState(stream, id, own)
    const title = latest(own, 'page.title')!.value!
    const updatedAt = own.reduce((latestAt, fact) => Math.max(latestAt, fact.at), create.at)
    upsert.run(id, stream, create.value, title, state, create.at, updatedAt)
    upsertEntity.run(id, stream, create.at)
    writeConflicts(stream, id, 'page.title', own, create.eventId)
    texts.replace(stream, id, [title, state ? textOf(state) : ''].filter(Boolean).join('\n'), updatedAt)
  }

  function mergedState(stream: string, id: string, own: readonly Fact[]): Uint8Array | null {
    const touched = touchPage(dirty(), stream, id)
    const row = present.rows(stream, id)[0]
    const incremental = row && !touched.rebuild
    const fresh = incremental
      ? touched.updates
      : own
          .filter((fact) => fact.field === 'page.update')
          .map((fact) => fromBase64(update.rows(stream, fact.eventId)[0]![0] as string))
    const before = incremental ? (row[0] as Uint8Array | null) : null
    if (fresh.length === 0) return before
    const doc = new Y.Doc()
    for (const bytes of before ? [before, ...fresh] : fresh) Y.applyUpdate(doc, bytes)
    return Y.encodeStateAsUpdate(doc)
  }
  return { take, forget, fold }
}

/** The words of a page, a line per block. */
export function textOf(state: Uint8Array): string {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, state)
  const lines: string[] = []
  for (const child of doc.getXmlFragment(pageRoot).toArray()) collectText(child, lines)
  return lines.join('\n')
}

function collectText(node: unknown, lines: string[]): void {
  if (node instanceof Y.XmlText) {
    const delta = node.toDelta() as { insert: unknown }[]
    lines.push(delta.map(({ insert }) => (typeof insert === 'string' ? insert : ' ')).join(''))
  } else if (node instanceof Y.XmlElement) for (const child of node.toArray()) collectText(child, lines)
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
