import { afterAll, describe, expect, test } from 'vitest'
import { fakeConnection } from '../fake-connection.ts'
import { importFolder } from '../testing.ts'
import { importExport, type ExportFiles } from './testing.ts'

const folder = importFolder()
afterAll(folder.remove)
const run = (files: ExportFiles, options = {}) => importExport(folder, files, options)
const short = (messages: readonly string[]) => messages.map((each) => each.replace(/ \| 2023[^|]*\|/, ' |'))

const ms = 1_700_000_000_000
const event = (id: number, type: string, content: object, more: object = {}): object => ({
  type,
  sender: '@ann:a.example',
  content,
  room_id: '!room:a.example',
  event_id: `$${id}`,
  origin_server_ts: ms + id * 1000,
  ...more,
})
const said = (id: number, body: unknown, content: object = {}, more: object = {}): object =>
  event(id, 'm.room.message', { msgtype: 'm.text', body, ...content }, more)
const relates = (rel_type: string, to: number, more: object = {}): object => ({
  'm.relates_to': { rel_type, event_id: `$${to}`, ...more },
})
const state = (id: number, type: string, key: string, content: object): object =>
  event(id, type, content, { state_key: key })
const publicRoom = state(0, 'm.room.join_rules', '', { join_rule: 'public' })
const room = (messages: readonly unknown[], more: object = {}): object => ({
  room_name: 'Garden',
  room_creator: 'Ann',
  topic: 'What grows',
  export_date: '1 January 2024',
  exported_by: 'Bo',
  messages,
  ...more,
})
const bo = { sender: '@bo:b.example' }
const whole: ExportFiles = {
  'export.json': room([
    publicRoom,
    state(1, 'm.room.member', '@ann:a.example', { membership: 'join', displayname: 'Ann Vale' }),
    state(2, 'm.room.name', '', { name: 'Garden' }),
    said(3, 'Hello :tada:'),
    said(4, '> <@ann:a.example> Hello\n\nHi back', { 'm.relates_to': { 'm.in_reply_to': { event_id: '$3' } } }, bo),
    event(5, 'm.reaction', relates('m.annotation', 3, { key: '👍' }), bo),
    event(6, 'm.reaction', relates('m.annotation', 3, { key: '👎' }), bo),
    event(7, 'm.room.redaction', {}, { ...bo, redacts: '$6' }),
    said(8, '* Hello all', { 'm.new_content': { msgtype: 'm.text', body: 'Hello all' }, ...relates('m.replace', 3) }),
    said(
      9,
      'In the thread',
      relates('m.thread', 3, { is_falling_back: true, 'm.in_reply_to': { event_id: '$3' } }),
      bo,
    ),
    said(10, 'photo.jpg', { msgtype: 'm.image', info: { size: 54_321 }, url: 'mxc://a.example/x' }),
    said(11, 'Look', { msgtype: 'm.file', filename: 'plan.pdf', info: { size: 10 } }),
    said(12, 'waves', { msgtype: 'm.emote' }),
    event(13, 'm.room.encrypted', { algorithm: 'm.megolm' }),
    said(14, '** Unable to decrypt **', { msgtype: 'm.bad.encrypted' }),
    event(
      15,
      'm.room.message',
      {},
      { unsigned: { redacted_because: { sender: '@bo:b.example', origin_server_ts: ms + 99_000 } } },
    ),
    said(16, 'Soon gone'),
    event(17, 'm.room.redaction', { redacts: '$16' }),
    event(18, 'm.sticker', { body: 'Cat' }),
    event(19, 'm.poll.start', { question: 'x' }),
    state(20, 'm.room.pinned_events', '', { pinned: ['$3', '$404'] }),
  ]),
  'images/photo.jpg': new Uint8Array([1, 2]),
}

describe("Element's export of a Matrix room", () => {
  test('becomes a room, threads, people, replies, reactions, edits, pins, deletions and named files', async () => {
    const { messages, rooms, threads, people, changes, cameOver, outcome } = await run(whole)
    expect(outcome.source.title).toBe("Element's export of a Matrix room")
    expect(rooms).toEqual(['Garden'])
    expect(threads).toEqual(['Garden / Hello 🎉 ← Hello 🎉'])
    expect(short(messages)).toEqual([
      'Garden | Ann Vale | Hello 🎉',
      'Garden | bo | Hi back',
      'Garden / Hello 🎉 | bo | In the thread',
      'Garden | Ann Vale | 📎 photo.jpg (54 kB)',
      'Garden | Ann Vale | Look\n\n📎 plan.pdf (10 B)',
      'Garden | Ann Vale | *waves*',
      'Garden | Ann Vale | ',
      'Garden | Ann Vale | Soon gone',
      'Garden | Ann Vale | 📎 sticker Cat',
    ])
    expect(messages[0]).toContain('2023-11-14T22:13:23.000Z')
    expect(people).toEqual(['Ann Vale', 'bo'])
    expect([...changes].sort()).toEqual(
      [
        'Hi back ↩ Hello 🎉',
        'bo 👍 Hello 🎉',
        'Ann Vale edits Hello 🎉 → Hello all',
        'undefined pins Hello 🎉',
        'bo deletes ',
        'Ann Vale deletes Soon gone',
      ].sort(),
    )
    expect(cameOver).toEqual({ 'files named': 3 })
  })

  test('what is not understood is counted by kind', async () => {
    expect((await run(whole)).left).toEqual({
      'changes of the room (m.room.join_rules)': 1,
      'changes of the room (m.room.member)': 1,
      'changes of the room (m.room.name)': 1,
      'changes of the room (m.room.pinned_events)': 1,
      'reactions that were taken back': 1,
      'encrypted messages that the exporter could not read': 2,
      'events of the type “m.poll.start”': 1,
      'deletions of messages that are not there, or of a time to come': 1,
      'pins of messages that are not there, or of a time to come': 1,
      'files that messages may name (pictures, documents): not copied': 1,
    })
  })

  test('a room that is not public stays out, unless nobody is let into the space', async () => {
    const secret: ExportFiles = { 'export.json': room([said(1, 'hidden')]) }
    const told = await run(secret)
    expect(told).toMatchObject({ messages: [], events: [] })
    expect(Object.keys(told.left)).toEqual([expect.stringMatching(/does not call public.*--invite-only/)])
    expect(short((await run(secret, { visibility: 'invite' })).messages)).toEqual(['Garden | ann | hidden'])
  })

  test('again it adds nothing', async () => {
    const server = fakeConnection()
    const { events } = await run(whole, { server })
    const again = await run(whole, { server })
    expect(again.outcome).toMatchObject({ imported: 0, known: 9, refused: 0 })
    expect(again.events).toEqual(events)
  })
})

describe('odd Matrix exports', () => {
  test.each<[what: string, messages: readonly unknown[], right: readonly string[], refused: readonly string[]]>([
    [
      'a thread on nothing',
      [said(1, 'a', relates('m.thread', 404)), said(2, 'b', relates('m.thread', 404))],
      ['Garden | ann | a', 'Garden / Thread | ann | b'],
      [],
    ],
    [
      'threads in a circle',
      [said(1, 'a', relates('m.thread', 2)), said(2, 'b', relates('m.thread', 1))],
      ['Garden | ann | a', 'Garden | ann | b'],
      [],
    ],
    [
      'a thread that is older than its first message',
      [said(5, 'root'), said(1, 'early', relates('m.thread', 5))],
      ['Garden / root | ann | early', 'Garden | ann | root'],
      [],
    ],
    [
      'a message of itself',
      [said(1, 'a', relates('m.thread', 1)), said(2, 'b', relates('m.replace', 2))],
      ['Garden | ann | a'],
      [],
    ],
    [
      'an edit bundled with its message',
      [
        said(
          1,
          'a',
          {},
          { unsigned: { 'm.relations': { 'm.replace': said(2, '* b', { 'm.new_content': { body: 'b' } }) } } },
        ),
      ],
      ['Garden | ann | a'],
      [],
    ],
    [
      'wrong types, beside a good one',
      [
        said(1, 'good', { 'm.relates_to': 5 }),
        null,
        said(2, {}),
        said(3, 'x', {}, { origin_server_ts: 'x' }),
        said(4, 'x', {}, { sender: 7, event_id: {} }),
      ],
      ['Garden | ann | good'],
      [
        'line 3 is not imported: it is not a JSON object',
        'line 5 is not imported: its time cannot be read: “x”',
        'line 6 is not imported: its id is neither a number nor a text: an object',
      ],
    ],
  ])('%s', async (_, messages, right, refused) => {
    const told = await run({ 'export.json': room([publicRoom, ...messages]) })
    expect(short(told.messages)).toEqual(right)
    expect(told.outcome.told.map(([, sentence]) => sentence)).toEqual(refused)
  })
})
