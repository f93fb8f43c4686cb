import { afterAll, describe, expect, test } from 'vitest'
import { fakeConnection } from '../fake-connection.ts'
import { importFile, importFolder } from '../testing.ts'
import { importExport, type ExportFiles } from './testing.ts'
import { bo, channel, general, said, whole } from './fixtures/discord-export.ts'

const folder = importFolder()
afterAll(folder.remove)
const run = (files: ExportFiles, options = {}) => importExport(folder, files, options)
const short = (messages: readonly string[]) => messages.map((each) => each.replace(/ \| 2023[^|]*\|/, ' |'))

describe('a DiscordChatExporter export', () => {
  test('becomes rooms, threads, people, replies, reactions, edits, pins and named files', async () => {
    const { messages, rooms, threads, people, changes, left, cameOver, outcome } = await run(whole)
    expect(outcome.source.title).toBe('a DiscordChatExporter export')
    expect(rooms).toEqual(['general'])
    expect(threads).toEqual(['general / Why I agree ← I agree'])
    expect(short(messages)).toEqual([
      'general | Ann Vale | Hello @Bo, see https://a.example',
      'general | Bo | I agree',
      'general | Ann Vale | 📎 [a.png](https://cdn.example/a.png?ex=1&hm=2) (999 B)\n📎 sticker Wave',
      'general | Bo | run\n\n> Result\n> ok\n> n: v',
      'general | Ann Vale | A poll?',
      'general / Why I agree | Ann Vale | Because',
    ])
    expect(messages[0]).toContain('2023-11-14T09:00:01.500Z')
    expect(people).toEqual(['Ann Vale', 'Bo'])
    const hello = 'Hello @Bo, see https://a.example'
    expect([...changes].sort()).toEqual(
      [
        `I agree ↩ ${hello}`,
        `undefined pins ${hello}`,
        `Ann Vale 👍 ${hello}`,
        `Bo 👍 ${hello}`,
        `Bo :blobcat: ${hello}`,
        'Bo edits I agree → I agree',
      ].sort(),
    )
    expect(left).toEqual({
      'notes of the kind “ThreadCreated” (nobody wrote them)': 1,
      'notes of the kind “ChannelPinnedMessage” (nobody wrote them)': 1,
      'notes of the kind “ThreadStarterMessage” (nobody wrote them)': 1,
      'reactions of people whom the export does not name': 2,
      'messages without a text': 1,
    })
    expect(cameOver).toEqual({
      'files named': 2,
      'messages of the unknown kind “99”, taken as ordinary ones': 1,
    })
  })

  test.each([undefined, null, 'NewKind', '12', 'DirectGroupTextChat'])(
    'a channel of the kind %s is not known to be public',
    async (type) => {
      expect((await run({ 'x.json': channel('50', 'general', [said(1, 'hi')], { type }) })).messages).toEqual([])
    },
  )

  test('one file, several files and a folder of them are the same', async () => {
    const server = fakeConnection()
    const one = await importFile(server, folder.write(JSON.stringify(general, null, 2), 'one.json'), 'Export')
    expect(one).toMatchObject({ imported: 5, source: { title: 'a DiscordChatExporter export' } })
    const both = await run(whole, { server })
    expect(both.outcome).toMatchObject({ imported: 1, known: 5, refused: 0, made: { threads: 1 } })
  })

  test('direct messages and private threads stay out, unless they are all there is and nobody is let in', async () => {
    const direct = channel('60', 'Bo', [said(1, 'whispered')], { type: 'DirectTextChat' })
    const secret = channel('61', 'secret', [said(1, 'hidden')], { type: 'GuildPrivateThread', categoryId: '50' })
    const { messages, left } = await run(
      { 'a.json': general, 'b.json': direct, 'c.json': secret },
      { visibility: 'invite' },
    )
    expect(messages).toHaveLength(5)
    expect(left).toMatchObject({
      'direct messages': 1,
      'messages of private threads, or of channels that may be private': 1,
    })
    expect((await run({ 'b.json': direct })).messages).toEqual([])
    const own = await run({ 'b.json': direct }, { visibility: 'invite' })
    expect(short(own.messages)).toEqual(['Bo | Ann Vale | whispered'])
  })
})

test('of a file that is cut off, what is whole is imported', async () => {
  const text = JSON.stringify(channel('50', 'general', [said(1, 'a'), said(2, 'b'), said(3, 'c')]), null, 2)
  const { messages, left, outcome } = await run({ 'x.json': text.slice(0, text.lastIndexOf('"content"')) })
  expect(short(messages)).toEqual(['general | Ann Vale | a', 'general | Ann Vale | b'])
  expect(left).toEqual({ 'damaged files, of which what can be read was read': 1 })
  expect(outcome.told.map(([, sentence]) => sentence)).toEqual(['line 3 is not imported: it is not a JSON object'])
})

describe('odd DiscordChatExporter exports', () => {
  test.each<[what: string, messages: readonly unknown[], right: readonly string[], refused: readonly string[]]>([
    [
      'a reply to nothing',
      [said(1, 'hi', { type: 'Reply', reference: { messageId: '404' } })],
      ['general | Ann Vale | hi'],
      [],
    ],
    [
      'a reply to itself',
      [said(1, 'hi', { type: 'Reply', reference: { messageId: '900000000000000001' } })],
      ['general | Ann Vale | hi'],
      [],
    ],
    ['no author', [said(1, 'hi', { author: null })], ['general | Unknown sender | hi'], []],
    ['an author without a name', [said(1, 'hi', { author: { id: '5' } })], ['general | Unknown sender 5 | hi'], []],
    [
      'marks as Discord writes them',
      [said(1, '<@1000000000000000002> <:blob:5> <#77> <@&8> `<@1>` :tada:', { mentions: [bo] })],
      ['general | Ann Vale | @**Bo** :blob: #a channel @a role `<@1>` 🎉'],
      [],
    ],
    [
      'wrong types, beside a good one',
      [
        said(1, 'good', { reactions: 5, embeds: {}, attachments: 'x', mentions: 7 }),
        7,
        said(2, 'x', { timestamp: 'never' }),
      ],
      ['general | Ann Vale | good'],
      ['line 2 is not imported: it is not a JSON object', 'line 3 is not imported: its time cannot be read: “never”'],
    ],
  ])('%s', async (_, messages, right, refused) => {
    const told = await run({ 'x.json': channel('50', 'general', messages) })
    expect(short(told.messages)).toEqual(right)
    expect(told.outcome.told.map(([, sentence]) => sentence)).toEqual(refused)
    expect(told.changes.filter((change) => change.includes('↩'))).toEqual([])
  })
})
