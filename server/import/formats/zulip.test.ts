import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { afterAll, describe, expect, test } from 'vitest'
import { fakeConnection } from '../fake-connection.ts'
import { contentOf, importFile, importFolder } from '../testing.ts'
import { importExport, type ExportFiles } from './testing.ts'
import { realm, said, whole } from './fixtures/zulip-export.ts'

const folder = importFolder()
afterAll(folder.remove)
const run = (files: ExportFiles, options = {}) => importExport(folder, files, options)
const short = (messages: readonly string[]) => messages.map((each) => each.replace(/ \| 2023[^|]*\|/, ' |'))

describe('a Zulip export', () => {
  test('becomes rooms, threads, people, reactions, edits and named files', async () => {
    const { messages, rooms, threads, people, changes, left, cameOver, outcome } = await run(whole)
    expect(outcome.source.title).toBe('a Zulip export')
    expect(rooms).toEqual(['general'])
    expect(threads).toEqual(['general / Lunch ← Who comes, @**Bo Reed|12**?'])
    expect(short(messages)).toEqual([
      'general | Ann Vale | Who comes, @**Bo Reed|12**?',
      'general / Lunch | Bo Reed | First 🎉',
      'general / Lunch | Unknown sender 99 | See 📎 menu.pdf (2.5 MB) 🎉',
      'general | Ann Vale | No topic',
      'general / Lunch | Ann Vale | me too',
    ])
    expect(messages[0]).toContain('2023-11-14T22:13:21.250Z')
    expect(people).toEqual(['Ann Vale', 'Bo Reed', 'Unknown sender 99'])
    expect(changes).toEqual([
      'Bo Reed 👍 Who comes, @**Bo Reed|12**?',
      'Ann Vale :zulip: Who comes, @**Bo Reed|12**?',
      'Ann Vale edits First 🎉 → Second',
      'Ann Vale edits First 🎉 → Third',
    ])
    expect(left).toEqual({
      'messages of private channels': 1,
      'direct messages': 2,
      'messages to a recipient that realm.json does not know (it may be private)': 1,
      'edits of a topic or a channel (a message stands where it stood last)': 1,
      'the file migration_status.json, which an import does not know': 1,
    })
    expect(cameOver).toEqual({ 'files named': 1 })
  })

  test('an edit has seen the one before it, so none is in conflict', async () => {
    const { events } = await run(whole)
    const [first, second] = events.filter(({ type }) => type === 'message.edit')
    expect(first!.deps).toEqual([])
    expect(second!.deps).toEqual([first!.id])
  })

  test('nothing that is private reaches the server, and importing again adds nothing', async () => {
    const server = fakeConnection()
    const { events } = await run(whole, { server })
    for (const secret of ['hidden', 'whispered', 'Secret', 'board'])
      expect(JSON.stringify(events)).not.toContain(secret)
    const again = await run(whole, { server })
    expect(again.outcome).toMatchObject({ imported: 0, known: 5, refused: 0 })
    expect(again.outcome.changes).toMatchObject({
      edit: { imported: 0, known: 2 },
      reaction: { imported: 0, known: 2 },
    })
    expect(again.events).toEqual(events)
  })

  test('a tar.gz is read as it is; one that is cut off is read as far as it goes', async () => {
    const tar = pack()
    for (const [path, content] of Object.entries(whole)) tar.entry({ name: path }, JSON.stringify(content))
    tar.entry({ name: 'export/link', type: 'symlink', linkname: '/etc/passwd' })
    tar.finalize()
    const pieces: Buffer[] = []
    for await (const piece of tar) pieces.push(piece as Buffer)
    const bytes = Buffer.concat(pieces)
    for (const [name, content] of [
      ['zulip.tar.gz', gzipSync(bytes)],
      ['zulip.tar', bytes],
    ] as const) {
      const server = fakeConnection()
      const { fault, imported } = await importFile(server, folder.write(content, name), name)
      expect({ fault, imported }).toEqual({ fault: null, imported: 5 })
    }
    const cut = bytes.subarray(0, bytes.indexOf('messages-000002') + 700)
    const server = fakeConnection()
    const { fault, messages } = {
      ...(await importFile(server, folder.write(cut, 'cut.tar'), 'Cut')),
      ...(await contentOf(server, 'Cut')),
    }
    expect(fault).toMatch(/is a damaged archive: it ends, or is damaged, behind its first \d files\.$/)
    expect(messages).toHaveLength(3)
  })
})

describe('odd Zulip exports', () => {
  test.each<[what: string, files: ExportFiles, messages: readonly string[], refused: readonly string[]]>([
    [
      'realm.json is damaged: nothing is known to be public',
      { ...whole, 'export/realm.json': '{' },
      [],
      ['the file “export/realm.json” is not imported: it is not JSON'],
    ],
    [
      'wrong types everywhere',
      {
        'realm.json': {
          ...realm,
          zerver_userprofile: 'none',
          zerver_reaction: [null, 5, { message: 1 }],
          zerver_stream: [7, ...realm.zerver_stream],
        },
        'messages-000001.json': {
          zerver_message: [
            said(1, 'hi', { edit_history: 'x', subject: {} }),
            'text',
            said(2, 5),
            said(3, 'x', { date_sent: {} }),
          ],
        },
        'messages-000002.json': { zerver_message: {} },
        'messages-000003.json': [],
      },
      ['general | Unknown sender 11 | hi'],
      [
        'message 2 of “messages-000001.json” is not imported: it is not a JSON object',
        'message 3 of “messages-000001.json” is not imported: its text is not a text: 5',
        'message 4 of “messages-000001.json” is not imported: its time cannot be read: an object',
      ],
    ],
    [
      'a channel of which it is not said that it is public',
      {
        'realm.json': { ...realm, zerver_stream: [{ id: 21, name: 'general' }] },
        'messages-000001.json': { zerver_message: [said(1, 'hi')] },
      },
      [],
      [],
    ],
    [
      'an id that is there twice',
      { 'realm.json': realm, 'messages-000001.json': { zerver_message: [said(1, 'a'), said(1, 'a'), said(1, 'b')] } },
      ['general | Ann Vale | a'],
      [
        'message 3 of “messages-000001.json” is not imported: it has the same id as message 1 of “messages-000001.json” but another text',
      ],
    ],
  ])('%s', async (_, files, messages, refused) => {
    const told = await run(files)
    expect(short(told.messages)).toEqual(messages)
    expect(told.outcome.told.map(([, sentence]) => sentence)).toEqual(refused)
  })
})
