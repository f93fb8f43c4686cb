import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { missingBuilds, withMissingBuilds, type LockedPackages } from './lock-file.ts'

/** `npm run complete-lock`: after any `npm install`, see lock-file.ts. */
const path = join(import.meta.dirname, '../package-lock.json')
const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: LockedPackages }
const missing = missingBuilds(lock.packages).length
if (missing > 0) {
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: withMissingBuilds(lock.packages) }, null, 2)}\n`)
}
console.log(`${missing} builds for other platforms added to package-lock.json`)
