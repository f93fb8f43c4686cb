import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
interface LockedPackage {
  readonly integrity?: string
  readonly inBundle?: boolean
}

test('the lock file names no registry: it installs from whichever the machine uses', () => {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8')
  expect(text).not.toContain('"resolved"')
  expect(text).not.toMatch(/https?:\/\/[^"]*\.tgz/)
})

test('every locked package is pinned by its hash', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>
  }
  const installed = Object.entries(lock.packages).filter(([path]) => path.startsWith('node_modules/'))
  expect(installed.length).toBeGreaterThan(100)
  const loose = installed.filter(([, entry]) => !entry.inBundle && !entry.integrity)
  expect(loose.map(([path]) => path)).toEqual([])
})

test('package.json names exact versions', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d/.test(version))
  expect(loose).toEqual([])
})
