import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { KnownEvent } from '../../schema/events/event.ts'
import { fakeConnection } from './fake-connection.ts'
import { ImportError } from './import-error.ts'
import { importFile, importFolder, type Outcome } from './testing.ts'

const folder = importFolder()
afterAll(folder.remove)

const seed = Number(process.env['SEED'] ?? 20261130)
const message = (id: number) => ({
  id,
  stream: `s${id % 3}`,
  topic: ['', 'a', 'é'][id % 3],
  sender: id % 4 === 0 ? null : `P${id % 4}`,
  ts: 1.7e9 + ((id * 7919) % 50),
  text: `text {"${id}"} 😀`,
})
const messages = Array.from({ length: 12 }, (_, id) => message(id))
const files: readonly Buffer[] = [
  Buffer.from(messages.map((each) => JSON.stringify(each)).join('\n')),
  Buffer.from(messages.map((each) => JSON.stringify(each)).join('\r')),
  Buffer.from(JSON.stringify(messages)),
  Buffer.from(JSON.stringify(messages, null, 2)),
  Buffer.from(`\ufeff${messages.map((each) => JSON.stringify(each)).join('\r\n')}`, 'utf16le'),
  gzipSync(messages.map((each) => JSON.stringify(each)).join('\n')),
]

type Change = { readonly at: number; readonly length: number; readonly bytes: Uint8Array }
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(3000),
  length: fc.oneof({ arbitrary: fc.nat(3), weight: 5 }, fc.nat(400)),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 4 }),
    fc
      .constantFrom('{', '}', '[', ']', '"', ',', '\n', '\r', '\\', '9', '-', 'null', '\0', 'e9')
      .map((text) => Buffer.from(text)),
  ),
})
function changed(file: Buffer, changes: readonly Change[]): Buffer {
  return changes.reduce((bytes, { at, length, bytes: other }) => {
    const from = at % (bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, from), other, bytes.subarray(from + length)])
  }, file)
}

test('law: whatever the bytes, there is one sentence, or counts that add up and a sentence for each line that is left out', async () => {
  let imports = 0
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      async (file, changes) => {
        const path = folder.write(changed(file, changes), 'any')
        const server = fakeConnection()
        let outcome: Outcome
        try {
          outcome = await importFile(server, path, 'Any')
        } catch (error) {
          expect(error, String((error as Error).stack)).toBeInstanceOf(ImportError)
          expect(server.streams.size).toBe(0)
          return
        }
        imports += 1
        const { read, imported, known, refused, told } = outcome
        expect(imported + known + refused).toBe(read)
        expect(told).toHaveLength(refused)
        const events: readonly KnownEvent[] = [...server.streams.values()].flat()
        expect(events.filter(({ type }) => type === 'message.create')).toHaveLength(imported)
        const rooms = new Set(events.flatMap(({ type, entity }) => (type === 'room.create' ? [entity] : [])))
        for (const { type, room } of events) if (type === 'message.create') expect(rooms).toContain(room)
        const again = await importFile(server, path, 'Any')
        expect(again).toMatchObject({ read, imported: 0, known: imported + known, refused })
      },
    ),
    { seed, numRuns: Number(process.env['RUNS'] ?? 120) },
  )
  expect(imports).toBeGreaterThan(30)
})

test('law: whatever its names and its text hold, a message is kept', async () => {
  const units = fc.oneof(
    { arbitrary: fc.nat(0xffff), weight: 2 },
    fc.constantFrom(
      0,
      9,
      10,
      0x20,
      0x22,
      0x25,
      0x5c,
      0x200b,
      0x200d,
      0x202e,
      0xad,
      0xd83d,
      0xde00,
      0xfe0f,
      0xfeff,
      0x2800,
    ),
  )
  const text = fc.array(units, { maxLength: 20 }).map((codes) => String.fromCharCode(...codes))
  const name = fc.oneof(
    text,
    fc.tuple(text, fc.constantFrom(1, 30, 500)).map(([part, times]) => part.repeat(times)),
  )
  const source = fc.record({
    id: text,
    stream: name,
    topic: name,
    sender: name,
    text,
    ts: fc.integer({ min: 1e8, max: 1.7e9 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(source, { selector: ({ ts }) => ts, minLength: 1, maxLength: 60 }),
      async (sources) => {
        const lines = sources.map((each, i) => JSON.stringify({ ...each, id: `${i} ${each.id}` }))
        const { imported, told } = await importFile(fakeConnection(), folder.write(lines.join('\n'), 'any'), 'Any')
        expect(told).toEqual([])
        expect(imported).toBe(sources.length)
      },
    ),
    { seed, numRuns: 60 },
  )
})
