import { gzipSync } from 'node:zlib'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { fakeConnection } from '../fake-connection.ts'
import { zipOf, type ExportFiles } from '../formats/testing.ts'
import { ImportError } from '../import-error.ts'
import { openSource } from '../open-source.ts'
import { importFile, importFolder } from '../testing.ts'
import { safePath } from './source-files.ts'
import { zipFiles } from './zip.ts'

/** Archives, folders and files as they come, and as somebody makes them who means harm. */

const folder = importFolder()
afterAll(folder.remove)

const ts = '1700000000.000100'
const said = (text: string): object => ({ type: 'message', user: 'U1', text, ts })
const slack: ExportFiles = {
  'channels.json': [{ id: 'C1', name: 'general' }],
  'general/2023-11-14.json': [said('hello')],
}
const line = (id: number): string =>
  JSON.stringify({ id, stream: 'a', sender: 'Ann', ts: 1.7e9 + id, text: `text ${id}` })

/** Sets bytes behind the beginning of the central directory's entry for this path. */
function patched(zip: Uint8Array, path: string, at: number, bytes: readonly number[]): Uint8Array {
  const buffer = Buffer.from(zip)
  const directory = buffer.indexOf(Buffer.from([0x50, 0x4b, 1, 2]))
  const entry = buffer.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]), buffer.indexOf(path, directory))
  buffer.set(bytes, entry + at)
  return buffer
}

describe('which export it is', () => {
  test.each<[what: string, content: () => string | Uint8Array, format: string]>([
    ['lines', () => `${line(1)}\n${line(2)}`, 'ndjson'],
    ['lines in a zip', () => zipOf({ 'history.ndjson': `${line(1)}\n${line(2)}` }), 'ndjson'],
    [
      'one line that has messages in it',
      () => JSON.stringify({ id: 1, stream: 'messages', ts: 1.7e9, text: 'x' }),
      'ndjson',
    ],
    ['Slack in a zip, whatever its name', () => zipOf(slack), 'slack'],
    ['Slack without its lists', () => zipOf({ 'general/2023-11-14.json': [said('x')] }), 'slack'],
    ['Discord in a file', () => JSON.stringify({ guild: {}, channel: {}, messages: [] }, null, 2), 'discord'],
    [
      'Discord in a file, packed and in UTF-16',
      () => gzipSync(Buffer.from(`\ufeff${JSON.stringify({ guild: {}, channel: {}, messages: [] })}`, 'utf16le')),
      'discord',
    ],
    ['Matrix in a file', () => `\ufeff{"room_name":"x","topic":"","messages":[]}`, 'matrix'],
    ['Zulip in a zip', () => zipOf({ 'a/realm.json': {}, 'a/messages-000001.json': {} }), 'zulip'],
  ])('%s', async (_, content, format) => {
    const source = await openSource([folder.write(content(), 'export.bin')])
    source.close()
    expect(source.format).toBe(format)
  })

  test.each<[what: string, content: string | Uint8Array, format: 'slack' | 'ndjson' | null, sentence: RegExp]>([
    ['an empty zip', zipOf({}), null, /has no file in it that an import reads \(JSON\)\.$/],
    ['a zip of pictures', zipOf({ 'a.png': 'x' }), null, /has no file in it that an import reads/],
    [
      'a zip of other JSON',
      zipOf({ 'a.json': {}, 'b.json': [] }),
      null,
      /is none of the exports that an import knows\./,
    ],
    [
      'one thing, said to be another',
      zipOf({ 'a/realm.json': {}, 'a/messages-000001.json': {} }),
      'slack',
      /is not a Slack export\./,
    ],
    ['many files, said to be lines', zipOf(slack), 'ndjson', /is not one file of lines of JSON\./],
    ['a zip that is cut off', zipOf(slack).subarray(0, 200), null, /is a damaged zip archive/],
  ])('%s: one sentence', async (_, content, format, sentence) => {
    const failing = openSource([folder.write(content)], format)
    await expect(failing).rejects.toBeInstanceOf(ImportError)
    await expect(failing).rejects.toThrow(sentence)
  })

  test('a folder is read as an archive is; links in it are not followed', async () => {
    const path = join(folder.directory, 'unpacked')
    mkdirSync(join(path, 'general'), { recursive: true })
    for (const [name, content] of Object.entries(slack)) writeFileSync(join(path, name), JSON.stringify(content))
    symlinkSync('/etc/hostname', join(path, 'general', '2023-11-15.json'))
    const { imported, left } = await importFile(fakeConnection(), path, 'Folder')
    expect(imported).toBe(1)
    expect([...left]).toEqual([['links and other things that are no files', 1]])
  })
})

describe('harmful archives', () => {
  const zip = zipOf({ ...slack, 'general/2023-11-15.json': [{ ...said('again'), ts: '1700090000.000100' }] })
  const day = 'general/2023-11-15.json'
  test.each<[what: string, content: Uint8Array, told: string]>([
    [
      'a file that says it unpacks to 4 GB',
      patched(zip, day, 24, [0xf0, 0xff, 0xff, 0xff]),
      'it is larger than 256 MB',
    ],
    [
      'a file that unpacks to more than it says',
      patched(zip, day, 24, [5, 0, 0, 0]),
      'it is damaged (too many bytes in the stream. expected 5. got at least 72)',
    ],
    ['a file behind a password', patched(zip, day, 8, [1, 0]), 'it is locked with a password'],
    [
      'a file that is packed in an unknown way',
      patched(zip, day, 10, [99, 0]),
      'it is damaged (unsupported compression method: 99)',
    ],
  ])('%s costs that file alone', async (_, content, told) => {
    const outcome = await importFile(fakeConnection(), folder.write(content), 'Harm')
    expect(outcome).toMatchObject({ imported: 1, refused: 1 })
    expect(outcome.told.map(([, sentence]) => sentence)).toEqual([
      `the file “general/2023-11-15.json” is not imported: ${told}`,
    ])
  })

  test('names that are not UTF-8 are read in the code page of the format', async () => {
    const name = Buffer.from(zipOf({ 'caf_.json': {} }))
    for (let at = name.indexOf('caf_'); at >= 0; at = name.indexOf('caf_')) name[at + 3] = 0x82
    const files = await zipFiles(folder.write(name))
    files.close()
    expect(files.paths).toEqual(['café.json'])
  })

  test.each([
    ['a/b.json', 'a/b.json'],
    ['./a\\b.json', 'a/b.json'],
    ['a//b.json', 'a/b.json'],
    ['../b.json', null],
    ['a/../../b.json', null],
    ['a\\..\\..\\b.json', null],
    ['/etc/b.json', null],
    ['\\\\host\\b.json', null],
    ['C:\\b.json', null],
    ['a\0.json', null],
    ['', null],
    ['x'.repeat(2000), null],
  ])('the path %j → %j', (written, path) => {
    expect(safePath(written)).toBe(path)
  })
})
