import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, line, oddFiles, s, texts, type OddFiles } from './odd-files.ts'
import type { Outcome } from './testing.ts'

/** Odd lines in a good file: what arrives, what is told, by which line. */
let odd: OddFiles
beforeAll(async () => {
  odd = await oddFiles()
})
afterAll(() => odd.dispose())

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
    const { told, messages, rooms, read, refused } = await odd.imported(
      json(line(1), own, line(2), line(3, { stream: 'own' }), line(4)),
    )
    expect(told).toEqual([[2, `line 2 is not imported: ${sentence}`]])
    expect({ read, refused }).toEqual({ read: 5, refused: 1 })
    expect(texts(messages)).toEqual(['text 1', 'text 2', 'text 3', 'text 4'])
    expect(rooms).toEqual(['general', 'own'])
  })

  test('a line in milliseconds that comes first changes nothing for thousands after it', async () => {
    const seconds = Array.from({ length: 4999 }, (_, id) => line(id + 2, { topic: `t${id % 5}` }))
    const { told, imported: lines } = await odd.imported(json(line(1, { ts: s * 1000, topic: 't0' }), ...seconds))
    expect(told.map(([number]) => number)).toEqual([1])
    expect(lines).toBe(4999)
  })

  test('a file of which every line is refused says so of each, and makes no space', async () => {
    const {
      told,
      imported: lines,
      events,
    } = await odd.imported(json(line(1, { ts: -1 }), line(2, { ts: '9999-01-01' })))
    expect(told.map(([number]) => number)).toEqual([1, 2])
    expect({ lines, events }).toEqual({ lines: 0, events: [] })
  })

  test('an object of an array that does not end does not take the rest along', async () => {
    const array = JSON.stringify([line(1), line(2), line(3)], null, 2)
    const { told, messages } = await odd.imported(array.replace('"text": "text 2"\n  },', '"text": "text 2'))
    expect(texts(messages)).toEqual(['text 1', 'text 3'])
    expect(told).toEqual([[10, 'line 10 is not imported: it is not JSON']])
  })

  test('an array of one', async () => {
    expect(texts((await odd.imported(`[\n${json(line(1))}\n]`)).messages)).toEqual(['text 1'])
  })

  test('what else an array holds is told by its line', async () => {
    const { told, messages } = await odd.imported(
      `[${JSON.stringify(line(1))},\n5,\n"a{",\n${JSON.stringify(line(2))}]`,
    )
    expect(texts(messages)).toEqual(['text 1', 'text 2'])
    expect(told).toEqual([
      [2, 'line 2 is not imported: it is not a JSON object'],
      [3, 'line 3 is not imported: it is not a JSON object'],
    ])
  })
})

test('the counts of a file with everything in it add up', async () => {
  const outcome: Outcome = await odd.imported(
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
