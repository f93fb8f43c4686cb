import { afterAll, describe, expect, test } from 'vitest'
import { startTestServer } from '../../testing.ts'
import { fakeConnection } from '../fake-connection.ts'
import { importFolder } from '../testing.ts'
import { slackText } from './slack-text.ts'
import { importExport, type ExportFiles } from './testing.ts'
import { channels, said, ts, users, whole } from './fixtures/slack-export.ts'

const folder = importFolder()
afterAll(folder.remove)
const run = (files: ExportFiles, options = {}) => importExport(folder, files, options)

describe('a Slack export', () => {
  test('becomes rooms, threads, people, reactions, edits, pins, deletions and named files', async () => {
    const { messages, rooms, threads, people, changes, cameOver, events } = await run(whole)
    expect(rooms).toEqual(['general', 'plans'])
    expect(messages.map((each) => each.replace(/ \| 2023[^|]*\|/, ' |'))).toEqual([
      'general | Ann | Hello @**Bo Reed**, see #**plans** & [the page](https://a.example/x)',
      'plans | Ann | Plan',
      'general | Bo Reed | A question',
      'general / A question | Ann | An answer',
      'general / A question | Unknown sender U9GONE | Also here',
      'general | Ann | Report\n\n📎 [report.pdf](https://files.example/report.pdf) (12 kB)\n📎 a file that was deleted',
      'general | CI | Build **passed**',
      'general | Ann | ',
      'general / Thread | Ann | Left behind',
      'general | Ann | *waves*',
      'general | Bot B2 | > [T](https://b.example)\n> body',
      'general | Ann | strange',
    ])
    expect(messages[0]).toContain('2023-11-14T22:13:20.000Z')
    expect(threads).toEqual(['general / A question ← A question', 'general / Thread ← '])
    expect(people).toEqual(['Ann', 'Bo Reed', 'Bot B2', 'CI', 'Unknown sender U9GONE'])
    const hello = 'Hello @**Bo Reed**, see #**plans** & [the page](https://a.example/x)'
    expect([...changes].sort()).toEqual(
      [
        `Bo Reed 👍 ${hello}`,
        `Ann 👍 ${hello}`,
        `Unknown sender U9GONE :party_parrot: ${hello}`,
        `Bo Reed 👋🏼 ${hello}`,
        'Ann edits An answer → An answer',
        `Bo Reed pins ${hello}`,
        'undefined pins Plan',
        'undefined deletes ',
      ].sort(),
    )
    expect(cameOver).toEqual({
      'files named': 2,
      'messages of the unknown kind “from_the_future”, taken as ordinary ones': 1,
    })
    const topics = events.flatMap((e) =>
      e.type === 'room.create' && e.payload.kind === 'room' ? [e.payload.topic] : [],
    )
    expect(topics).toEqual(['All & sundry', 'What comes'])
  })

  test('what is private, and what is not understood, is left out and counted by kind', async () => {
    const { left, events } = await run(whole)
    expect(left).toEqual({
      'the file integration_logs.json, which an import does not know': 1,
      'notes of the kind “channel_join” (nobody wrote them)': 1,
      'reactions of people whom the export does not name': 1,
      'messages without a text (they are made of blocks)': 1,
      'entries of the type “huddle”': 1,
      'messages of private channels and direct messages': 3,
    })
    const everything = JSON.stringify(events)
    for (const secret of ['hidden', 'whispered', 'secret', 'mpdm', 'xoxe']) expect(everything).not.toContain(secret)
  })

  test('again it adds nothing; a later export adds what is new, and edits made since', async () => {
    const server = fakeConnection()
    const first = await run(whole, { server })
    const again = await run(whole, { server })
    expect(again.outcome).toMatchObject({
      imported: 0,
      known: 12,
      refused: 0,
      made: { rooms: 0, threads: 0, people: 0 },
    })
    expect(again.outcome.changes.reaction).toEqual({ imported: 0, known: 4 })
    expect(again.events).toEqual(first.events)

    const plan = said(5, 'Plan B', { pinned_to: ['C2'], edited: { user: 'U1ANN', ts: ts(100) } })
    const reply = said(99_999, 'A late answer', { thread_ts: ts(5), user: 'U2BO' })
    const later = await run({ ...whole, 'plans/2023-11-14.json': [plan], 'plans/2023-11-16.json': [reply] }, { server })
    expect(later.outcome).toMatchObject({
      imported: 1,
      known: 12,
      refused: 0,
      made: { rooms: 0, threads: 1, people: 0 },
    })
    expect(later.changes).toContain('Ann edits Plan → Plan B')
    expect(later.threads).toContain('plans / Plan B ← Plan')
  })
})

test('a real server takes all of it, and importing again adds nothing', async () => {
  const server = await startTestServer()
  try {
    const connection = await folder.connect(server.origin)
    const first = await run(whole, { server: connection })
    const changes = {
      edit: { imported: 1, known: 0 },
      reaction: { imported: 4, known: 0 },
      pin: { imported: 2, known: 0 },
      delete: { imported: 1, known: 0 },
    }
    expect(first.outcome).toMatchObject({ imported: 12, refused: 0, changes })
    const again = await run(whole, { server: connection })
    expect(again.outcome).toMatchObject({ imported: 0, known: 12, refused: 0 })
    expect(again.events).toEqual(first.events)
  } finally {
    await server.dispose()
  }
})

describe('odd Slack exports', () => {
  test.each<[what: string, files: ExportFiles, messages: readonly string[], left: Readonly<Record<string, number>>]>([
    [
      'without users.json people are called what can be said of them',
      { 'channels.json': channels, 'general/2023-11-14.json': [said(0, 'hi <@U2BO>')] },
      ['general | Unknown sender U1ANN | hi @**Unknown sender U2BO**'],
      {},
    ],
    [
      'without channels.json nothing is known to be public',
      { 'users.json': users, 'general/2023-11-14.json': [said(0, 'hi')] },
      [],
      { 'messages of channels that channels.json does not name (they may be private)': 1 },
    ],
    [
      'in a folder of the archive, with paths of Windows, and what macOS adds',
      {
        'My export\\channels.json': channels,
        'My export\\general\\2023-11-14.json': [said(0, 'hi')],
        '__MACOSX/My export/general/._2023-11-14.json': 'x',
      },
      ['general | Unknown sender U1ANN | hi'],
      {},
    ],
    [
      'a path that leads out of the archive is not read',
      {
        'channels.json': channels,
        'general/2023-11-14.json': [said(0, 'hi')],
        '../general/2023-11-15.json': [said(1, 'no')],
      },
      ['general | Unknown sender U1ANN | hi'],
      { 'files with a path that leads out of the archive': 1 },
    ],
    [
      'threads in a circle, a reply to nothing, and a thread of itself',
      {
        'channels.json': channels,
        'general/2023-11-14.json': [
          said(0, 'a', { thread_ts: ts(1) }),
          said(1, 'b', { thread_ts: ts(0) }),
          said(2, 'c', { thread_ts: ts(99) }),
          said(3, 'd', { thread_ts: ts(3) }),
        ],
      },
      ['a', 'b', 'c', 'd'].map((text) => `general | Unknown sender U1ANN | ${text}`),
      {},
    ],
    [
      'wrong types everywhere',
      {
        'channels.json': [...channels, null, 7, { id: {}, name: [] }],
        'users.json': { not: 'a list' },
        'general/2023-11-14.json': [said(0, 'hi', { reactions: 'x', files: {}, edited: 5, thread_ts: {} })],
        'general/2023-11-15.json': { not: 'a list' },
      },
      ['general | Unknown sender U1ANN | hi'],
      {},
    ],
  ])('%s', async (_, files, messages, left) => {
    const told = await run(files)
    expect(told.messages.map((each) => each.replace(/ \| 2023[^|]*\|/, ' |'))).toEqual(messages)
    expect(told.left).toEqual(left)
    expect(told.outcome.told).toEqual([])
  })

  test('a day that is damaged in its middle loses what is damaged', async () => {
    const day = `[${[said(0, 'a'), said(1, 'b'), said(2, 'c')].map((each) => JSON.stringify(each)).join(',\n')}]`
    const { messages, left, outcome } = await run({
      'channels.json': channels,
      'general/2023-11-14.json': day.replace('"b"', '"b'),
    })
    expect(messages.map((each) => each.slice(-1))).toEqual(['a', 'c'])
    expect(left).toEqual({ 'damaged files, of which what can be read was read': 1 })
    expect(outcome.refused).toBe(1)
  })

  test('what is no message is refused alone, by its file and its place', async () => {
    const { outcome, messages } = await run({
      'channels.json': channels,
      'general/2023-11-13.json': '{"cut": ',
      'general/2023-11-14.json': [
        null,
        said(1, 'good'),
        said(0, 'x', { ts: 'soon' }),
        said(0, 'x', { ts: null }),
        said(9e9, 'x'),
      ],
      'general/2023-11-15.json': [said(1, 'other'), said(1, 'good')],
    })
    expect(messages).toHaveLength(1)
    expect(outcome.told.map(([, sentence]) => sentence).sort()).toEqual([
      'message 1 of “general/2023-11-14.json” is not imported: it is not a JSON object',
      'message 1 of “general/2023-11-15.json” is not imported: it has the same id as message 2 of “general/2023-11-14.json” but another text',
      'message 3 of “general/2023-11-14.json” is not imported: its time cannot be read: “soon”',
      'message 4 of “general/2023-11-14.json” is not imported: it has no time (ts)',
      'message 5 of “general/2023-11-14.json” is not imported: its time lies in the future, in the year 2309',
      'the file “general/2023-11-13.json” is not imported: it is not JSON',
    ])
    expect(outcome).toMatchObject({ read: 8, imported: 1, known: 1, refused: 6 })
  })
})

describe('slackText', () => {
  const names = { person: (id: string) => (id === 'U1' ? 'Ann Vale' : `Unknown sender ${id}`), room: () => null }
  test.each([
    ['*bold* _it_ ~gone~ `*code*`', '**bold** _it_ ~~gone~~ `*code*`'],
    ['2*3*4 and a*b', '2*3*4 and a*b'],
    ['```\n*not bold* <@U1>\n```', '```\n*not bold* @**Ann Vale**\n```'],
    ['&lt;b&gt; &amp;amp;', '<b> &amp;'],
    ['&gt; quoted\nnot', '> quoted\nnot'],
    ['<!here> <!subteam^S1|@team> <!date^1700000000^{date}|14 Nov>', '@here @team 14 Nov'],
    ['<https://a.example/(x)|[a] b>', '[(a) b](https://a.example/%28x%29)'],
    ['<https://a.example/?a=1&amp;b=2>', 'https://a.example/?a=1&b=2'],
    ['<mailto:a@b.example|a@b.example> <tel:123|123>', 'a@b.example 123 (tel:123)'],
    ['<javascript:alert(1)|click>', 'click (javascript:alert(1))'],
    ['<#C9> <@W2>', '#a private channel @**Unknown sender W2**'],
    [':tada: :party_parrot: 10:30:00 `:tada:`', '🎉 :party_parrot: 10:30:00 `:tada:`'],
    ['• one\n• two', '- one\n- two'],
    ['a < b and <not a link>', 'a < b and <not a link>'],
  ])('%j → %j', (written, markdown) => {
    expect(slackText(written, names)).toBe(markdown)
  })
})
