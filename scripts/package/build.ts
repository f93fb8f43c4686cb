import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { rolldown, type OutputChunk, type Plugin } from 'rolldown'
import { dts } from 'rolldown-plugin-dts'
import { run } from '../run.ts'
import { manifest } from './manifest.ts'
import { wasmBeside } from './wasm-beside.ts'

const root = join(import.meta.dirname, '../..')
const work = join(root, '.cache/package')
/** what goes into the tarball */
export const staged = join(work, 'reactive-sqlite')

/** Every module of package/ is an entry of the tarball; what they share becomes chunks beside them. */
export const entries = readdirSync(join(root, 'package'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => basename(file, '.ts'))

/**
 * Lays the package out: one module for each entry, with its types and source map. The types are the compiler's, bundled, so
 * that nobody sees what is not exported.
 */
export async function buildPackage(): Promise<void> {
  rmSync(work, { recursive: true, force: true })
  const dist = join(staged, 'dist')
  mkdirSync(dist, { recursive: true })
  const code = await bundle(dist, join(root, 'package'), '.ts', wasmBeside())
  if ((await run('tsc', ['-p', 'package/tsconfig.json'])) !== 0) throw new Error('the package has errors of type')
  // `tsconfig: false`: the plugin finds declarations, and has nothing to compile
  const bundleTypes = dts({ dtsOnly: true, tsconfig: false, generator: 'oxc' })
  const types = await bundle(dist, join(work, 'declarations/package'), '.d.ts', bundleTypes)
  writeFileSync(
    join(staged, 'package.json'),
    `${JSON.stringify(manifest(entries, [...importsOf(code), ...importsOf(types)]), null, 2)}\n`,
  )
  copyFileSync(join(root, 'package/README.md'), join(staged, 'README.md'))
  copyFileSync(join(root, 'LICENSE'), join(staged, 'LICENSE'))
}

async function bundle(
  dir: string,
  from: string,
  extension: string,
  plugins: Plugin | Plugin[],
): Promise<OutputChunk[]> {
  const input = Object.fromEntries(entries.map((entry) => [entry, join(from, entry + extension)]))
  const isCode = extension === '.ts'
  // whatever is not a path is a dependency of the tarball
  const building = await rolldown({ cwd: root, input, external: /^[^./\0]/, platform: 'neutral', plugins })
  const { output } = await building.write({ dir, format: 'esm', sourcemap: isCode, chunkFileNames: 'chunk-[name].js' })
  await building.close()
  return output.filter((file) => file.type === 'chunk')
}

/** What the modules import beside one another; of the types only what is left when unused ones are gone. */
function importsOf(chunks: readonly OutputChunk[]): string[] {
  const own = new Set(chunks.map((chunk) => chunk.fileName))
  const all = chunks.flatMap(({ fileName, imports, dynamicImports, code }) =>
    fileName.endsWith('.d.ts')
      ? [...code.matchAll(/from "([^."][^"]*)"/g)].map((match) => match[1]!)
      : [...imports, ...dynamicImports],
  )
  return all.filter((path) => !own.has(path))
}
