import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

/** The linter keeps the tree true: each planted violation must be refused, and what is allowed must not be. */
const root = join(import.meta.dirname, '..')
const tree = mkdtempSync(join(tmpdir(), 'import-rules-'))
afterAll(() => rmSync(tree, { recursive: true, force: true }))

const refused = [
  ['schema/x.ts', '../dataflow/target.ts', 'schema/ imports nothing of the project'],
  ['schema/x.ts', '../app/target.ts', 'schema/ imports nothing of the project'],
  ['dataflow/x.ts', '../schema/target.ts', 'dataflow/ may import types of schema/ only'],
  ['dataflow/x.ts', '../workers/runtime/target.ts', 'dataflow/ may import types of schema/ only'],
  ['dataflow/bind/x.ts', '../plan/target.ts', 'dataflow/ has an order'],
  ['dataflow/bind/x.ts', '../workers/target.ts', 'dataflow/ may import types of schema/ only'],
  ['dataflow/capture/x.ts', '../live/target.ts', 'dataflow/ has an order'],
  ['dataflow/plan/touch/x.ts', '../../live/touch/target.ts', 'dataflow/ has an order'],
  ['dataflow/live/x.ts', '../oracle/target.ts', 'dataflow/ has an order'],
  ['workers/runtime/client/x.ts', '../serving/target.ts', "the runtime's threads never import one another"],
  ['workers/runtime/client/x.ts', '../../chat/target.ts', 'the runtime knows nothing of its application'],
  ['workers/runtime/client/x.ts', '../../../dataflow/target.ts', "the runtime's threads never import one another"],
  ['workers/runtime/coordinator/x.ts', '../opening/target.ts', "the runtime's threads never import one another"],
  ['workers/runtime/coordinator/x.ts', '../../event-store/target.ts', 'the runtime knows nothing of its application'],
  ['workers/runtime/x.ts', '../../schema/events/target.ts', 'the runtime knows nothing of its application'],
  ['workers/runtime/host/x.ts', '../../../schema/tables/target.ts', 'the runtime knows nothing of its application'],
  ['workers/runtime/serving/x.ts', '../client/target.ts', "the runtime's threads never import one another"],
  ['workers/event-store/x.ts', '../service/target.ts', 'the event store sees schema/'],
  ['workers/service/x.ts', '../runtime/client/target.ts', 'the sync client sees schema/'],
  ['workers/service/x.ts', '../event-store/target.ts', 'the sync client sees schema/'],
  ['workers/chat/x.ts', '../../app/target.ts', 'workers/chat/ wires the workers'],
  ['react/x.ts', '../app/target.ts', 'react/ sees schema/live/'],
  ['react/x.ts', '../workers/runtime/client/target.ts', 'react/ sees schema/live/'],
  ['package/x.ts', '../workers/chat/target.ts', 'package/ knows nothing of the chat'],
  ['app/x.tsx', '../workers/event-store/target.ts', 'app/ sees workers/chat/'],
  ['app/x.tsx', '../workers/runtime/serving/target.ts', 'app/ sees workers/chat/'],
  ['app/features/room/x.tsx', '../../../dataflow/target.ts', 'app/ sees workers/chat/'],
  ['app/features/spaces/x.tsx', '../messages/target.ts', 'are below messages and panes'],
  ['app/features/spaces/x.tsx', '../../../dataflow/target.ts', 'app/ sees workers/chat/'],
  ['app/features/timeline/x.tsx', '../rooms/Target.tsx', 'below the panes that show them'],
  ['app/features/threads/x.tsx', '../rooms/Target.tsx', 'a pane knows no other'],
  ['app/features/search/x.tsx', '../threads/Target.tsx', 'a pane knows no other'],
  ['app/features/rooms/x.tsx', '../search/Target.tsx', 'a pane knows no other'],
  ['server/x.ts', '../workers/chat/target.ts', 'server/ sees schema/ only'],
  ['server/http/x.ts', '../../app/target.ts', 'server/ sees schema/ only'],
] as const
const allowed = [
  ['dataflow/x.ts', '../schema/target.ts', 'import type'],
  ['dataflow/x.ts', '../schema/live/target.ts', 'import'],
  ['dataflow/result/x.ts', '../../schema/live/target.ts', 'import'],
  ['dataflow/live/whole/x.ts', '../../plan/whole/target.ts', 'import'],
  ['dataflow/live/x.test.ts', '../oracle/target.ts', 'import'],
  ['workers/runtime/serving/x.ts', '../../../dataflow/target.ts', 'import'],
  ['workers/runtime/coordinator/x.ts', '../../../schema/messages/runtime/target.ts', 'import'],
  ['workers/service/x.ts', '../runtime/platform/target.ts', 'import'],
  ['react/x.ts', '../schema/live/target.ts', 'import'],
  ['react/x.ts', '../workers/runtime/client/target.ts', 'import type'],
  ['package/x.ts', '../workers/runtime/target.ts', 'import'],
  ['app/x.ts', '../workers/runtime/client/target.ts', 'import'],
  ['app/x.ts', '../workers/chat/target.ts', 'import'],
  ['app/features/threads/x.ts', '../rooms/target-query.ts', 'import'],
  ['app/features/messages/x.ts', '../threads/target-events.ts', 'import'],
  ['app/features/rooms/x.ts', '../timeline/target.ts', 'import'],
  ['server/x.ts', '../schema/target.ts', 'import'],
] as const

/** All of it lies in one tree, and the linter reads that once. */
const planted = {
  refused: refused.map(([file, specifier], n) =>
    plantImport(
      `refused${n}`,
      file,
      specifier,
      (target) => `import { value } from '${target}'\nexport const copy = value\n`,
    ),
  ),
  allowed: allowed.map(([file, specifier, keyword], n) =>
    plantImport(`allowed${n}`, file, specifier, (target) =>
      keyword === 'import'
        ? `import { value, type Value } from '${target}'\nexport const copy: Value = value\n`
        : `import type { Value } from '${target}'\nexport const copy: Value = 1\n`,
    ),
  ),
}
plant('server/http/past.ts', "import { Hono } from 'hono'\nexport const routes = new Hono()\n")
plant('schema/a.ts', "import { b } from './b.ts'\nexport const a = (): number => b()\n")
plant('schema/b.ts', "import { c } from './c.ts'\nexport const b = (): number => c()\n")
plant('schema/c.ts', "import { a } from './a.ts'\nexport const c = (): number => a()\n")
const found = lint()

test.each(refused.map((each, n) => [...each, planted.refused[n]!] as const))(
  '%s importing %s is refused: %s',
  (_file, _specifier, message, path) => {
    expect(about(path)).toEqual([expect.stringContaining(message)])
  },
)

test.each(allowed.map((each, n) => [...each, planted.allowed[n]!] as const))(
  '%s importing %s by "%s" is allowed',
  (_file, _specifier, _keyword, path) => {
    expect(about(path)).toEqual([])
  },
)

test('a route that is mounted past the question who may use it is refused', () => {
  expect(about('server/http/past.ts')).toEqual([expect.stringContaining('http/routes.ts')])
})

test('a cycle is refused', () => {
  for (const path of ['schema/a.ts', 'schema/b.ts', 'schema/c.ts']) {
    expect(about(path)).toEqual([expect.stringContaining('no-cycle')])
  }
})

/** What the linter says of a file. */
const about = (path: string): string[] => found.filter(({ filename }) => filename === path).map(({ text }) => text)

/** Plants both ends of an import; answers the path of the one that imports. */
function plantImport(name: string, file: string, specifier: string, text: (target: string) => string): string {
  const target = specifier.replace(/(?<=[tT]arget)(?=[-.])/, `-${name}`)
  const path = file.replace(/(?<=\/)x(?=\.)/, name)
  plant(path, text(target))
  plant(join(dirname(path), target), 'export type Value = number\nexport const value = 1\n')
  return path
}

function plant(file: string, text: string): void {
  const path = join(tree, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

function lint(): { filename: string; text: string }[] {
  copyFileSync(join(root, '.oxlintrc.json'), join(tree, '.oxlintrc.json'))
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint')
  const parameters = [oxlint, '--deny-warnings', '--format', 'json']
  const answer = spawnSync(process.execPath, parameters, { cwd: tree, encoding: 'utf8' })
  expect(answer.status).not.toBe(0)
  const { diagnostics } = JSON.parse(answer.stdout) as {
    diagnostics: { filename: string; code: string; message: string; help?: string }[]
  }
  return diagnostics.map(({ filename, code, message, help }) => ({ filename, text: `${code}: ${message} ${help}` }))
}
