import { messageOf, type Named, type Position, type SourceRecord } from '../../../schema/import/records.ts'
import { readTime } from '../../../schema/import/source-time.ts'
import { fieldsOf, itemsOf, readJson, textOf, type Fields } from '../files/json.ts'
import type { SourceFiles } from '../files/source-files.ts'
import { emojiOf, withEmoji } from './emoji.ts'
import { fileLine } from './files-in-text.ts'
import { baseOf, folderOf, inWordsOfFile, type Format } from './format.ts'
import { left } from './what-is-left.ts'

/**
 * Zulip's export of an organisation: realm.json (tables of people, channels, recipients, reactions), attachment.json, and
 * messages-000001.json, … . A message names a recipient, which is a channel, or the people of a direct message.
 */
export const zulip: Format = {
  name: 'zulip',
  title: 'a Zulip export',

  find(files) {
    const folders = files.paths.filter((path) => baseOf(path) === 'realm.json').map(folderOf)
    return Promise.resolve(folders.filter((folder) => files.paths.some((path) => isMessages(path, folder))))
  },

  async *read(files, bases) {
    for (const base of bases) yield* readExport(files, base)
  },
}

const isMessages = (path: string, folder: string): boolean =>
  folderOf(path) === folder && /^messages-\d+\.json$/.test(baseOf(path))

/** what is read, or holds nothing of a history */
const known: ReadonlySet<string> = new Set(['realm.json', 'attachment.json', 'stats.json', 'analytics.json'])

interface Realm {
  person(id: unknown): Named
  /** null: direct messages; undefined: the export does not know it */
  channel(recipient: string): Channel | null | undefined
  reactions(message: string): readonly Fields[]
  /** of a path of an upload */
  fileOf(path: string): { readonly name: string; readonly size: unknown } | undefined
}
interface Channel {
  readonly room: Named
  readonly isPrivate: boolean
}

async function* readExport(files: SourceFiles, base: string): AsyncGenerator<readonly SourceRecord[]> {
  const tables = await readJson(files, `${base}realm.json`)
  if (tables.type === 'Fault') {
    yield [tables.record]
    return
  }
  const uploads = files.paths.includes(`${base}attachment.json`)
    ? await readJson(files, `${base}attachment.json`)
    : null
  if (uploads?.type === 'Fault') yield [uploads.record]
  const realm = realmOf(fieldsOf(tables.value), uploads?.type === 'Json' ? fieldsOf(uploads.value) : {})
  yield realm.records

  for (const path of files.paths) {
    if (!path.startsWith(base)) continue
    if (!isMessages(path, base)) {
      const isUpload = path.slice(base.length).includes('/')
      if (!isUpload && !known.has(baseOf(path))) yield [{ type: 'Left', kind: inWordsOfFile(path) }]
      continue
    }
    const file = await readJson(files, path)
    if (file.type === 'Fault') yield [file.record]
    else {
      const messages = itemsOf(fieldsOf(file.value)['zerver_message'])
      yield file.damage
      yield messages.flatMap((message, i) => recordsOf(message, { file: path, line: i + 1 }, realm))
    }
  }
}

function realmOf(tables: Fields, uploads: Fields): Realm & { readonly records: SourceRecord[] } {
  const rows = (table: string): readonly Fields[] => itemsOf(tables[table]).map(fieldsOf)
  const people = new Map<string, string>()
  for (const table of ['zerver_userprofile_mirrordummy', 'zerver_userprofile_crossrealm', 'zerver_userprofile']) {
    for (const person of rows(table))
      people.set(textOf(person['id']), textOf(person['full_name']) || textOf(person['email']))
  }
  const records: SourceRecord[] = []
  const channels = new Map<string, Channel>()
  for (const stream of rows('zerver_stream')) {
    const room = { key: textOf(stream['id']), name: textOf(stream['name']) }
    const isPrivate = stream['invite_only'] !== false // what is not said to be public is not
    channels.set(room.key, { room, isPrivate })
    if (!isPrivate) records.push({ type: 'Room', room, topic: textOf(stream['description']) })
  }
  const recipients = new Map<string, Channel | null | undefined>()
  for (const recipient of rows('zerver_recipient')) {
    const isChannel = recipient['type'] === 2
    recipients.set(textOf(recipient['id']), isChannel ? channels.get(textOf(recipient['type_id'])) : null)
  }
  const reactions = new Map<string, Fields[]>()
  for (const reaction of rows('zerver_reaction')) {
    const message = textOf(reaction['message'])
    const present = reactions.get(message)
    if (present) present.push(reaction)
    else reactions.set(message, [reaction])
  }
  const sizes = new Map<string, { name: string; size: unknown }>()
  for (const file of itemsOf(uploads['zerver_attachment']).map(fieldsOf)) {
    sizes.set(textOf(file['path_id']), { name: textOf(file['file_name']), size: file['size'] })
  }
  return {
    records,
    person(id) {
      const key = textOf(id)
      return { key, name: people.get(key) || (key === '' ? '' : `Unknown sender ${key}`) }
    },
    channel: (recipient) => recipients.get(recipient),
    reactions: (message) => reactions.get(message) ?? [],
    fileOf: (path) => sizes.get(path),
  }
}

function recordsOf(value: unknown, at: Position, realm: Realm): readonly SourceRecord[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ type: 'Fault', at, fault: 'NotAnObject' }]
  }
  const message = value as Fields
  const channel = realm.channel(textOf(message['recipient']))
  if (channel === null) return [left('direct messages')]
  if (channel === undefined) return [left('messages to a recipient that realm.json does not know (it may be private)')]
  if (channel.isPrivate) return [left('messages of private channels')]
  const { room } = channel
  const id = textOf(message['id'])
  const topic = textOf(message['subject'])
  const { text, files } = withFiles(withEmoji(textOf(message['content'])), realm)
  const outcome = messageOf({
    id: message['id'],
    room,
    // topics that differ in case alone are one
    thread: topic === '' ? null : { key: topic.toLowerCase(), name: topic, root: null },
    sender: realm.person(message['sender']),
    time: message['date_sent'],
    text: typeof message['content'] === 'string' ? text : message['content'],
  })
  if (outcome.type === 'Fault') return [{ ...outcome, at }]
  const { original, changes, others } = editsOf(message, at, room.key, text, realm)
  const records: SourceRecord[] = [{ ...outcome, message: { ...outcome.message, text: original }, at }, ...changes]
  if (files > 0) records.push({ type: 'Told', kind: 'files named', count: files })
  if (others > 0) records.push(left('edits of a topic or a channel (a message stands where it stood last)', others))
  for (const reaction of realm.reactions(id)) records.push(reactionOf(reaction, at, room.key, id, realm))
  return records
}

interface Edits {
  /** what it said at first */
  readonly original: string
  readonly changes: readonly SourceRecord[]
  readonly others: number
}

/** The history of edits goes from the last one back; each says what the text was before it. */
function editsOf(message: Fields, at: Position, room: string, latest: string, realm: Realm): Edits {
  const target = textOf(message['id'])
  const changes: SourceRecord[] = []
  let text = latest
  let others = 0
  for (const edit of historyOf(message['edit_history'])) {
    const before = edit['prev_content']
    if (typeof before !== 'string') {
      others += 1
      continue
    }
    const time = readTime(edit['timestamp'])
    const person = textOf(edit['user_id']) === '' ? realm.person(message['sender']) : realm.person(edit['user_id'])
    const change = { kind: 'edit', room, target, person, value: text } as const
    changes.push({ type: 'Change', at, change: { ...change, time: time.type === 'Time' ? time : null } })
    text = withFiles(withEmoji(before), realm).text
  }
  return { original: text, changes: changes.toReversed(), others }
}

/** A list, or the JSON of one. */
function historyOf(value: unknown): readonly Fields[] {
  if (typeof value !== 'string') return itemsOf(value).map(fieldsOf)
  try {
    return itemsOf(JSON.parse(value)).map(fieldsOf)
  } catch {
    return []
  }
}

function reactionOf(reaction: Fields, at: Position, room: string, target: string, realm: Realm): SourceRecord {
  const name = textOf(reaction['emoji_name'])
  const code = textOf(reaction['emoji_code'])
  const isUnicode = reaction['reaction_type'] === undefined || reaction['reaction_type'] === 'unicode_emoji'
  const emoji =
    (isUnicode ? (ofCode(code) ?? emojiOf(name)) : null) ?? (name && `:${name}:`.slice(0, 64).toWellFormed())
  if (emoji === '') return left('reactions without a name')
  const person = realm.person(reaction['user_profile'])
  return { type: 'Change', at, change: { kind: 'reaction', room, target, person, time: null, value: emoji } }
}

/** `1f44d`, `1f1eb-1f1f7` */
function ofCode(code: string): string | null {
  if (!/^[0-9a-f]{4,6}(-[0-9a-f]{4,6}){0,7}$/i.test(code)) return null
  const points = code.split('-').map((part) => Number.parseInt(part, 16))
  return points.every((point) => point <= 0x10ffff && (point < 0xd800 || point > 0xdfff))
    ? String.fromCodePoint(...points)
    : null
}

/** A link to an upload leads nowhere outside of Zulip: it becomes the file's name and size. */
function withFiles(text: string, realm: Realm): { readonly text: string; readonly files: number } {
  if (!text.includes('/user_uploads/')) return { text, files: 0 }
  let files = 0
  const named = text.replace(
    /!?\[([^\]\n]*)\]\((?:https?:\/\/[^\s/)]+)?\/user_uploads\/([^\s)]+)\)/g,
    (_, label: string, path: string) => {
      files += 1
      const file = realm.fileOf(path)
      return fileLine(label || file?.name || path.slice(path.lastIndexOf('/') + 1), file?.size)
    },
  )
  return { text: named, files }
}
