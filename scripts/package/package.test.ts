import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeConsumer, runIn } from './consumer.ts'
import { makePackage, type Tarball } from './make-package.ts'
import { installedPackages, readmeBlocks } from './readme-blocks.ts'

/** The tarball as somebody has it who knows nothing but its README. e2e/package.spec.ts goes on in a browser. */
const bin = (path: string) => join(import.meta.dirname, '../../node_modules', path)
const blocks = readmeBlocks(readFileSync(join(import.meta.dirname, '../../package/README.md'), 'utf8'))
let folder: string
let tarball: Tarball
let consumer: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reactive-sqlite-package-'))
  tarball = await makePackage(join(folder, 'made'))
  consumer = join(folder, 'consumer')
  makeConsumer(consumer, tarball.path, installedPackages(blocks))
  for (const block of blocks) {
    if (block.type !== 'file') continue
    mkdirSync(dirname(join(consumer, block.path)), { recursive: true })
    writeFileSync(join(consumer, block.path), block.text)
  }
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the tarball', () => {
  test('publint finds nothing', () => {
    const { status, output } = runIn(folder, bin('publint/src/cli.js'), ['run', tarball.path, '--strict'])
    expect(output).toContain('All good!')
    expect(status).toBe(0)
  })

  test('attw finds nothing', () => {
    const attw = bin('@arethetypeswrong/cli/dist/index.js')
    const { status, output } = runIn(folder, attw, [tarball.path, '--profile', 'esm-only', '--format', 'json'])
    expect((JSON.parse(output) as { analysis: { entrypoints: object } }).analysis.entrypoints).toBeDefined()
    expect(status).toBe(0)
  })

  test('each entry has its module, its types and its source map', () => {
    const { exports } = JSON.parse(
      readFileSync(join(consumer, 'node_modules/reactive-sqlite/package.json'), 'utf8'),
    ) as {
      exports: Record<string, { types: string; default: string }>
    }
    const { './package.json': _, ...entries } = exports
    expect(Object.keys(entries).sort()).toEqual(['.', './kysely', './react'])
    for (const { types, default: module } of Object.values(entries)) {
      for (const file of [types, module, `${module}.map`]) {
        expect(existsSync(join(consumer, 'node_modules/reactive-sqlite', file)), file).toBe(true)
      }
    }
  })
})

describe('the README', () => {
  test('has no code that nobody runs', () => {
    expect(blocks.filter((block) => block.type === 'unknown')).toEqual([])
    const commands = blocks.flatMap((block) => (block.type === 'shell' ? block.commands : []))
    expect(commands.filter((command) => !/^npm install |^npx vite/.test(command))).toEqual([])
  })

  test('the engine runs alone, in Node, and prints what is promised', () => {
    const promised = /^\/\/ → (.*)$/gm
    const block = blocks.find((each) => each.type === 'file' && each.path === 'engine.js')
    const lines = [...(block as { text: string }).text.matchAll(promised)].map(([, line]) => line)
    expect(lines.length).toBeGreaterThan(0)
    const { output } = runIn(consumer, 'engine.js', [])
    expect(output.trim().split('\n')).toEqual(lines)
  })
})
