import { messageOf, type Named, type Position, type SourceRecord } from '../../../schema/import/records.ts'
import { readTime } from '../../../schema/import/source-time.ts'
import { fieldsOf, itemsOf, textOf, type Fields } from '../files/json.ts'
import { findDocuments, readDocuments } from './documents.ts'
import { emojiOf, outsideCode, withEmoji } from './emoji.ts'
import { fileLine, isAddress, quoteOf, withLines } from './files-in-text.ts'
import type { Format, ReadOptions } from './format.ts'
import { left, lookAtKind, type MessageKinds } from './what-is-left.ts'

/**
 * DiscordChatExporter's JSON: a file for each channel, or for a part of one. A thread is a channel too; its id is that of
 * the message it hangs on, and its "category" is the channel in which that stands.
 */
export const discord: Format = {
  name: 'discord',
  title: 'a DiscordChatExporter export',
  find: (files) => findDocuments(files, (keys) => keys.includes('channel') && keys.includes('guild')),
  read: (files, paths, options) =>
    readDocuments(files, paths, (document, file) => recordsOfChannel(document, file, options, paths.length)),
}

/** by numbers, where the exporter has no name for it: text, voice, news, threads, stages, forums */
const publicKinds: ReadonlySet<string> = new Set(['0', '2', '5', '10', '11', '13', '15', '16'])

interface Channel {
  readonly room: Named
  readonly thread: (Named & { readonly root: string }) | null
}

function recordsOfChannel(document: Fields, file: string, { takePrivate }: ReadOptions, documents: number) {
  const messages = itemsOf(document['messages'])
  const channel = fieldsOf(document['channel'])
  const kind = textOf(channel['type'])
  const isPublic = (kind.startsWith('Guild') && !/Private/.test(kind)) || publicKinds.has(kind)
  if (!isPublic && !(takePrivate && documents === 1)) {
    const whose = /^Direct|^[13]$/.test(kind)
      ? 'direct messages'
      : 'messages of private threads, or of channels that may be private'
    return [left(whose, messages.length)]
  }
  const place = placeOf(channel)
  const records: SourceRecord[] = []
  if (place.thread === null) records.push({ type: 'Room', room: place.room, topic: textOf(channel['topic']) })
  const all = messages.flatMap((message, i) => recordsOf(message, { file, line: i + 1 }, place))
  return [...records, ...all]
}

function placeOf(channel: Fields): Channel {
  const id = textOf(channel['id'])
  const name = textOf(channel['name'])
  const parent = textOf(channel['categoryId'])
  const isThread = /Thread$|^1[012]$/.test(textOf(channel['type']))
  if (!isThread || parent === '') return { room: { key: id || name, name }, thread: null }
  return { room: { key: parent, name: textOf(channel['category']) }, thread: { key: id, name, root: id } }
}

/** The exporter names those kinds that it knows, and gives the others' numbers. */
const kinds: MessageKinds = {
  ordinary: new Set(['', 'Default', 'Reply', '0', '19', '20', '23']),
  notes:
    /^(RecipientAdd|RecipientRemove|Call|ChannelNameChange|ChannelIconChange|ChannelPinnedMessage|GuildMemberJoin|ThreadCreated|ThreadStarterMessage|UserPremium\w*|ChannelFollowAdd|GuildDiscovery\w*|GuildInviteReminder|AutoModerationAction|RoleSubscriptionPurchase|Stage\w*|[1-9]|1[0-8]|2[12]|2[4-9]|3\d|4\d)$/,
}

function recordsOf(value: unknown, at: Position, { room, thread }: Channel): readonly SourceRecord[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ type: 'Fault', at, fault: 'NotAnObject' }]
  }
  const message = value as Fields
  const kind = textOf(message['type'])
  const { comesOver, records } = lookAtKind(kind, kinds)
  if (!comesOver) return records
  const id = textOf(message['id'])
  const { text, files } = bodyOf(message)
  const reference = fieldsOf(message['reference'])
  const isReply = kind === 'Reply' || kind === '19'
  const sender = personOf(message['author'])
  const outcome = messageOf({
    id: message['id'] ?? null,
    room,
    thread: thread !== null && thread.root !== id ? thread : null,
    sender,
    time: message['timestamp'],
    text,
    replyTo: isReply ? textOf(reference['messageId']) || null : null,
  })
  if (outcome.type === 'Fault') return [...records, { ...outcome, at }]
  if (text === '') return [...records, left('messages without a text')]
  records.push({ ...outcome, at })
  if (files > 0) records.push({ type: 'Told', kind: 'files named', count: files })
  const change = { room: room.key, target: id, time: null, value: '' }
  if (message['isPinned'] === true)
    records.push({ type: 'Change', at, change: { ...change, kind: 'pin', person: null } })
  const edited = readTime(message['timestampEdited'])
  if (edited.type === 'Time') {
    const { text: value } = outcome.message
    records.push({ type: 'Change', at, change: { ...change, kind: 'edit', person: sender, time: edited, value } })
  }
  return [...records, ...reactionsOf(message, at, room.key, id)]
}

function personOf(value: unknown): Named {
  const person = fieldsOf(value)
  const name = textOf(person['nickname']) || textOf(person['name'])
  const id = textOf(person['id'])
  return { key: id || name, name: name || (id && `Unknown sender ${id}`) }
}

function bodyOf(message: Fields): { readonly text: string; readonly files: number } {
  const forwarded = fieldsOf(message['forwardedMessage'])
  const files = filesOf(message)
  const said = discordText(textOf(message['content']), message)
  const inside = [discordText(textOf(forwarded['content']), forwarded), ...filesOf(forwarded), ...embedsOf(forwarded)]
  const quoted = inside.filter(Boolean).join('\n')
  const lines = [...(quoted ? [quoteOf(quoted)] : []), ...embedsOf(message), ...files]
  return { text: withLines(said, lines), files: files.length + filesOf(forwarded).length }
}

/** With `--markdown false` the text has Discord's own marks: `<@1234>`, `<#1234>`, `<:name:1234>`, `<t:1700000000:R>`. */
function discordText(written: string, message: Fields): string {
  const names = new Map(
    itemsOf(message['mentions'])
      .map(fieldsOf)
      .map((person) => [textOf(person['id']), personOf(person).name]),
  )
  const marked = outsideCode(written, (plain) =>
    plain
      .replace(/<@!?(\d+)>/g, (_, id: string) => `@**${names.get(id) ?? `Unknown sender ${id}`}**`)
      .replace(/<@&\d+>/g, '@a role')
      .replace(/<#(\d+)>/g, '#a channel')
      .replace(/<a?(:[\w~]+:)\d+>/g, '$1')
      .replace(/<t:(\d{1,12})(?::\w)?>/g, (_, seconds: string) => new Date(Number(seconds) * 1000).toISOString())
      .replace(/<(https?:\/\/[^\s<>]+)>/g, '$1'),
  )
  const mentioned = [...names.values()].reduce(
    (text, name) => (name.includes(' ') ? text.replaceAll(`@${name}`, `@**${name}**`) : text),
    marked,
  )
  return withEmoji(mentioned)
}

function filesOf(message: Fields): readonly string[] {
  const attachments = itemsOf(message['attachments']).map(fieldsOf)
  const stickers = itemsOf(message['stickers']).map(fieldsOf)
  return [
    ...attachments.map((file) => fileLine(textOf(file['fileName']), file['fileSizeBytes'], textOf(file['url']))),
    ...stickers.map((sticker) => fileLine(`sticker ${textOf(sticker['name'])}`, null, textOf(sticker['sourceUrl']))),
  ]
}

/** What a bot says in a frame. A preview of a page whose address is in the text says nothing new. */
function embedsOf(message: Fields): readonly string[] {
  const content = textOf(message['content'])
  return itemsOf(message['embeds'])
    .map(fieldsOf)
    .flatMap((embed) => {
      const url = textOf(embed['url'])
      if (url !== '' && content.includes(url)) return []
      const title = textOf(embed['title'])
      const fields = itemsOf(embed['fields'])
        .map(fieldsOf)
        .map((field) => [textOf(field['name']), textOf(field['value'])].filter(Boolean).join(': '))
      const parts = [
        textOf(fieldsOf(embed['author'])['name']),
        title && isAddress(url) ? `[${title}](${url})` : title || url,
        textOf(embed['description']),
        ...fields,
        textOf(fieldsOf(embed['footer'])['text']),
      ].filter(Boolean)
      return parts.length > 0 ? [quoteOf(parts.join('\n'))] : []
    })
}

function reactionsOf(message: Fields, at: Position, room: string, target: string): readonly SourceRecord[] {
  return itemsOf(message['reactions'])
    .map(fieldsOf)
    .flatMap((reaction): readonly SourceRecord[] => {
      const { name, code } = fieldsOf(reaction['emoji'])
      const value = nameOfEmoji(textOf(name), textOf(code))
      if (value === '') return [left('reactions without a name')]
      const users = itemsOf(reaction['users']).map(personOf)
      const made = users.map((person): SourceRecord => {
        return { type: 'Change', at, change: { kind: 'reaction', room, target, person, time: null, value } }
      })
      const nameless = Number(reaction['count']) - users.length
      return nameless > 0 ? [...made, left('reactions of people whom the export does not name', nameless)] : made
    })
}

/** The name is the emoji itself, or that of a server's own. */
function nameOfEmoji(name: string, code: string): string {
  if (/^[\w~+-]+$/.test(name)) return emojiOf(code || name) ?? `:${name}:`.slice(0, 64)
  return name.slice(0, 64).toWellFormed()
}
