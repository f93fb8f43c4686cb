import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitLines } from './split-lines.ts'
import { splitObjects } from './split-objects.ts'
import type { Splitter } from './split-records.ts'
import { shapeOf } from './shape.ts'

const seed = Number(process.env['SEED'] ?? 20261130)
const runs = { seed, numRuns: 200 }

function records(
  splitter: Splitter,
  text: string,
  cuts: readonly number[] = [],
): [line: number, text: string | null][] {
  const bytes = Buffer.from(text)
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  const found = places.slice(1).flatMap((end, i) => splitter.push(bytes.subarray(places[i], end)))
  return [...found, ...splitter.end()].map(({ line, bytes }) => [line, bytes && bytes.toString()])
}

test('lines end with LF, CRLF or CR, and blank ones count without being records', () => {
  expect(records(splitLines(), 'a\r\nb\rc\n\n  \r\n\r\nd')).toEqual([
    [1, 'a'],
    [2, 'b'],
    [3, 'c'],
    [7, 'd'],
  ])
})

test('objects are records wherever they begin and end', () => {
  expect(records(splitObjects(), '[{"a":"}\\"{"},\r\n {"b":[{}]}{}\r, 7, "{" x{"c":1}\n]')).toEqual([
    [1, '{"a":"}\\"{"}'],
    [2, '{"b":[{}]}'],
    [2, '{}'],
    [3, '7, "{" x'],
    [3, '{"c":1}'],
  ])
})

test('law: the same records, however the bytes were cut', () => {
  const piece = fc.constantFrom(
    '\r',
    '\n',
    '\r\n',
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    '\\',
    ' ',
    'a',
    'é',
    '😀',
    '{"a":1}',
    '  {\n    "b": "x"\n  }',
  )
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))
  const cuts = fc.array(fc.nat(), { maxLength: 12 })
  for (const make of [splitLines, splitObjects]) {
    fc.assert(
      fc.property(text, cuts, (text, cuts) => {
        expect(records(make(), text, cuts)).toEqual(records(make(), text))
      }),
      runs,
    )
  }
})

test('law: an array of any objects, indented in any way, is read as it was written', () => {
  const object = fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), {
    minKeys: 1,
    noNullPrototype: true,
  })
  const indent = fc.constantFrom(0, 1, 2, 4, '\t')
  fc.assert(
    fc.property(fc.array(object, { minLength: 1, maxLength: 6 }), indent, (objects, indent) => {
      const text = JSON.stringify(objects, null, indent)
      expect(shapeOf(Buffer.from(text), true)).toBe('objects')
      expect(records(splitObjects(), text).map(([, object]) => JSON.parse(object!) as unknown)).toEqual(
        JSON.parse(JSON.stringify(objects)),
      )
    }),
    runs,
  )
})

test('law: lines of objects are lines, whatever bad ones lie between', () => {
  const bad = fc.constantFrom('[', ']', '[1,2]', '{', '}', 'x', '"', '{"a":', '[{"a":1}', 'null', ',', '{"a":"', '\\')
  const lines = fc.array(fc.oneof(bad, fc.constant('{"id":1}')), { minLength: 2, maxLength: 30 })
  fc.assert(
    fc.property(lines, (lines) => {
      fc.pre(lines.filter((line) => line === '{"id":1}').length > 0)
      const text = lines.join('\n')
      const splitter = shapeOf(Buffer.from(text), true) === 'objects' ? splitObjects() : splitLines()
      const good = records(splitter, text).filter(([, line]) => line === '{"id":1}')
      expect(good.map(([line]) => line)).toEqual(lines.flatMap((line, i) => (line === '{"id":1}' ? [i + 1] : [])))
    }),
    runs,
  )
})
