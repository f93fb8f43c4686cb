import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { buildPackage, staged } from './build.ts'
import { run } from '../run.ts'
import { packageSizes } from './sizes.ts'

/** `npm run package [-- --check]`: makes the tarball, says how large it is; `--check` asks publint and attw what they find. */
const tarball = await makeTarball()
console.log(`\n${tarball}\n`)
for (const { name, kilobytes } of await packageSizes()) console.log(`${name.padEnd(10)} ${kilobytes.toFixed(1)} kB gz`)
if (process.argv.includes('--check')) process.exit(await check())

async function makeTarball(): Promise<string> {
  await buildPackage()
  const packed = spawnSync('npm', ['pack', '--silent'], { cwd: staged, encoding: 'utf8' })
  if (packed.status !== 0) throw new Error(packed.stderr)
  return join(staged, packed.stdout.trim())
}

async function check(): Promise<number> {
  const publint = await run('publint', ['run', tarball, '--strict'])
  // ESM alone: who writes CommonJS imports it dynamically
  const attw = await run('attw', [tarball, '--profile', 'esm-only', '--quiet'])
  return publint || attw
}
