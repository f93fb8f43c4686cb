import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installReadme, runIn } from './consumer.ts'
import { makePackage, type Tarball } from './make-package.ts'
import { packageSizes } from './sizes.ts'
import type { ReadmeBlock } from './readme-blocks.ts'

/** The tarball as somebody has it who knows nothing but its README. e2e/package.spec.ts goes on in a browser. */
const bin = (path: string) => join(import.meta.dirname, '../../node_modules', path)
let blocks: readonly ReadmeBlock[]
let folder: string
let tarball: Tarball
let consumer: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reactive-sqlite-package-'))
  tarball = await makePackage(join(folder, 'made'))
  consumer = join(folder, 'consumer')
  blocks = installReadme(consumer, tarball.path)
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

  test('each entry has its module and its types; what is code has a source map', () => {
    const own = join(consumer, 'node_modules/reactive-sqlite')
    const { exports } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as {
      exports: Record<string, { types: string; default: string }>
    }
    const { './package.json': _, ...entries } = exports
    expect(Object.keys(entries).sort()).toEqual(['.', './client', './coordinator', './kysely', './react', './worker'])
    for (const { types, default: module } of Object.values(entries)) {
      for (const file of [types, module]) expect(existsSync(join(own, file)), file).toBe(true)
    }
    for (const module of readdirSync(tarball.dist).filter((file) => file.endsWith('.js'))) {
      const text = readFileSync(join(tarball.dist, module), 'utf8')
      const hasCode = text.split('\n').some((line) => !/^(import|export) |^$/.test(line))
      expect(existsSync(join(tarball.dist, `${module}.map`)), module).toBe(hasCode)
    }
  })
})

test('nothing of the chat is in the modules, nor in their types', () => {
  const files = readdirSync(tarball.dist).filter((file) => /\.(js|d\.ts)$/.test(file))
  const texts = files.map((file) => readFileSync(join(tarball.dist, file), 'utf8'))
  expect(texts.some((text) => text.includes('openLiveDatabase'))).toBe(true)
  const words =
    /timeline_items|message\.create|(room|space)_id|read_marks|order_key|['"`](space|room|thread|member)s?['"`]/gi
  expect(texts.flatMap((text) => text.match(words) ?? [])).toEqual([])
})

test('its types declare nothing in the global scope of who installs it', () => {
  const files = readdirSync(tarball.dist).filter((file) => file.endsWith('.d.ts'))
  expect(files.filter((file) => readFileSync(join(tarball.dist, file), 'utf8').includes('declare global'))).toEqual([])
})

describe('the README', () => {
  test('has no code that nobody runs', () => {
    expect(blocks.filter((block) => block.type === 'unknown')).toEqual([])
    const commands = blocks.flatMap((block) => (block.type === 'shell' ? block.commands : []))
    expect(
      commands.filter((command) => !/^npm (install|init -y|pkg set type=module)|^npx (vite|tsc)/.test(command)),
    ).toEqual([])
  })

  test('its TypeScript has no errors, nor have the types of the package', () => {
    const tsc = bin('typescript/bin/tsc')
    expect(runIn(consumer, tsc, ['--skipLibCheck', 'false'])).toEqual({ status: 0, output: '' })
  })

  test('can be imported where there is no page', () => {
    const entries = ['client', 'react', 'kysely', 'worker'].map((entry) => `import('reactive-sqlite/${entry}')`)
    const script = `console.log((await Promise.all([${entries}])).every((entry) => Object.keys(entry).length > 0))`
    expect(runIn(consumer, '--input-type=module', ['--eval', script])).toEqual({ status: 0, output: 'true\n' })
  })

  test('states sizes that are true', async () => {
    const own = join(consumer, 'node_modules/reactive-sqlite')
    const text = readFileSync(join(own, 'README.md'), 'utf8')
    const stated = new Map(
      [...text.matchAll(/^\| `reactive-sqlite(.*)` \| (\d+) kB \|$/gm)].map(([, path, kB]) => [path, kB]),
    )
    const made = await packageSizes(join(own, 'dist'))
    expect(stated.size).toBe(made.length)
    for (const { entry, kilobytes } of made) {
      const difference = Math.abs(kilobytes - Number(stated.get(entry.slice(1))))
      expect(difference, `${entry}: ${kilobytes} kB`).toBeLessThan(1 + kilobytes / 20)
    }
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
