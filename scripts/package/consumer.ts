import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { installedPackages, readmeBlocks, type ReadmeBlock } from './readme-blocks.ts'

const root = join(import.meta.dirname, '../..')

/** What somebody has who followed the README: the packages that it installs, and its files. */
export function installReadme(folder: string, tarball: string): readonly ReadmeBlock[] {
  const blocks = readmeBlocks(readFileSync(join(root, 'package/README.md'), 'utf8'))
  makeConsumer(folder, tarball, installedPackages(blocks))
  for (const block of blocks) {
    if (block.type !== 'file') continue
    mkdirSync(dirname(join(folder, block.path)), { recursive: true })
    writeFileSync(join(folder, block.path), block.text)
  }
  return blocks
}

/**
 * An empty project that has installed the tarball and `packages`, as npm would. It takes them from the project's own
 * node_modules, so no registry is needed; what neither the tarball nor the consumer names is not there.
 */
function makeConsumer(folder: string, tarball: string, packages: readonly string[]): void {
  const own = join(folder, 'node_modules/reactive-sqlite')
  mkdirSync(own, { recursive: true })
  const unpacked = spawnSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', own], { encoding: 'utf8' })
  if (unpacked.status !== 0) throw new Error(`tar: ${unpacked.stderr}`)
  const { dependencies } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as { dependencies: object }
  for (const name of new Set([...Object.keys(dependencies), ...packages])) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), link, 'junction')
  }
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n')
}

/** Runs a binary of the consumer's packages, in its folder. */
export function runIn(
  folder: string,
  module: string,
  parameters: readonly string[],
): { status: number; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [module, ...parameters], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: '' },
  })
  return { status: status ?? 1, output: stdout + stderr }
}
