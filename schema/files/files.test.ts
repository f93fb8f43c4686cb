import { describe, expect, test } from 'vitest'
import { fittedSize, imageSize, maxPixels } from './image-size.ts'
import { fileNames, readFiles, writeFiles } from './named-files.ts'
import { sniff } from './sniff.ts'

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const text = (words: string) => new TextEncoder().encode(words)

test.each([
  ['89504e470d0a1a0a', 'image/png'],
  ['ffd8ffe0', 'image/jpeg'],
  ['474946383961', 'image/gif'],
  ['52494646 00000000 57454250', 'image/webp'],
  ['00000018 66747970 69736f6d', 'video/mp4'],
  ['00000018 66747970 4d344120', 'audio/mp4'],
  ['4f676753', 'audio/ogg'],
  ['494433', 'audio/mpeg'],
  ['', 'application/octet-stream'],
  ['89504e47', 'application/octet-stream'], // cut
  ['00000018 66747970 71742020', 'application/octet-stream'], // a kind that browsers do not all play
])('%s is %s', (hex, type) => {
  expect(sniff(bytes(hex))).toBe(type)
})

test.each(['<svg xmlns="…"/>', '<!doctype html>', ' GIF89a', '%PDF-1.7', 'MZ', '#!/bin/sh', 'GIF88a'])(
  '“%s” is bytes',
  (words) => {
    expect(sniff(text(words))).toBe('application/octet-stream')
  },
)

describe('how large an image says it is', () => {
  const png = (width: number, height: number) =>
    bytes(`89504e470d0a1a0a 0000000d 49484452 ${hex32(width)} ${hex32(height)} 0806000000`)
  const hex32 = (n: number) => n.toString(16).padStart(8, '0')

  test.each([
    ['PNG', png(640, 480), { width: 640, height: 480 }],
    ['GIF', bytes('474946383961 0a00 1400'), { width: 10, height: 20 }],
    [
      'WebP, extended',
      bytes('52494646 00000000 57454250 56503858 0a000000 00000000 7f0200 df0100'),
      { width: 640, height: 480 },
    ],
    ['JPEG', bytes('ffd8 ffe0 0004 0000 ffc0 0011 08 01e0 0280 03'), { width: 640, height: 480 }],
    [
      'JPEG, a photograph on its side',
      bytes(
        'ffd8 ffe1 0022 457869660000 49492a0008000000 0100 1201 0300 01000000 06000000 00000000 ffff ffc0 0011 08 01e0 0280 03',
      ),
      { width: 480, height: 640 },
    ],
  ])('%s', (_, head, size) => {
    expect(imageSize(head)).toEqual(size)
  })

  test('a bomb of some bytes is known before anything unpacks it', () => {
    const { width, height } = imageSize(png(100_000, 100_000))!
    expect(width * height).toBeGreaterThan(maxPixels)
  })

  test('what does not say so, is cut at any byte, or is no image at all, has none', () => {
    expect(imageSize(png(0, 5))).toBeNull()
    expect(imageSize(text('<svg width="5" height="5"/>'))).toBeNull()
    const whole = bytes('ffd8 ffe1 0010 457869660000 4d4d002a00000008 0001 ffc0 0011 08 01e0 0280 03')
    for (let length = 0; length < whole.length; length++) imageSize(whole.slice(0, length))
    let random = 7
    for (let turn = 0; turn < 5000; turn++) {
      const damaged = whole.slice()
      for (let n = 0; n < 3; n++) damaged[(random = (random * 48271) % 2147483647) % damaged.length] = random % 256
      imageSize(damaged)
    }
  })
})

test('a picture keeps its proportions, and is never enlarged', () => {
  expect(fittedSize({ width: 4000, height: 3000 }, { width: 400, height: 400 })).toEqual({ width: 400, height: 300 })
  expect(fittedSize({ width: 10, height: 5000 }, { width: 400, height: 400 })).toEqual({ width: 1, height: 400 })
  expect(fittedSize({ width: 20, height: 20 }, { width: 400, height: 400 })).toEqual({ width: 20, height: 20 })
})

describe('files as a row has them', () => {
  const file = { sha256: 'a'.repeat(64), name: 'heron.png', type: 'image/png', size: 9, width: 4, height: 3 }
  test('are read as they were written', () => {
    expect(readFiles(writeFiles([file]))).toEqual([file])
    expect([writeFiles([]), fileNames([]), readFiles(null)]).toEqual([null, null, []])
  })
  test.each([
    '{',
    'null',
    '7',
    '{}',
    '[null, 1, "x", {}]',
    JSON.stringify([
      { ...file, sha256: '../x' },
      { ...file, width: -1 },
    ]),
  ])('of a hostile snapshot are left out: %s', (json) => {
    expect(readFiles(json)).toEqual([])
  })
})
