import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, line, oddFiles, texts, type OddFiles } from './odd-files.ts'

/** Odd bytes, and what is right for each: what arrives, what is told. */
let odd: OddFiles
beforeAll(async () => {
  odd = await oddFiles()
})
afterAll(() => odd.dispose())

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
    const { messages, read, imported: lines, refused, told } = await odd.imported(content)
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
    ['a zip archive by another name', Buffer.from('504b0304140000000800', 'hex'), /is a damaged zip archive/],
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
    expect(await odd.refusal(content)).toMatch(sentence)
  })

  test('of a file that is damaged, what comes before is imported, and it is told', async () => {
    const whole = gzipSync(
      json(...Array.from({ length: 5000 }, (_, id) => line(id, { text: `${id * 7919} ${(id * 104729) % 9973}` }))),
    )
    const { fault, imported: lines, messages } = await odd.imported(whole.subarray(0, whole.length / 2))
    expect(lines).toBeGreaterThan(1000)
    expect(messages).toHaveLength(lines)
    expect(fault).toMatch(new RegExp(`is not a whole gzip file: it ends, or is damaged, after line ${lines}\\.$`))
  })

  test('of gzip without its last bytes, every line is imported', async () => {
    const { fault, messages } = await odd.imported(gzipSync(good).subarray(0, -6))
    expect(texts(messages)).toEqual(three)
    expect(fault).toMatch(/is not a whole gzip file: .* after line 3\.$/)
  })

  test('a line that is too long is told, and not held', async () => {
    const { told, messages } = await odd.imported(json(line(1), `{"text":"${'x'.repeat(9 << 20)}"}`, line(2)))
    expect(told).toEqual([[2, 'line 2 is not imported: it is longer than 8 MB']])
    expect(texts(messages)).toEqual(['text 1', 'text 2'])
  })

  test('bytes that are not UTF-8 are told', async () => {
    const { notes, messages } = await odd.imported(Buffer.from(json(line(1), line(2, { text: 'Jos\xe9' })), 'latin1'))
    expect(texts(messages)).toEqual(['text 1', 'Jos\ufffd'])
    expect([...notes]).toEqual([['CharactersReplaced', { count: 1, lines: [2] }]])
  })
})
