import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { missingBuilds, withMissingBuilds, type LockedPackage } from './lock-file.ts'

const root = join(import.meta.dirname, '..')
test('the lock file names no registry: it installs from whichever the machine uses', () => {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8')
  expect(text).not.toContain('"resolved"')
  expect(text).not.toMatch(/https?:\/\/[^"]*\.tgz/)
})

test('every locked package is pinned by its hash; a build for another platform at least by its version', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>
  }
  const installed = Object.entries(lock.packages).filter(([path]) => path.startsWith('node_modules/'))
  expect(installed.length).toBeGreaterThan(100)
  const loose = installed.filter(([, entry]) => !entry.inBundle && !entry.integrity && !entry.os)
  expect(loose.map(([path]) => path)).toEqual([])
})

test('the lock file has the builds for every platform (else: npm run complete-lock)', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>
  }
  expect(missingBuilds(lock.packages)).toEqual([])
})

test('a missing build is added with its platform', () => {
  const tool = { version: '2.0.0', dev: true, optionalDependencies: { '@tool/tool-linux-arm64-musl': '2.0.0' } }
  expect(withMissingBuilds({ 'node_modules/tool': tool })).toEqual({
    'node_modules/@tool/tool-linux-arm64-musl': {
      version: '2.0.0',
      dev: true,
      optional: true,
      os: ['linux'],
      cpu: ['arm64'],
      libc: ['musl'],
    },
    'node_modules/tool': tool,
  })
})

test('package.json names exact versions', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d/.test(version))
  expect(loose).toEqual([])
})
