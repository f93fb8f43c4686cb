import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fields, json, line, oddFiles, s, texts, type OddFiles } from './odd-files.ts'

/** Times and ids as other programs write them. */
let odd: OddFiles
beforeAll(async () => {
  odd = await oddFiles()
})
afterAll(() => odd.dispose())

describe('time', () => {
  const second = '2023-11-14T22:13:20'
  test.each<[what: string, ts: unknown, at: string, read: string]>([
    ['seconds', s, `${second}.000Z`, 's'],
    ['seconds with a fraction', s + 0.25, `${second}.250Z`, 's'],
    ['seconds as a string', String(s), `${second}.000Z`, 's'],
    ["Slack's strings", `${s}.000100`, `${second}.000Z`, 's'],
    ["Slack's strings, to the millisecond", `${s}.987654`, `${second}.987Z`, 's'],
    ['milliseconds', s * 1000 + 7, `${second}.007Z`, 'ms'],
    ['milliseconds as a string', `${s}007`, `${second}.007Z`, 'ms'],
    ['microseconds', s * 1e6 + 7001, `${second}.007Z`, 'us'],
    ['nanoseconds as a string', `${s}007000001`, `${second}.007Z`, 'ns'],
    ['1.7e9', '1.7e9', `${second}.000Z`, 's'],
    ['a date with Z', `${second}Z`, `${second}.000Z`, 'date'],
    ['a date with a fraction', `${second}.123456789Z`, `${second}.123Z`, 'date'],
    ['a date with an offset', '2023-11-15T03:43:20.5+05:30', `${second}.500Z`, 'date'],
    ['a date with an offset without a colon', '2023-11-14 17:13:20-0500', `${second}.000Z`, 'date'],
    ['a date without a zone', '2023-11-14 22:13:20', `${second}.000Z`, 'zoneless'],
    ['a day', '2023-11-14', '2023-11-14T00:00:00.000Z', 'zoneless'],
    ['the beginning of 1970', 0, '1970-01-01T00:00:00.000Z', 's'],
    ['long ago in seconds', 86_400, '1970-01-02T00:00:00.000Z', 's'],
  ])('%s', async (_, ts, at, read) => {
    const { messages, times, notes } = await odd.imported(json(line(1, { ts })))
    expect(fields(messages, 2)).toEqual([at])
    if (read === 'zoneless') expect([...notes.keys()]).toEqual(['NoZone'])
    if (read === 'date' || read === 'zoneless') expect(times).toMatchObject({ dates: 1, numbers: 0 })
    else expect(times).toMatchObject({ unit: read, dates: 0, numbers: 1 })
  })

  test('nanoseconds as a number keep their order to the last digit', async () => {
    const raw = (id: number, last: number) =>
      JSON.stringify(line(id)).replace(/"ts":\d+/, `"ts":17000000000000000${last}`)
    const { messages, times } = await odd.imported(json(raw(1, 12), raw(2, 11), raw(3, 10)))
    expect(times.unit).toBe('ns')
    expect(texts(messages)).toEqual(['text 3', 'text 2', 'text 1'])
  })

  test('a small number among milliseconds is one, too; seconds among them are not', async () => {
    const { messages, told } = await odd.imported(
      json(line(1, { ts: s * 1000 }), line(2, { ts: 5 }), line(3, { ts: s }), line(4, { ts: s * 1000 + 1 })),
    )
    expect(fields(messages, 2, 3)).toEqual([
      '1970-01-01T00:00:00.005Z | text 2',
      `${second}.000Z | text 1`,
      `${second}.001Z | text 4`,
    ])
    expect(told).toEqual([
      [3, "line 3 is not imported: its time is in seconds, and the file's times are in milliseconds"],
    ])
  })

  test('dates stand beside numbers, for they say what they are', async () => {
    const { messages, times } = await odd.imported(json(line(2), line(1, { ts: `${second}.5Z` }), line(3)))
    expect(texts(messages)).toEqual(['text 1', 'text 2', 'text 3'])
    expect(times).toMatchObject({ unit: 's', dates: 1, numbers: 2 })
  })

  test('lines out of order: rooms, threads and the log are in order of time, lines of one time in the order of the file', async () => {
    const topic = { topic: 'plans' }
    const { messages, events } = await odd.imported(
      json(
        line(5, topic),
        line(1, topic),
        line(9, { ts: s + 3, text: 'a' }),
        line(3, topic),
        line(4, { ts: s + 3, text: 'b' }),
      ),
    )
    expect(fields(messages, 0, 3)).toEqual([
      'general | text 1',
      'general | a',
      'general / plans | text 3',
      'general | b',
      'general / plans | text 5',
    ])
    const thread = events.find((event) => event.type === 'room.create' && event.payload.kind === 'thread')!
    expect(thread.payload).toMatchObject({ parentMessage: events.find(({ type }) => type === 'message.create')!.id })
  })
})

describe('identity', () => {
  test('the same id and time in two streams are two messages', async () => {
    const { messages, known } = await odd.imported(json(line(1), line(1, { stream: 'random', text: 'other' })))
    expect(fields(messages, 0, 3).sort()).toEqual(['general | text 1', 'random | other'])
    expect(known).toBe(0)
  })

  test('numbers beyond 2⁵³ differ to the last digit', async () => {
    const raw = (id: string) => JSON.stringify(line(0, { text: id })).replace('"id":0', `"id":${id}`)
    const ids = [
      '9007199254740993',
      '9007199254740992',
      '9007199254740994',
      '123456789012345678901',
      '123456789012345678902',
    ]
    const { messages, told } = await odd.imported(json(...ids.map(raw)))
    expect(texts(messages)).toEqual(ids)
    expect(told).toEqual([])
  })

  test('ids as strings, of Discord and Slack; 1 and "1" are the same', async () => {
    const ids = [
      '1175032819738357851',
      '1700000000.000100',
      'C01/p17',
      'é\u0000',
      '9007199254740993',
      '9007199254740992',
    ]
    const { messages, known } = await odd.imported(
      json(...ids.map((id) => line(id, { text: id.replace('\0', '') })), line(1), line('1', { ts: s + 1 })),
    )
    expect(messages).toHaveLength(7)
    expect(known).toBe(1)
  })

  test('one id with other content is told by line, and is not called there already', async () => {
    const { told, known, messages } = await odd.imported(
      json(
        line(1),
        line(1, { text: 'other' }),
        line(1),
        line(1, { ts: s + 5 }),
        line(1, { sender: 'Bo' }),
        line(1, { topic: 'plans' }),
      ),
    )
    expect(told).toEqual([
      [2, 'line 2 is not imported: it has the same id as line 1 but another text'],
      [4, 'line 4 is not imported: it has the same id as line 1 but another time'],
      [5, 'line 5 is not imported: it has the same id as line 1 but another sender'],
      [6, 'line 6 is not imported: it has the same id as line 1 but another topic'],
    ])
    expect(known).toBe(1)
    expect(texts(messages)).toEqual(['text 1'])
  })

  test('a refused line does not hold the id of a good one', async () => {
    const { told, messages } = await odd.imported(json(line(1, { ts: s * 1000 }), line(1), line(2), line(3)))
    expect(told.map(([number]) => number)).toEqual([1])
    expect(texts(messages)).toEqual(['text 1', 'text 2', 'text 3'])
  })

  test('without an id the content is the identity', async () => {
    const none = (more: object) => line(1, { id: undefined, ...more })
    const { messages, known, notes } = await odd.imported(
      json(none({}), none({ text: 'b' }), none({}), none({ id: null, text: 'c' }), none({ id: '  ', text: 'd' })),
    )
    expect(texts(messages)).toEqual(['text 1', 'b', 'c', 'd'])
    expect(known).toBe(1)
    expect(notes.get('NoId')).toEqual({ count: 4, lines: [1, 2, 4, 5] })
  })
})
