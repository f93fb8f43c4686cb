import { authorOf, type EventOf } from '../events/event.ts'
import { isDeleted } from '../events/facts.ts'
import { conflictRows } from './conflicts.ts'
import { markMessage, touchTimeline, type Dirty, type Thing } from './dirty.ts'
import { latest, type Fact, type FactTable } from './fact.ts'
import { mentionsOf } from './mentions.ts'
import type { PinProjection } from './pin.ts'
import type { ReactionProjection } from './reaction.ts'
import { textProjection, type SearchIndex, type Written } from './search.ts'
import { snippetLength, snippetOf } from './snippet.ts'
import type { Sql } from './sql.ts'

/**
 * message.create is its own row and needs no fold: nothing can change what it says. Edits, deletes, reactions, pins and
 * threads are facts about it, before or after it comes; they are folded into its row at the end of the batch. An edit
 * always beats the first text; a delete stands until its author takes it back; a thread is the first that was opened on it.
 */
export function messageProjection(
  sql: Sql,
  facts: FactTable,
  index: SearchIndex,
  reactions: ReactionProjection,
  pins: PinProjection,
  nameOfMember: (stream: string, person: string) => string,
  dirty: () => Dirty,
) {
  const texts = textProjection(sql, 'message', index)
  const writeConflicts = conflictRows(sql)
  const insertItem = sql.prepare(
    `INSERT INTO timeline_items (id, timeline_id, order_key, entity_id, entity_kind, stream, author_id, author_name, author_given,
       snippet, full_content_cached, created_at, reply_to) VALUES (?1, ?2, ?3, ?1, 'message', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
     ON CONFLICT (stream, id) DO NOTHING`,
  )
  const insertEntity = sql.prepare(
    "INSERT INTO entities (id, kind, stream, created_at) VALUES (?, 'message', ?, ?) ON CONFLICT DO NOTHING",
  )
  const insertAuthor = sql.prepare(
    'INSERT INTO component_author (stream, entity_id, author_id, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const insertMention = sql.prepare(
    'INSERT INTO mentions (stream, message_id, name, timeline_id, order_key) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const removeMentions = sql.prepare('DELETE FROM mentions WHERE stream = ? AND message_id = ?')
  const hasFacts = sql.prepare('SELECT 1 FROM facts WHERE stream = ? AND entity_id = ? LIMIT 1')
  const item = sql.prepare(
    'SELECT timeline_id, order_key, created_at, deleted, author_id FROM timeline_items WHERE stream = ? AND id = ?',
  )
  const createdText = sql.prepare("SELECT payload ->> 'text' FROM events WHERE stream = ? AND event_id = ?")
  const updateText = sql.prepare(
    'UPDATE timeline_items SET snippet = ?, full_content_cached = ?, edited_at = ?, deleted = ? WHERE stream = ? AND id = ?',
  )
  const threadOf = sql.prepare(
    `SELECT r.id FROM facts f JOIN rooms r ON r.stream = f.stream AND r.id = f.value AND r.parent_message = f.entity_id
     WHERE f.stream = ? AND f.entity_id = ? AND f.field = 'message.thread' ORDER BY f.clock, f.event_id LIMIT 1`,
  )
  const updateThread = sql.prepare(
    `UPDATE timeline_items SET thread_id = ?3,
       reply_count = coalesce((SELECT message_count FROM timelines WHERE stream = ?1 AND id = ?3), 0),
       last_reply_at = (SELECT last_message_at FROM timelines WHERE stream = ?1 AND id = ?3) WHERE stream = ?1 AND id = ?2`,
  )
  const removeRows = [
    'timeline_items WHERE stream = ? AND id = ?',
    "entities WHERE stream = ? AND id = ? AND kind = 'message'",
    'component_author WHERE stream = ? AND entity_id = ?',
  ].map((place) => sql.prepare(`DELETE FROM ${place}`))

  function create(event: EventOf<'message.create'>): void {
    const { id, stream, at, payload } = event
    const { text } = payload
    const room = event.room!
    const clock = BigInt(event.clock)
    const authorId = authorOf(event)
    const name = payload.author?.name ?? nameOfMember(stream, authorId)
    const whole = text.length <= snippetLength ? 1 : 0
    const given = payload.author ? 1 : 0
    const snippet = snippetOf(text)
    const replyTo = payload.replyTo ?? null
    if (insertItem.run(id, room, clock, stream, authorId, name, given, snippet, whole, at, replyTo) === 0) return
    insertEntity.run(id, stream, at)
    insertAuthor.run(stream, id, authorId, at)
    texts.insert(stream, id, text, { at, author: authorId })
    for (const mentioned of mentionsOf(text)) insertMention.run(stream, id, mentioned, room, clock)
    const timeline = touchTimeline(dirty(), stream, room)
    timeline.added += 1
    timeline.lastAt = Math.max(timeline.lastAt, at)
    if (hasFacts.rows(stream, id).length > 0) {
      for (const field of facts.fieldsOf(stream, id)) markMessage(dirty(), stream, id, field)
    }
  }

  /** Takes a message that the server never had out again; facts about it stay and wait, as if it had not come yet. */
  function remove(event: EventOf<'message.create'>): void {
    const { id, stream } = event
    texts.remove(stream, id)
    removeMentions.run(stream, id)
    reactions.removeAll(stream, id)
    pins.removeAll(stream, id)
    writeConflicts(stream, id, 'message.text', [])
    for (const statement of removeRows) statement.run(stream, id)
    touchTimeline(dirty(), stream, event.room!).recount = true
  }

  /** Folds the fields that have new facts; a message that has not come yet has no row to fold into. */
  function fold({ stream, id, fields }: Thing & { readonly fields: ReadonlySet<string> }): void {
    const row = item.rows(stream, id)[0]
    if (!row) return
    const [timeline, orderKey, at, wasDeleted, author] = row as [string, number | bigint, number, number, string]
    const own = facts.ofEntity(stream, id)
    const deleted = isDeleted(own)
    if (deleted !== (wasDeleted === 1)) touchTimeline(dirty(), stream, timeline).recount = true
    if (fields.has('message.text') || fields.has('message.deleted')) {
      foldText(stream, id, timeline, orderKey, { at, author }, own, deleted)
    }
    if (fields.has('message.thread')) {
      updateThread.run(stream, id, (threadOf.rows(stream, id)[0]?.[0] as string) ?? null)
    }
    reactions.fold(stream, id, own, fields, deleted)
    pins.fold(stream, id, timeline, own, fields, deleted)
  }

  function foldText(
    stream: string,
    id: string,
    timeline: string,
    orderKey: number | bigint,
    written: Written,
    own: readonly Fact[],
    deleted: boolean,
  ): void {
    const edit = latest(own, 'message.text')
    const text = deleted ? null : (edit?.value ?? (createdText.rows(stream, id)[0]![0] as string))
    const whole = text === null || text.length <= snippetLength ? 1 : 0
    updateText.run(text === null ? '' : snippetOf(text), whole, edit?.at ?? null, deleted ? 1 : 0, stream, id)
    if (text === null) texts.remove(stream, id)
    else texts.replace(stream, id, text, { ...written, updatedAt: edit?.at ?? written.at })
    removeMentions.run(stream, id)
    if (text !== null) {
      for (const name of mentionsOf(text)) insertMention.run(stream, id, name, timeline, orderKey)
    }
    writeConflicts(stream, id, 'message.text', deleted ? [] : own)
  }

  return { create, remove, fold }
}
