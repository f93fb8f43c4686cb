import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Project {
  readonly version: string
  readonly description: string
  readonly license: string
  readonly engines: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
}

/** what a consumer brings, if it wants the entry that needs it */
const peers: Readonly<Record<string, string>> = { react: '>=19', kysely: '>=0.28' }

/**
 * The tarball's package.json. Its dependencies are what its modules import, in the versions that the project itself is
 * tested with.
 */
export function manifest(entries: readonly string[], imports: readonly string[]): object {
  const project = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as Project
  const dependencies = [...new Set(imports.map(packageOf))]
    .filter((name) => !(name in peers))
    .sort()
    .map((name) => {
      const version = project.dependencies[name]
      if (!version) throw new Error(`the package imports ${name}, which is no dependency of the project`)
      return [name, version]
    })
  return {
    name: 'reactive-sqlite',
    version: project.version,
    description: 'Live SQL for SQLite in the browser: queries that are maintained row by row, for every tab at once.',
    keywords: ['sqlite', 'live-query', 'reactive', 'local-first', 'opfs', 'react', 'differential-dataflow'],
    license: project.license,
    type: 'module',
    sideEffects: ['./dist/coordinator.js'],
    engines: project.engines,
    exports: {
      ...Object.fromEntries(entries.map((entry) => [entry === 'index' ? '.' : `./${entry}`, files(entry)])),
      './package.json': './package.json',
    },
    files: ['dist'],
    dependencies: Object.fromEntries(dependencies),
    peerDependencies: peers,
    peerDependenciesMeta: Object.fromEntries(Object.keys(peers).map((name) => [name, { optional: true }])),
  }
}

const files = (entry: string) => ({ types: `./dist/${entry}.d.ts`, default: `./dist/${entry}.js` })

/** `@scope/name/file` → `@scope/name` */
function packageOf(path: string): string {
  return path.split('/', path.startsWith('@') ? 2 : 1).join('/')
}
