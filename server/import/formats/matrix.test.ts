import { afterAll, describe, expect, test } from 'vitest'
import { fakeConnection } from '../fake-connection.ts'
import { importFolder } from '../testing.ts'
import { importExport, type ExportFiles } from './testing.ts'
import { publicRoom, relates, room, said, whole } from './fixtures/matrix-export.ts'

const folder = importFolder()
afterAll(folder.remove)
const run = (files: ExportFiles, options = {}) => importExport(folder, files, options)
const short = (messages: readonly string[]) => messages.map((each) => each.replace(/ \| 2023[^|]*\|/, ' |'))

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
