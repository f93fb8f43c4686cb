import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fields, json, line, oddFiles, texts, type OddFiles } from './odd-files.ts'

/** Names and texts that are missing, too long or ill formed. */
let odd: OddFiles
beforeAll(async () => {
  odd = await oddFiles()
})
afterAll(() => odd.dispose())

describe('names and texts', () => {
  test.each<[what: string, sender: unknown]>([
    ['null', null],
    ['missing', undefined],
    ['empty', ''],
    ['blank', ' \t '],
    ['invisible', '\u200b\u202e\u0007'],
    ['an object', { name: 'Ann' }],
  ])('a sender that is %s: the message is kept', async (_, sender) => {
    const { messages, notes } = await odd.imported(json(line(1, { sender })))
    expect(fields(messages, 1, 3)).toEqual(['Unknown sender | text 1'])
    expect([...notes.keys()]).toEqual(['NoSender'])
  })

  test('one who is called “Unknown sender” is another', async () => {
    const { events } = await odd.imported(json(line(1, { sender: null }), line(2, { sender: 'Unknown sender' })))
    expect(events.filter(({ type }) => type === 'member.join')).toHaveLength(2)
  })

  test.each<[what: string, topic: unknown]>([
    ['null', null],
    ['missing', undefined],
    ['blank', ' '],
    ['invisible', '\u2060'],
  ])('a topic that is %s: the room itself', async (_, topic) => {
    const { messages, events } = await odd.imported(json(line(1, { topic }), line(2, { topic })))
    expect(fields(messages, 0)).toEqual(['general', 'general'])
    expect(events.filter(({ type }) => type === 'room.create')).toHaveLength(1)
  })

  test('a stream that is missing or blank: a room that says so; names are decoded and cleaned', async () => {
    const { rooms } = await odd.imported(
      json(
        line(1, { stream: undefined }),
        line(2, { stream: '' }),
        line(3, { stream: 'Is-it%3F' }),
        line(4, { stream: 'a\u202eb\n c' }),
        line(5, { stream: '100% sure' }),
        line(6, { stream: 'Is-it?' }),
        line(7, { stream: 2024 }),
        line(8, { stream: '\ud800x' }),
      ),
    )
    expect(rooms).toEqual(['Unknown room', 'Is-it?', 'ab c', '100% sure', '2024', '\ufffdx'])
  })

  test('long names are shortened and told; they stay apart', async () => {
    const long = 'n'.repeat(300_000)
    const { rooms, notes } = await odd.imported(json(line(1, { stream: `${long}a` }), line(2, { stream: `${long}b` })))
    expect(rooms).toEqual([`${'n'.repeat(199)}…`, `${'n'.repeat(199)}…`])
    expect(notes.get('NameShortened')).toEqual({ count: 2, lines: [1, 2] })
  })

  test('long texts are cut and told, whatever their characters take', async () => {
    const { events, notes } = await odd.imported(
      json(
        line(1, { text: 'x'.repeat(60_000) }),
        line(2, { text: 'x'.repeat(60_001) }),
        line(3, { text: '😀'.repeat(30_000) }),
        line(4, { text: '\u0001"'.repeat(30_000) }),
      ),
    )
    const lengths = events.flatMap((event) => (event.type === 'message.create' ? [event.payload.text.length] : []))
    expect(lengths).toEqual([60_000, 60_000, 30_717, 15_359])
    expect(notes.get('TextShortened')).toEqual({ count: 3, lines: [2, 3, 4] })
  })

  test('half characters and NUL are replaced and told', async () => {
    const { messages, notes } = await odd.imported(
      json('{"id":1,"stream":"general","sender":"Ann","ts":1700000000,"text":"a\\ud83d b\\u0000 😀"}'),
    )
    expect(texts(messages)).toEqual(['a\ufffd b\ufffd 😀'])
    expect(notes.get('CharactersReplaced')).toEqual({ count: 1, lines: [1] })
  })

  test('fields that are not taken over are counted by name; empty ones hold nothing', async () => {
    const { fieldsLeft } = await odd.imported(
      json(
        line(1, { reactions: [{ a: 1 }], edited: false, empty: [], none: null }),
        line(2, { reactions: [1], topic: { name: 'x' } }),
        line(3, { __proto__x: 1 }),
        line(4, { ts: -1, reactions: [1] }),
      ),
    )
    expect(Object.fromEntries(fieldsLeft)).toEqual({ reactions: 2, edited: 1, topic: 1, __proto__x: 1 })
  })
})
