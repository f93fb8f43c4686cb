import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { fakeConnection } from '../fake-connection.ts'
import { ImportError } from '../import-error.ts'
import { importFolder } from '../testing.ts'
import { whole as discord } from './fixtures/discord-export.ts'
import { whole as matrix } from './fixtures/matrix-export.ts'
import { whole as slack } from './fixtures/slack-export.ts'
import { whole as zulip } from './fixtures/zulip-export.ts'
import { importExport, type ExportFiles, type Told } from './testing.ts'

const folder = importFolder()
afterAll(folder.remove)
const seed = Number(process.env['SEED'] ?? 20261130)

const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    5,
    1e300,
    '',
    ' ',
    'x',
    '\0',
    '\ud800',
    '__proto__',
    [],
    {},
    [null],
    [[]],
    { id: {} },
  ),
  fc.jsonValue({ maxDepth: 2 }),
  fc.constant('y'.repeat(70_000)),
)

/** Replaces what lies at a place that the numbers lead to; at some of the fields' names, adds another one. */
function changed(value: unknown, path: readonly number[], by: unknown): unknown {
  if (path.length === 0 || typeof value !== 'object' || value === null) return by
  const [first, ...rest] = path as [number, ...number[]]
  const keys = Object.keys(value)
  if (keys.length === 0) return by
  const key = keys[first % keys.length]!
  const copy: Record<string, unknown> = Array.isArray(value) ? ([...(value as unknown[])] as never) : { ...value }
  copy[key] = changed(copy[key], rest, by)
  return copy
}

const change = fc.tuple(fc.array(fc.nat(999), { minLength: 1, maxLength: 6 }), junk)

test.each<[name: string, files: ExportFiles]>([
  ['Slack', slack],
  ['Zulip', zulip],
  ['Discord', discord],
  ['Matrix', matrix],
])(
  'law: whatever is wrong in an export of %s, the counts add up, what is private stays out, and again adds nothing',
  async (_, files) => {
    let imports = 0
    const property = fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
      const odd = changes.reduce<unknown>((all, [path, by]) => changed(all, path, by), files) as ExportFiles
      if (typeof odd !== 'object' || odd === null || Array.isArray(odd) || Object.keys(odd).length === 0) return
      const server = fakeConnection()
      let told: Told
      try {
        told = await importExport(folder, odd, { server })
      } catch (error) {
        expect(error, String((error as Error).stack)).toBeInstanceOf(ImportError)
        expect(server.streams.size).toBe(0)
        return
      }
      imports += 1
      const { outcome, messages, events } = told
      expect(outcome.imported + outcome.known + outcome.refused).toBe(outcome.read)
      expect(messages).toHaveLength(outcome.imported)
      expect(outcome.told).toHaveLength(outcome.refused)
      for (const secret of ['hidden', 'whispered', 'xoxe']) expect(JSON.stringify(events)).not.toContain(secret)
      const again = await importExport(folder, odd, { server })
      expect(again.outcome).toMatchObject({ imported: 0, refused: outcome.refused })
      expect(again.events).toEqual(events)
    })
    await fc.assert(property, { seed, numRuns: Number(process.env['RUNS'] ?? 30) })
    expect(imports).toBeGreaterThan(10)
  },
)
