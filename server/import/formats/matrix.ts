import { messageOf, type Named, type Position, type SourceRecord } from '../../../schema/import/records.ts'
import { readTime } from '../../../schema/import/source-time.ts'
import { fieldsOf, itemsOf, textOf, type Fields } from '../files/json.ts'
import { findDocuments, readDocuments } from './documents.ts'
import { withEmoji } from './emoji.ts'
import { fileLine, withLines } from './files-in-text.ts'
import type { Format, ReadOptions } from './format.ts'
import { left } from './what-is-left.ts'

/**
 * Element's JSON export of one Matrix room: its name, its topic, and its events as they are in the room. What is said of a
 * message later is an event that relates to it: an edit (`m.replace`), a reaction (`m.annotation`), a redaction; a message
 * in a thread relates to the message that the thread hangs on.
 */
export const matrix: Format = {
  name: 'matrix',
  title: "Element's export of a Matrix room",
  find: (files) =>
    findDocuments(files, (keys) => keys.includes('messages') && keys.some((key) => elementKeys.has(key))),
  read: (files, paths, options) =>
    readDocuments(files, paths, (document, file) => recordsOfRoom(document, file, options, paths.length)),
}
const elementKeys: ReadonlySet<string> = new Set(['room_name', 'room_creator', 'exported_by'])

interface Room {
  readonly room: Named
  person(id: string): Named
}

function recordsOfRoom(document: Fields, file: string, { takePrivate }: ReadOptions, documents: number) {
  const events = itemsOf(document['messages'])
  const state = (type: string): Fields =>
    fieldsOf(
      events.map(fieldsOf).findLast((event) => event['type'] === type && event['state_key'] !== undefined)?.['content'],
    )
  const isPublic = textOf(state('m.room.join_rules')['join_rule']) === 'public'
  if (!isPublic && !(takePrivate && documents === 1)) {
    return [
      left(
        'events of a room that the export does not call public (alone, and with --invite-only, it can be imported)',
        events.length,
      ),
    ]
  }
  const names = new Map<string, string>()
  for (const event of events.map(fieldsOf)) {
    if (event['type'] !== 'm.room.member') continue
    const name = textOf(fieldsOf(event['content'])['displayname'])
    if (name !== '') names.set(textOf(event['state_key']), name)
  }
  const name = textOf(document['room_name'])
  const key = textOf(events.map(fieldsOf).find((event) => textOf(event['room_id']) !== '')?.['room_id']) || name
  const room: Room = {
    room: { key, name },
    person: (id) => ({ key: id, name: names.get(id) ?? (/^@([^:]+):/.exec(id)?.[1] || id) }),
  }
  /** reactions that were taken back */
  const redacted = new Set(events.map(fieldsOf).map(redactionOf))
  const records: SourceRecord[] = [{ type: 'Room', room: room.room, topic: textOf(document['topic']) }]
  for (const target of itemsOf(state('m.room.pinned_events')['pinned']).map(textOf)) {
    const change = { kind: 'pin', room: key, target, person: null, time: null, value: '' } as const
    records.push({ type: 'Change', at: { file, line: 0 }, change })
  }
  for (const [i, event] of events.entries()) {
    for (const record of recordsOf(event, { file, line: i + 1 }, room, redacted)) records.push(record)
  }
  return records
}

const redactionOf = (event: Fields): string =>
  event['type'] === 'm.room.redaction' ? textOf(event['redacts']) || textOf(fieldsOf(event['content'])['redacts']) : ''

/** What says who is there and how the room is: its newest state is taken, where an import has a place for it. */
const stateKinds = /^m\.(room|space)\.|^(org|im|io)\./

function recordsOf(value: unknown, at: Position, room: Room, redacted: ReadonlySet<string>): readonly SourceRecord[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ type: 'Fault', at, fault: 'NotAnObject' }]
  }
  const event = value as Fields
  const type = textOf(event['type'])
  const content = fieldsOf(event['content'])
  const relation = fieldsOf(content['m.relates_to'])
  const isRedacted = fieldsOf(event['unsigned'])['redacted_because'] !== undefined
  const by = room.person(textOf(event['sender']))
  const when = readTime(event['origin_server_ts'])
  const change = { room: room.room.key, person: by, time: when.type === 'Time' ? when : null }
  switch (type) {
    case 'm.room.message':
    case 'm.sticker':
      if (textOf(relation['rel_type']) !== 'm.replace') return messageRecords(event, at, room, isRedacted, redacted)
      if (isRedacted || redacted.has(textOf(event['event_id']))) return [left('edits that were taken back')]
      return [editRecord(event, at, room)]
    case 'm.reaction': {
      if (isRedacted || redacted.has(textOf(event['event_id']))) return [left('reactions that were taken back')]
      const emoji = textOf(relation['key']).slice(0, 64).toWellFormed()
      if (emoji.trim() === '') return [left('reactions without a name')]
      return [
        {
          type: 'Change',
          at,
          change: { ...change, kind: 'reaction', target: textOf(relation['event_id']), value: emoji },
        },
      ]
    }
    case 'm.room.redaction':
      return [{ type: 'Change', at, change: { ...change, kind: 'delete', target: redactionOf(event), value: '' } }]
    case 'm.room.encrypted':
      return [
        left(
          isRedacted ? 'encrypted messages that were deleted' : 'encrypted messages that the exporter could not read',
        ),
      ]
    default:
      return [
        left(
          event['state_key'] !== undefined || stateKinds.test(type)
            ? `changes of the room (${type})`
            : `events of the type “${type}”`,
        ),
      ]
  }
}

function messageRecords(
  event: Fields,
  at: Position,
  room: Room,
  isRedacted: boolean,
  redacted: ReadonlySet<string>,
): readonly SourceRecord[] {
  const content = fieldsOf(event['content'])
  const relation = fieldsOf(content['m.relates_to'])
  const id = textOf(event['event_id'])
  const kind = textOf(content['msgtype'])
  if (kind === 'm.bad.encrypted') return [left('encrypted messages that the exporter could not read')]
  const isThread = textOf(relation['rel_type']) === 'm.thread'
  const root = textOf(relation['event_id'])
  const answered = textOf(fieldsOf(relation['m.in_reply_to'])['event_id'])
  const { text, isFile } = bodyOf(event, content, answered !== '')
  const sender = room.person(textOf(event['sender']))
  const outcome = messageOf({
    id: event['event_id'] ?? null,
    room: room.room,
    thread: isThread && root !== '' && root !== id ? { key: root, name: '', root } : null,
    sender,
    time: event['origin_server_ts'],
    text: isRedacted ? '' : text,
    // in a thread it names the last message, for clients that know no threads
    replyTo: answered === '' || (isThread && relation['is_falling_back'] === true) ? null : answered,
  })
  if (outcome.type === 'Fault') return [{ ...outcome, at }]
  if (text === '' && !isRedacted) return [left(`messages without a text${kind ? ` (${kind})` : ''}`)]
  const records: SourceRecord[] = [{ ...outcome, at }]
  if (isFile && !isRedacted) records.push({ type: 'Told', kind: 'files named' })
  // one that is told by an event of its own need not be told twice
  if (isRedacted && !redacted.has(id)) {
    const because = fieldsOf(fieldsOf(event['unsigned'])['redacted_because'])
    const time = readTime(because['origin_server_ts'])
    const person = room.person(textOf(because['sender']) || textOf(event['sender']))
    const change = { kind: 'delete', room: room.room.key, target: id, person, value: '' } as const
    records.push({ type: 'Change', at, change: { ...change, time: time.type === 'Time' ? time : null } })
  }
  const edit = fieldsOf(fieldsOf(fieldsOf(event['unsigned'])['m.relations'])['m.replace'])
  if (Object.keys(fieldsOf(edit['content'])).length > 0 && !isRedacted) records.push(editRecord(edit, at, room, id))
  return records
}

function editRecord(event: Fields, at: Position, room: Room, of = ''): SourceRecord {
  const content = fieldsOf(event['content'])
  const time = readTime(event['origin_server_ts'])
  const { text } = bodyOf(event, fieldsOf(content['m.new_content']), false)
  if (text === '') return left('edits without a text')
  const target = of || textOf(fieldsOf(content['m.relates_to'])['event_id'])
  const person = room.person(textOf(event['sender']))
  const change = { kind: 'edit', room: room.room.key, target, person, value: text } as const
  return { type: 'Change', at, change: { ...change, time: time.type === 'Time' ? time : null } }
}

function bodyOf(event: Fields, content: Fields, isReply: boolean): { readonly text: string; readonly isFile: boolean } {
  const kind = textOf(content['msgtype'])
  const body = textOf(content['body'])
  if (event['type'] === 'm.sticker') return { text: body ? fileLine(`sticker ${body}`, null) : '', isFile: true }
  const said = withEmoji(isReply ? withoutQuote(body) : body)
  switch (kind) {
    case 'm.image':
    case 'm.file':
    case 'm.video':
    case 'm.audio': {
      const name = textOf(content['filename'])
      const line = fileLine(name || body, fieldsOf(content['info'])['size'])
      // with a name of its own, the body is what was written beside it
      return { text: name !== '' && name !== body ? withLines(said, [line]) : line, isFile: true }
    }
    case 'm.emote':
      return { text: said && `*${said}*`, isFile: false }
    case 'm.location':
      return { text: [said, textOf(content['geo_uri'])].filter(Boolean).join(' '), isFile: false }
    default:
      return { text: said, isFile: false }
  }
}

/** An answer begins with what it answers, as a quotation, for clients that know no answers. */
function withoutQuote(body: string): string {
  return body.startsWith('> <@') || body.startsWith('> * <@') ? body.replace(/^(?:>.*\n)+\n?/, '') : body
}
