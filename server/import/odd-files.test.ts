import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testing.ts'
import { ImportError } from './open-source.ts'
import type { ServerConnection } from './server-connection.ts'
import { contentOf, importFile, importFolder, type Outcome } from './testing.ts'

/** Odd files and what is right for each: what arrives, what is told, by which line. */

let server: TestServer
let connection: ServerConnection
const folder = importFolder()
beforeAll(async () => {
  server = await startTestServer({ limits: { spacesPerPerson: { burst: 1000, perSecond: 1 } } })
  connection = await folder.connect(server.origin)
})
afterAll(async () => {
  await server.dispose()
  folder.remove()
})

const s = 1_700_000_000
const line = (id: unknown, more: object = {}): object => ({
  id,
  stream: 'general',
  topic: '',
  sender: 'Ann',
  ts: typeof id === 'number' && id < 1e6 ? s + id : s,
  text: `text ${String(id)}`,
  ...more,
})
const json = (...lines: (object | string)[]) =>
  lines.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join('\n')
/** "Ann | …:21.000Z | text 1" is said of line(1) by its text alone */
const texts = (messages: readonly string[]) => messages.map((message) => message.split(' | ')[3])
const fields = (messages: readonly string[], ...which: number[]) =>
  messages.map((message) => which.map((field) => message.split(' | ')[field]).join(' | '))

let spaces = 0
async function imported(content: string | Uint8Array, name?: string) {
  const space = `Odd ${++spaces}`
  const outcome = await importFile(connection, folder.write(content, name), space)
  return { ...outcome, ...(await contentOf(connection, space)) }
}
async function refusal(content: string | Uint8Array): Promise<string> {
  const space = `Odd ${++spaces}`
  const failing = importFile(connection, folder.write(content), space)
  await expect(failing).rejects.toBeInstanceOf(ImportError)
  expect((await contentOf(connection, space)).events, 'nothing is made').toEqual([])
  return failing.then(
    () => '',
    (error: Error) => error.message,
  )
}
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16()
const good = json(line(1), line(2), line(3))
const three = ['text 1', 'text 2', 'text 3']

describe('the bytes of a file', () => {
  test.each<[what: string, content: string | Uint8Array]>([
    ['plain lines', good],
    ['a line break at the end, and blank lines', `\n${good}\n\n  \n`],
    ['UTF-8 with a byte order mark', `\ufeff${good}`],
    ['UTF-16, little end first', Buffer.from(`\ufeff${good}`, 'utf16le')],
    ['UTF-16, big end first', utf16be(`\ufeff${good}`)],
    ['UTF-16 without a mark', Buffer.from(good, 'utf16le')],
    ['byte order marks where files were put together', `\ufeff${json(line(1), line(2))}\n\ufeff${json(line(3))}`],
    ['CRLF', good.replaceAll('\n', '\r\n')],
    ['CR alone', good.replaceAll('\n', '\r')],
    ['CR, CRLF and LF in one file', `${json(line(1))}\r${json(line(2))}\r\n${json(line(3))}\n`],
    ['gzip, by any name', gzipSync(good)],
    ['gzip in gzip', gzipSync(gzipSync(good))],
    ['gzip in parts', Buffer.concat([gzipSync(`${json(line(1), line(2))}\n`), gzipSync(json(line(3)))])],
    ['gzip of UTF-16 with CRLF', gzipSync(Buffer.from(`\ufeff${good.replaceAll('\n', '\r\n')}`, 'utf16le'))],
    ['a JSON array in one line', JSON.stringify([line(1), line(2), line(3)])],
    ['a JSON array, an object a line', `[\n${good.replaceAll('\n', ',\n')}\n]\n`],
    ['a comma behind each line, and no brackets', good.replaceAll('\n', ',\n')],
    [
      'arrays one after another, with marks',
      `\ufeff[\n${json(line(1), line(2)).replace('\n', ',\n')}\n]\n\ufeff[${json(line(3))}]`,
    ],
    ['an indented JSON array', JSON.stringify([line(1), line(2), line(3)], null, 2)],
    [
      'indented JSON with tabs and CRLF',
      JSON.stringify([line(1), line(2), line(3)], null, '\t').replaceAll('\n', '\r\n'),
    ],
    ['indented objects one after another', [1, 2, 3].map((id) => JSON.stringify(line(id), null, 4)).join('\n')],
    ['objects one after another in one line', [1, 2, 3].map((id) => JSON.stringify(line(id))).join('')],
    [
      'objects with braces, quotes and brackets in their texts',
      JSON.stringify(
        [1, 2, 3].map((id) => line(id, { a: '}]"{[\\' })),
        null,
        1,
      ),
    ],
  ])('%s: read whole', async (_, content) => {
    const { messages, read, imported: lines, refused, told } = await imported(content)
    expect(texts(messages)).toEqual(three)
    expect({ read, lines, refused, told }).toEqual({ read: 3, lines: 3, refused: 0, told: [] })
  })

  test.each<[what: string, content: string | Uint8Array, sentence: RegExp]>([
    ['an empty file', '', /is empty\.$/],
    ['blank lines alone', '\n \n\t\r\n', /is empty\.$/],
    ['gzip of nothing', gzipSync(''), /is empty\.$/],
    ['a byte order mark alone', '\ufeff', /is empty\.$/],
    [
      'a picture',
      Buffer.from('89504e470d0a1a0a0000000d49484452000000100000001008060000001ff3ff61', 'hex'),
      /is not a text file/,
    ],
    [
      'gzip of random bytes',
      gzipSync(Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919 + i * i) % 256))),
      /is not a text file/,
    ],
    ['a zip archive by another name', Buffer.from('504b0304140000000800', 'hex'), /is a zip archive: unpack it first/],
    ['an SQLite database', Buffer.from('SQLite format 3\0'), /is an SQLite database/],
    ['UTF-32', Buffer.from('fffe00007b000000', 'hex'), /is in UTF-32\. Save it as UTF-8/],
    [
      'CSV',
      'id,stream,text\n1,general,hello\n2,general,you\n',
      /no message in it: each of its 3 lines .*not JSON\. A line looks like \{"id"/,
    ],
    ['HTML', `<!doctype html>\n${'<p>hi</p>\n'.repeat(500)}`, /no message in it.*501 .*not JSON/],
    [
      'JSON of another kind',
      JSON.stringify({ guild: { id: 1 }, messages: [line(1)] }, null, 2),
      /no message in it.*no time \(ts\)/,
    ],
    ['numbers, a line each', '1\n2\n3\n', /no message in it.*not a JSON object/],
    ['gzip that is damaged from the start', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), /not a whole gzip file/],
  ])('%s: one sentence, and nothing is made', async (_, content, sentence) => {
    expect(await refusal(content)).toMatch(sentence)
  })

  test('of a file that is damaged, what comes before is imported, and it is told', async () => {
    const whole = gzipSync(
      json(...Array.from({ length: 5000 }, (_, id) => line(id, { text: `${id * 7919} ${(id * 104729) % 9973}` }))),
    )
    const { fault, imported: lines, messages } = await imported(whole.subarray(0, whole.length / 2))
    expect(lines).toBeGreaterThan(1000)
    expect(messages).toHaveLength(lines)
    expect(fault).toMatch(new RegExp(`is not a whole gzip file: it ends, or is damaged, after line ${lines}\\.$`))
  })

  test('of gzip without its last bytes, every line is imported', async () => {
    const { fault, messages } = await imported(gzipSync(good).subarray(0, -6))
    expect(texts(messages)).toEqual(three)
    expect(fault).toMatch(/is not a whole gzip file: .* after line 3\.$/)
  })

  test('a line that is too long is told, and not held', async () => {
    const { told, messages } = await imported(json(line(1), `{"text":"${'x'.repeat(9 << 20)}"}`, line(2)))
    expect(told).toEqual([[2, 'line 2 is not imported: it is longer than 8 MB']])
    expect(texts(messages)).toEqual(['text 1', 'text 2'])
  })

  test('bytes that are not UTF-8 are told', async () => {
    const { notes, messages } = await imported(Buffer.from(json(line(1), line(2, { text: 'Jos\xe9' })), 'latin1'))
    expect(texts(messages)).toEqual(['text 1', 'Jos\ufffd'])
    expect([...notes]).toEqual([['CharactersReplaced', { count: 1, lines: [2] }]])
  })
})

describe('one bad line harms no other', () => {
  test.each<[what: string, bad: string | object, sentence: string]>([
    ['not JSON', 'hello', 'it is not JSON'],
    ['cut off', JSON.stringify(line(9)).slice(0, 30), 'it is not JSON'],
    ['an open bracket', '[', 'it is not JSON'],
    ['a control character', '\0', 'it is not JSON'],
    ['two objects', `${JSON.stringify(line(8))}${JSON.stringify(line(9))}`, 'it is not JSON'],
    ['NaN, which is not JSON', JSON.stringify(line(9)).replace(/"ts":\d+/, '"ts":NaN'), 'it is not JSON'],
    ['nested without end', '['.repeat(100_000), 'it is not JSON'],
    ['a list', [line(9)], 'it is not a JSON object'],
    ['null', 'null', 'it is not a JSON object'],
    ['no time', line(9, { ts: undefined }), 'it has no time (ts)'],
    ['a time that is null', line(9, { ts: null }), 'it has no time (ts)'],
    ['a time that is true', line(9, { ts: true }), 'its time cannot be read: true'],
    ['a time that is a list', line(9, { ts: [s] }), 'its time cannot be read: a list'],
    ['a time in words', line(9, { ts: 'yesterday\u001b[2J' }), 'its time cannot be read: “yesterday\ufffd[2J”'],
    [
      'the 30th of February',
      line(9, { ts: '2023-02-30T10:00:00Z' }),
      'its time cannot be read: “2023-02-30T10:00:00Z”',
    ],
    ['a time before 1970', line(9, { ts: -5 }), 'its time lies before 1970: -5'],
    [
      'a date before 1970',
      line(9, { ts: '1969-12-31T23:59:59Z' }),
      'its time lies before 1970: “1969-12-31T23:59:59Z”',
    ],
    ['a date in the future', line(9, { ts: '9999-12-31T00:00:00Z' }), 'its time lies in the future, in the year 9999'],
    [
      'a minute from now',
      line(9, { ts: Math.floor(Date.now() / 1000) + 60 }),
      `its time lies in the future, in the year ${new Date(Date.now() + 60_000).getUTCFullYear()}`,
    ],
    ['a number in the future', line(9, { ts: 9e10 }), 'its time lies in the future, in the year 4821'],
    [
      'milliseconds among seconds',
      line(9, { ts: s * 1000 }),
      "its time is in milliseconds, and the file's times are in seconds",
    ],
    [
      'nanoseconds among seconds',
      line(9, { ts: `${s}000000000` }),
      "its time is in nanoseconds, and the file's times are in seconds",
    ],
    ['a time beyond all', line(9, { ts: 1e300 }), "its time is in nanoseconds, and the file's times are in seconds"],
    ['no text', line(9, { text: undefined }), 'it has no text'],
    ['a text that is a number', line(9, { text: 5 }), 'its text is not a text: 5'],
    ['an id that is an object', line(9, { id: { a: 1 } }), 'its id is neither a number nor a text: an object'],
    ['an id that is true', line(9, { id: true }), 'its id is neither a number nor a text: true'],
  ])('%s: told once, by its number', async (_, bad, sentence) => {
    // in a room and thread of its own: the next line makes them
    const own = typeof bad === 'string' ? bad : JSON.stringify(bad).replaceAll('general', 'own')
    const { told, messages, rooms, read, refused } = await imported(
      json(line(1), own, line(2), line(3, { stream: 'own' }), line(4)),
    )
    expect(told).toEqual([[2, `line 2 is not imported: ${sentence}`]])
    expect({ read, refused }).toEqual({ read: 5, refused: 1 })
    expect(texts(messages)).toEqual(['text 1', 'text 2', 'text 3', 'text 4'])
    expect(rooms).toEqual(['general', 'own'])
  })

  test('a line in milliseconds that comes first changes nothing for thousands after it', async () => {
    const seconds = Array.from({ length: 4999 }, (_, id) => line(id + 2, { topic: `t${id % 5}` }))
    const { told, imported: lines } = await imported(json(line(1, { ts: s * 1000, topic: 't0' }), ...seconds))
    expect(told.map(([number]) => number)).toEqual([1])
    expect(lines).toBe(4999)
  })

  test('a file of which every line is refused says so of each, and makes no space', async () => {
    const { told, imported: lines, events } = await imported(json(line(1, { ts: -1 }), line(2, { ts: '9999-01-01' })))
    expect(told.map(([number]) => number)).toEqual([1, 2])
    expect({ lines, events }).toEqual({ lines: 0, events: [] })
  })

  test('an object of an array that does not end does not take the rest along', async () => {
    const array = JSON.stringify([line(1), line(2), line(3)], null, 2)
    const { told, messages } = await imported(array.replace('"text": "text 2"\n  },', '"text": "text 2'))
    expect(texts(messages)).toEqual(['text 1', 'text 3'])
    expect(told).toEqual([[10, 'line 10 is not imported: it is not JSON']])
  })

  test('an array of one', async () => {
    expect(texts((await imported(`[\n${json(line(1))}\n]`)).messages)).toEqual(['text 1'])
  })

  test('what else an array holds is told by its line', async () => {
    const { told, messages } = await imported(`[${JSON.stringify(line(1))},\n5,\n"a{",\n${JSON.stringify(line(2))}]`)
    expect(texts(messages)).toEqual(['text 1', 'text 2'])
    expect(told).toEqual([
      [2, 'line 2 is not imported: it is not a JSON object'],
      [3, 'line 3 is not imported: it is not a JSON object'],
    ])
  })
})

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
    const { messages, times, notes } = await imported(json(line(1, { ts })))
    expect(fields(messages, 2)).toEqual([at])
    if (read === 'zoneless') expect([...notes.keys()]).toEqual(['NoZone'])
    if (read === 'date' || read === 'zoneless') expect(times).toMatchObject({ dates: 1, numbers: 0 })
    else expect(times).toMatchObject({ unit: read, dates: 0, numbers: 1 })
  })

  test('nanoseconds as a number keep their order to the last digit', async () => {
    const raw = (id: number, last: number) =>
      JSON.stringify(line(id)).replace(/"ts":\d+/, `"ts":17000000000000000${last}`)
    const { messages, times } = await imported(json(raw(1, 12), raw(2, 11), raw(3, 10)))
    expect(times.unit).toBe('ns')
    expect(texts(messages)).toEqual(['text 3', 'text 2', 'text 1'])
  })

  test('a small number among milliseconds is one, too; seconds among them are not', async () => {
    const { messages, told } = await imported(
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
    const { messages, times } = await imported(json(line(2), line(1, { ts: `${second}.5Z` }), line(3)))
    expect(texts(messages)).toEqual(['text 1', 'text 2', 'text 3'])
    expect(times).toMatchObject({ unit: 's', dates: 1, numbers: 2 })
  })

  test('lines out of order: rooms, threads and the log are in order of time, lines of one time in the order of the file', async () => {
    const topic = { topic: 'plans' }
    const { messages, events } = await imported(
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
    const { messages, known } = await imported(json(line(1), line(1, { stream: 'random', text: 'other' })))
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
    const { messages, told } = await imported(json(...ids.map(raw)))
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
    const { messages, known } = await imported(
      json(...ids.map((id) => line(id, { text: id.replace('\0', '') })), line(1), line('1', { ts: s + 1 })),
    )
    expect(messages).toHaveLength(7)
    expect(known).toBe(1)
  })

  test('one id with other content is told by line, and is not called there already', async () => {
    const { told, known, messages } = await imported(
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
    const { told, messages } = await imported(json(line(1, { ts: s * 1000 }), line(1), line(2), line(3)))
    expect(told.map(([number]) => number)).toEqual([1])
    expect(texts(messages)).toEqual(three)
  })

  test('without an id the content is the identity', async () => {
    const none = (more: object) => line(1, { id: undefined, ...more })
    const { messages, known, notes } = await imported(
      json(none({}), none({ text: 'b' }), none({}), none({ id: null, text: 'c' }), none({ id: '  ', text: 'd' })),
    )
    expect(texts(messages)).toEqual(['text 1', 'b', 'c', 'd'])
    expect(known).toBe(1)
    expect(notes.get('NoId')).toEqual({ count: 4, lines: [1, 2, 4, 5] })
  })
})

describe('names and texts', () => {
  test.each<[what: string, sender: unknown]>([
    ['null', null],
    ['missing', undefined],
    ['empty', ''],
    ['blank', ' \t '],
    ['invisible', '\u200b\u202e\u0007'],
    ['an object', { name: 'Ann' }],
  ])('a sender that is %s: the message is kept', async (_, sender) => {
    const { messages, notes } = await imported(json(line(1, { sender })))
    expect(fields(messages, 1, 3)).toEqual(['Unknown sender | text 1'])
    expect([...notes.keys()]).toEqual(['NoSender'])
  })

  test('one who is called “Unknown sender” is another', async () => {
    const { events } = await imported(json(line(1, { sender: null }), line(2, { sender: 'Unknown sender' })))
    expect(events.filter(({ type }) => type === 'member.join')).toHaveLength(2)
  })

  test.each<[what: string, topic: unknown]>([
    ['null', null],
    ['missing', undefined],
    ['blank', ' '],
    ['invisible', '\u2060'],
  ])('a topic that is %s: the room itself', async (_, topic) => {
    const { messages, events } = await imported(json(line(1, { topic }), line(2, { topic })))
    expect(fields(messages, 0)).toEqual(['general', 'general'])
    expect(events.filter(({ type }) => type === 'room.create')).toHaveLength(1)
  })

  test('a stream that is missing or blank: a room that says so; names are decoded and cleaned', async () => {
    const { rooms } = await imported(
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
    const { rooms, notes } = await imported(json(line(1, { stream: `${long}a` }), line(2, { stream: `${long}b` })))
    expect(rooms).toEqual([`${'n'.repeat(199)}…`, `${'n'.repeat(199)}…`])
    expect(notes.get('NameShortened')).toEqual({ count: 2, lines: [1, 2] })
  })

  test('long texts are cut and told, whatever their characters take', async () => {
    const { events, notes } = await imported(
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
    const { messages, notes } = await imported(
      json('{"id":1,"stream":"general","sender":"Ann","ts":1700000000,"text":"a\\ud83d b\\u0000 😀"}'),
    )
    expect(texts(messages)).toEqual(['a\ufffd b\ufffd 😀'])
    expect(notes.get('CharactersReplaced')).toEqual({ count: 1, lines: [1] })
  })

  test('fields that are not taken over are counted by name; empty ones hold nothing', async () => {
    const { fieldsLeft } = await imported(
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

test('the counts of a file with everything in it add up', async () => {
  const outcome: Outcome = await imported(
    json(
      line(1),
      '',
      'x',
      line(1),
      line(2),
      line(2, { text: 'y' }),
      line(3, { ts: s * 1000 }),
      line(4, { sender: null }),
    ),
  )
  const { read, imported: lines, known, refused, reasons } = outcome
  expect({ read, lines, known, refused }).toEqual({ read: 7, lines: 3, known: 1, refused: 3 })
  expect(Object.fromEntries(reasons)).toEqual({ NotJson: 1, SameId: 1, OtherUnit: 1 })
})
