import { authorOf, type EventOf } from '../events/event.ts'
import { deletedOf, deletedStates, type Deleted } from '../events/facts.ts'
import { fileNames, readFiles, writeFiles } from '../files/named-files.ts'
import { conflictRows } from './conflicts.ts'
import { markMessage, touchTimeline, type Dirty, type Thing } from './dirty.ts'
import { latest, type Fact, type FactTable } from './fact.ts'
import type { LogReader } from './log-reader.ts'
import { mentionsOf } from './mentions.ts'
import type { Names } from './names.ts'
import type { PinProjection } from './pin.ts'
import type { ReactionProjection } from './reaction.ts'
import { messageKeys } from './message-keys.ts'
import { textTable, type SearchIndex } from './search.ts'
import { restOf, snippetOf } from './snippet.ts'
import type { Sql } from './sql.ts'

/**
 * message.create is its own row and needs no fold: nothing can change what it says. Edits, deletes, reactions, pins and
 * threads are facts about it, before or after it comes; they are folded into its row at the end of the batch. An edit
 * always beats the first text; a delete stands until its author takes it back, and an erasure for ever; a thread is the first that was opened on it.
 */
export function messageProjection(
  sql: Sql,
  names: Names,
  facts: FactTable,
  index: SearchIndex,
  reactions: ReactionProjection,
  pins: PinProjection,
  nameOfMember: (stream: string, person: string) => string,
  log: LogReader,
  dirty: () => Dirty,
) {
  const texts = textTable(sql, index)
  const keys = messageKeys(sql)
  const writeConflicts = conflictRows(sql, log)
  const insertItem = sql.prepare(
    `INSERT INTO timeline_items (key, id, stream, timeline_id, order_key, author_id, author_name, author_given, snippet,
       full_content_cached, created_at, reply_to, files, file_names) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id, stream) DO NOTHING`,
  )
  const insertMention = sql.prepare(
    'INSERT INTO mentions (timeline_id, order_key, message_id, name) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const removeMentions = sql.prepare('DELETE FROM mentions WHERE timeline_id = ? AND order_key = ? AND message_id = ?')
  const item = sql.prepare(
    `SELECT t.key, t.timeline_id, t.order_key, t.deleted, a.author_id, t.files FROM timeline_items t
     JOIN component_author a ON a.id = t.author_id WHERE t.id = ? AND t.stream = ?`,
  )
  const updateText = sql.prepare(
    'UPDATE timeline_items SET snippet = ?, full_content_cached = ?, edited_at = ?, deleted = ?, files = ?, file_names = ? WHERE key = ?',
  )
  const threadOf = sql.prepare(
    `SELECT r.id, r.timeline FROM facts f JOIN rooms r ON r.id = f.value AND r.stream = ?1 AND r.parent_message = ?2
     WHERE f.entity_id = ?3 AND f.field = 'message.thread' ORDER BY f.clock, f.event_id LIMIT 1`,
  )
  const updateThread = sql.prepare(
    `UPDATE timeline_items SET thread_id = ?2,
       reply_count = coalesce((SELECT message_count FROM timelines WHERE id = ?3), 0),
       last_reply_at = (SELECT last_message_at FROM timelines WHERE id = ?3) WHERE key = ?1`,
  )
  const removeItem = sql.prepare('DELETE FROM timeline_items WHERE key = ?')

  function create(event: EventOf<'message.create'>): void {
    const { id, stream, at, payload } = event
    const { text, files = [] } = payload
    const clock = BigInt(event.clock)
    const person = authorOf(event)
    const within = names.stream(stream)
    const timeline = names.entity(stream, event.room!)
    const name = payload.author?.name ?? nameOfMember(stream, person)
    const given = payload.author ? 1 : 0
    const snippet = snippetOf(text)
    const rest = restOf(text)
    const whole = rest === null ? 1 : 0
    const replyTo = payload.replyTo ?? null
    const author = names.author(person)
    const key = keys.next(at)
    const [named, found] = [writeFiles(files), fileNames(files)]
    const said = [snippet, whole, at, replyTo, named, found] as const
    const inserted = insertItem.run(key, id, within, timeline, clock, author, name, given, ...said)
    if (inserted === 0) return // it was there
    texts.insert(key, { text, author: person, files }, rest)
    for (const mentioned of mentionsOf(text)) insertMention.run(timeline, clock, key, mentioned)
    const touched = touchTimeline(dirty(), within, timeline)
    touched.added += 1
    touched.lastAt = Math.max(touched.lastAt, at)
    for (const field of facts.fieldsOf(stream, id)) markMessage(dirty(), stream, id, field)
  }

  /** Takes a message that the server never had out again; facts about it stay and wait, as if it had not come yet. */
  function remove(event: EventOf<'message.create'>): void {
    const { id, stream } = event
    const row = rowOf(stream, id)
    if (!row) return
    const { key, timeline, orderKey } = row
    texts.replace(key, null, null)
    removeMentions.run(timeline, orderKey, key)
    reactions.removeAll(key)
    pins.removeAll(key)
    writeConflicts(stream, id, 'message.text', [])
    removeItem.run(key)
    touchTimeline(dirty(), names.stream(stream), timeline).recount = true
  }

  /** Folds the fields that have new facts; a message that has not come yet has no row to fold into. */
  function fold({ stream, id, fields }: Thing & { readonly fields: ReadonlySet<string> }): void {
    const row = rowOf(stream, id)
    if (!row) return
    const own = facts.ofEntity(stream, id)
    const deletedIs = deletedOf(own)
    const deleted = deletedIs !== deletedStates.no
    const deletion = fields.has('message.deleted') || fields.has('message.erased')
    if (deletedIs !== row.deleted) touchTimeline(dirty(), names.stream(stream), row.timeline).recount = true
    if (fields.has('message.text') || deletion) foldText(stream, id, row, own, deletedIs, deletion)
    if (fields.has('message.thread')) {
      const [thread = null, timeline = null] = threadOf.rows(stream, id, names.entity(stream, id))[0] ?? []
      updateThread.run(row.key, thread, timeline)
    }
    reactions.fold(row.key, own, fields, deleted, deletion)
    pins.fold(row.key, own, fields, deleted, deletion)
  }

  function foldText(
    stream: string,
    id: string,
    row: ItemRow,
    own: readonly Fact[],
    deleted: Deleted,
    deletion: boolean,
  ): void {
    const { key, timeline, orderKey, author } = row
    const edit = latest(own, 'message.text')
    const text = deleted !== deletedStates.no ? null : (edit?.value ?? log.firstText(stream, id))
    // an edit leaves them as they are: the log is asked only where they were away
    const files = text === null ? [] : deletion ? log.filesOf(stream, id) : readFiles(row.files)
    const rest = text === null ? null : restOf(text)
    const snippet = text === null ? '' : snippetOf(text)
    const whole = rest === null ? 1 : 0
    updateText.run(snippet, whole, edit?.at ?? null, deleted, writeFiles(files), fileNames(files), key)
    texts.replace(key, text === null ? null : { text, author, files }, rest)
    removeMentions.run(timeline, orderKey, key)
    if (text !== null) for (const name of mentionsOf(text)) insertMention.run(timeline, orderKey, key, name)
    writeConflicts(stream, id, 'message.text', text === null ? [] : own)
  }

  function rowOf(stream: string, id: string): ItemRow | null {
    const row = item.rows(id, names.stream(stream))[0]
    if (!row) return null
    const [key, timeline, orderKey, deleted, author, files] = row as StoredItem
    return { key, timeline, orderKey, deleted, author, files }
  }

  return { create, remove, fold }
}

interface ItemRow {
  readonly key: number
  readonly timeline: number
  readonly orderKey: number | bigint
  readonly deleted: Deleted
  readonly author: string
  readonly files: string | null
}
type StoredItem = [number, number, number | bigint, Deleted, string, string | null]
