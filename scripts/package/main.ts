import { join } from 'node:path'
import { run } from '../run.ts'
import { makePackage } from './make-package.ts'
import { packageSizes } from './sizes.ts'

/** `npm run package [-- --check]`: makes the tarball and says how large it is; `--check` runs its tests, as `npm test` does. */
const { path, dist } = await makePackage(join(import.meta.dirname, '../../.cache/package'))
console.log(`\n${path}\n`)
for (const { entry, kilobytes } of await packageSizes(dist))
  console.log(`${entry.padEnd(14)} ${kilobytes.toFixed(1)} kB`)
console.log('minified and gzipped, with dependencies, without React, Kysely and SQLite itself')
if (process.argv.includes('--check')) {
  const unit = await run('vitest', ['run', 'package/', 'scripts/package/'])
  const browser = await run('tsx', ['scripts/e2e.ts', '--no-build', 'e2e/package.spec.ts'])
  process.exitCode = unit || browser
}
