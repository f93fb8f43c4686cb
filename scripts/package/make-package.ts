import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { rolldown, type OutputChunk, type Plugin } from 'rolldown'
import { dts } from 'rolldown-plugin-dts'
import { run } from '../run.ts'
import { manifest } from './manifest.ts'
import { wasmBeside } from './wasm-beside.ts'

const root = join(import.meta.dirname, '../..')

export interface Tarball {
  readonly path: string
  /** its modules as they are packed */
  readonly dist: string
}

/** Every module of package/ is an entry of the tarball; what they share becomes chunks beside them. */
const entries = readdirSync(join(root, 'package'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => basename(file, '.ts'))

/**
 * Makes the tarball in `folder`: one module for each entry, with its types and source map. The types are the compiler's,
 * bundled, so that nobody sees what is not exported.
 */
export async function makePackage(folder: string): Promise<Tarball> {
  rmSync(folder, { recursive: true, force: true })
  const staged = join(folder, 'reactive-sqlite')
  const dist = join(staged, 'dist')
  mkdirSync(dist, { recursive: true })
  const code = await bundle(dist, join(root, 'package'), '.ts', wasmBeside())
  const declarations = join(folder, 'declarations')
  if ((await run('tsc', ['-p', 'package/tsconfig.json', '--outDir', declarations])) !== 0) {
    throw new Error('the types of the package do not compile')
  }
  // `tsconfig: false`: the plugin finds declarations, and has nothing to compile
  const bundleTypes = dts({ dtsOnly: true, tsconfig: false, generator: 'oxc' })
  const types = await bundle(dist, join(declarations, 'package'), '.d.ts', bundleTypes)
  const description = manifest(entries, [...importsOf(code), ...importsOf(types)])
  writeFileSync(join(staged, 'package.json'), `${JSON.stringify(description, null, 2)}\n`)
  copyFileSync(join(root, 'package/README.md'), join(staged, 'README.md'))
  copyFileSync(join(root, 'LICENSE'), join(staged, 'LICENSE'))
  return { path: pack(staged, folder), dist }
}

function pack(staged: string, to: string): string {
  const packed = spawnSync('npm', ['pack', '--silent', '--pack-destination', to], { cwd: staged, encoding: 'utf8' })
  if (packed.status !== 0) throw new Error(`npm pack: ${packed.stderr}`)
  return join(to, packed.stdout.trim())
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
  const external = (id: string) => /^[^./\0]/.test(id) && !id.endsWith('?url')
  const building = await rolldown({ cwd: root, input, external, platform: 'neutral', plugins })
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
