import { messageOf, type Named, type Position, type SourceRecord } from '../../../schema/import/records.ts'
import { readTime } from '../../../schema/import/source-time.ts'
import { fieldsOf, itemsOf, readJson, textOf, type Fields } from '../files/json.ts'
import type { SourceFiles } from '../files/source-files.ts'
import { emojiOf } from './emoji.ts'
import { fileLine, withLines } from './files-in-text.ts'
import { baseOf, folderOf, inWordsOfFile, type Format } from './format.ts'
import { attachmentsOf, slackText, type SlackNames } from './slack-text.ts'
import { left, lookAtKind, type MessageKinds } from './what-is-left.ts'

/**
 * Slack's export: users.json, channels.json (public ones), groups.json, mpims.json and dms.json (private ones), and a
 * folder for each with a file a day, a list of messages.
 *
 * Only what channels.json names is public. Anything else is left out and counted.
 */
export const slack: Format = {
  name: 'slack',
  title: 'a Slack export',

  async find(files) {
    const folders = new Set<string>()
    for (const path of files.paths) {
      if (lists.has(baseOf(path)) && baseOf(path) !== 'users.json') folders.add(folderOf(path))
    }
    for (const path of files.paths) {
      const base = folderOf(folderOf(path).slice(0, -1))
      if (isDay(path) && !folders.has(base) && folderOf(path) !== '' && (await holdsSlack(files, path)))
        folders.add(base)
    }
    return [...folders].filter((base) => files.paths.some((path) => isDay(path) && path.startsWith(base)))
  },

  async *read(files, bases) {
    for (const base of bases) yield* readExport(files, base)
  },
}

const lists: ReadonlySet<string> = new Set(['users.json', 'channels.json', 'groups.json', 'mpims.json', 'dms.json'])
const isDay = (path: string): boolean => /^\d{4}-\d\d-\d\d\.json$/.test(baseOf(path))

async function holdsSlack(files: SourceFiles, path: string): Promise<boolean> {
  const file = await readJson(files, path)
  return (
    file.type === 'Json' && itemsOf(file.value).some((message) => /^\d+\.\d+$/.test(textOf(fieldsOf(message)['ts'])))
  )
}

interface Channel {
  readonly id: string
  readonly room: Named
  readonly pins: ReadonlySet<string>
}
interface Names extends SlackNames {
  of(id: string): Named
}

async function* readExport(files: SourceFiles, base: string): AsyncGenerator<readonly SourceRecord[]> {
  const lost: SourceRecord[] = []
  async function list(name: string): Promise<readonly Fields[]> {
    if (!files.paths.includes(base + name)) return []
    const file = await readJson(files, base + name)
    lost.push(...(file.type === 'Fault' ? [file.record] : file.damage))
    return file.type === 'Json' ? itemsOf(file.value).map(fieldsOf) : []
  }
  const people = peopleOf(await list('users.json'))
  const listed = await list('channels.json')
  const hidden = (await Promise.all(['groups.json', 'mpims.json', 'dms.json'].map(list))).flat()
  const named = new Map(listed.map((channel) => [textOf(channel['id']), textOf(channel['name'])]))
  const hiddenFolders = new Set(hidden.flatMap((each) => [textOf(each['id']), textOf(each['name'])]))
  const names: Names = { ...people, room: (id) => named.get(id) || null }
  const channels = new Map<string, Channel>()
  for (const channel of listed) {
    if (channel['is_private'] === true) continue
    const { records, ...rest } = channelOf(channel, names)
    channels.set(textOf(channel['name']) || rest.id, rest)
    yield records
  }
  yield lost

  for (const path of files.paths) {
    if (!path.startsWith(base)) continue
    const inside = path.slice(base.length)
    const folder = folderOf(inside).slice(0, -1)
    if (lists.has(inside)) continue
    if (!isDay(path)) {
      yield [{ type: 'Left', kind: inWordsOfFile(path) }]
      continue
    }
    const file = await readJson(files, path)
    if (file.type === 'Fault') {
      yield [file.record]
      continue
    }
    const messages = itemsOf(file.value)
    yield file.damage
    const channel = channels.get(folder)
    if (channel) yield messages.flatMap((message, i) => recordsOf(message, { file: path, line: i + 1 }, channel, names))
    else {
      const kind = hiddenFolders.has(folder)
        ? 'messages of private channels and direct messages'
        : 'messages of channels that channels.json does not name (they may be private)'
      yield [{ type: 'Left', kind, count: messages.length }]
    }
  }
}

function peopleOf(users: readonly Fields[]): { of(id: string): Named; person(id: string): string } {
  const names = new Map<string, string>()
  for (const user of users) {
    const profile = fieldsOf(user['profile'])
    const known = [profile['display_name'], profile['real_name'], user['real_name'], user['name']].map(textOf)
    names.set(textOf(user['id']), known.find((name) => name.trim() !== '') ?? '')
  }
  const person = (id: string): string => names.get(id) || (id === '' ? '' : `Unknown sender ${id}`)
  return { person, of: (id) => ({ key: id, name: person(id) }) }
}

function channelOf(channel: Fields, names: Names): Channel & { readonly records: SourceRecord[] } {
  const id = textOf(channel['id']) || textOf(channel['name'])
  const room = { key: id, name: textOf(channel['name']) }
  const topic = textOf(fieldsOf(channel['topic'])['value']) || textOf(fieldsOf(channel['purpose'])['value'])
  const pins = itemsOf(channel['pins']).map(fieldsOf)
  const records: SourceRecord[] = [{ type: 'Room', room, topic: slackText(topic, names) }]
  for (const pin of pins) {
    const time = readTime(pin['created'])
    const person = textOf(pin['user']) ? names.of(textOf(pin['user'])) : null
    const change = { kind: 'pin', room: id, target: textOf(pin['id']), person, value: '' } as const
    const at = { file: 'channels.json', line: 0 }
    records.push({ type: 'Change', at, change: { ...change, time: time.type === 'Time' ? time : null } })
  }
  return { id, room, pins: new Set(pins.map((pin) => textOf(pin['id']))), records }
}

const kinds: MessageKinds = {
  ordinary: new Set(['', 'bot_message', 'file_share', 'file_comment', 'me_message', 'thread_broadcast', 'tombstone']),
  /** what is no message that somebody wrote: "ann has joined the channel" */
  notes:
    /^(channel|group)_(join|leave|topic|purpose|name|archive|unarchive|convert_to_private|posting_permissions|canvas_updated)$|^(un)?pinned_item$|^bot_(add|remove|enable|disable)$|^(reminder_add|sh_room_created|huddle_thread|joiner_notification|joiner_notification_for_inviter|reply_broadcast|document_mention|tabbed_canvas_updated|app_conversation_join|assistant_app_thread|ekm_access_denied)$/,
}

function recordsOf(value: unknown, at: Position, channel: Channel, names: Names): readonly SourceRecord[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ type: 'Fault', at, fault: 'NotAnObject' }]
  }
  const message = value as Fields
  const kind = textOf(message['subtype'])
  if (textOf(message['type']) !== 'message') return [left(`entries of the type “${textOf(message['type'])}”`)]
  if (kind === 'message_changed') return changedLater(message, at, channel, names)
  if (kind === 'message_deleted')
    return [change('delete', at, channel, idOf(message['deleted_ts']), null, message['ts'], '')]
  const { comesOver, records } = lookAtKind(kind, kinds)
  if (!comesOver) return records
  const id = idOf(message['ts'])
  const files = filesOf(message)
  const { lines, pages } = attachmentsOf(message, names)
  const body = slackText(textOf(message['text']), names)
  const said = kind === 'me_message' && body !== '' ? `*${body}*` : body
  const text = withLines(said, [...lines, ...files])
  const thread = idOf(message['thread_ts'])
  const outcome = messageOf({
    id,
    room: channel.room,
    thread: thread === '' || thread === id ? null : { key: thread, name: '', root: thread },
    sender: senderOf(message, names),
    time: message['ts'],
    text: kind === 'tombstone' ? '' : text,
  })
  if (outcome.type === 'Fault') return [...records, { ...outcome, at }]
  if (text === '' && kind !== 'tombstone')
    return [...records, left(`messages without a text${holdsBlocks(message) ? ' (they are made of blocks)' : ''}`)]
  records.push({ ...outcome, at })
  if (files.length > 0) records.push({ type: 'Told', kind: 'files named', count: files.length })
  if (pages > 0) records.push(left('previews of linked pages', pages))
  if (kind === 'tombstone') records.push(change('delete', at, channel, id, null, null, ''))
  const edited = fieldsOf(message['edited'])
  if (textOf(edited['ts'])) {
    records.push(change('edit', at, channel, id, names.of(textOf(edited['user'])), edited['ts'], outcome.message.text))
  }
  if (itemsOf(message['pinned_to']).includes(channel.id) && !channel.pins.has(id)) {
    records.push(change('pin', at, channel, id, null, null, ''))
  }
  return [...records, ...reactionsOf(message, at, channel, id, names)]
}

function change(
  kind: 'edit' | 'pin' | 'delete' | 'reaction',
  at: Position,
  { id: room }: Channel,
  target: string,
  person: Named | null,
  when: unknown,
  value: string,
): SourceRecord {
  const time = when === null ? null : readTime(when)
  return {
    type: 'Change',
    at,
    change: { kind, room, target, person, time: time?.type === 'Time' ? time : null, value },
  }
}

/** Exports for archives keep what a message was before. */
function changedLater(message: Fields, at: Position, channel: Channel, names: Names): readonly SourceRecord[] {
  const now = fieldsOf(message['message'])
  const by = fieldsOf(now['edited'])
  const person = textOf(by['user']) || textOf(now['user'])
  const text = slackText(textOf(now['text']), names)
  return [change('edit', at, channel, idOf(now['ts']), names.of(person), by['ts'] ?? message['ts'], text)]
}

function reactionsOf(
  message: Fields,
  at: Position,
  channel: Channel,
  id: string,
  names: Names,
): readonly SourceRecord[] {
  return itemsOf(message['reactions'])
    .map(fieldsOf)
    .flatMap((reaction) => {
      const name = textOf(reaction['name'])
      if (name === '') return [left('reactions without a name')]
      const users = itemsOf(reaction['users']).map(textOf)
      const emoji = emojiOf(name) ?? `:${name}:`.slice(0, 64).toWellFormed()
      const made = users.map((user) => change('reaction', at, channel, id, names.of(user), null, emoji))
      const nameless = Number(reaction['count']) - users.length
      return nameless > 0 ? [...made, left('reactions of people whom the export does not name', nameless)] : made
    })
}

function senderOf(message: Fields, names: Names): Named {
  const user = textOf(message['user']) || textOf(fieldsOf(message['comment'])['user'])
  const bot = textOf(message['bot_id'])
  const profile = fieldsOf(message['user_profile'])
  if (user !== '') {
    const known = names.of(user)
    const shown = textOf(profile['display_name']) || textOf(profile['real_name']) // of people of other workspaces
    return known.name.startsWith('Unknown sender ') && shown !== '' ? { key: user, name: shown } : known
  }
  const name = textOf(message['username']) || textOf(fieldsOf(message['bot_profile'])['name'])
  if (bot === '' && name === '') return { key: '', name: '' }
  return { key: `bot ${bot} ${name}`, name: name || `Bot ${bot}` }
}

/** Addresses of files carry a token that opens them for whoever has it: it stays behind. */
function filesOf(message: Fields): readonly string[] {
  const files = itemsOf(message['files'])
  const all = files.length > 0 ? files : [message['file']].filter((file) => typeof file === 'object' && file !== null)
  return all.map(fieldsOf).map((file) => {
    const mode = textOf(file['mode'])
    if (mode === 'tombstone') return '📎 a file that was deleted'
    if (mode === 'hidden_by_limit') return '📎 a file that Slack does not give out any more'
    const name = textOf(file['title']) || textOf(file['name'])
    const address = textOf(file['permalink']) || textOf(file['url_private'])
    return fileLine(textOf(file['name']) || name, file['size'], address.replace(/[?#].*$/, ''))
  })
}

const holdsBlocks = (message: Fields): boolean => itemsOf(message['blocks']).length > 0

/** Times name messages, and were once written as numbers. */
function idOf(ts: unknown): string {
  return typeof ts === 'number' ? ts.toFixed(6) : textOf(ts).trim()
}
