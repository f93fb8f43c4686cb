/**
 * Other live-query engines, each in a process of its own with its own best configuration. They are installed on demand into `.cache/peers/NAME`,
 * outside the dependency tree. The scripts in `peers/` are copied there, so that their imports resolve.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface PeerFigure {
  readonly workload: string
  readonly rows: number
  readonly queries: number
  /** what was timed: the engine's push alone, or the whole way from the write to the last delivery */
  readonly kind: 'push' | 'write'
  readonly medianMs: number
  readonly p99Ms: number
  readonly hydrateMs: number
  readonly heapMB: number
}
export interface PeerResult {
  readonly peer: string
  readonly packages: readonly string[]
  readonly figures: readonly PeerFigure[]
  readonly error: string | null
}

const peers: readonly { name: string; packages: readonly string[]; flags?: readonly string[] }[] = [
  { name: 'tanstack-db', packages: ['@tanstack/db@latest'] },
  { name: 'zql', packages: ['@rocicorp/zero@latest'] },
  { name: 'pglite', packages: ['@electric-sql/pglite@latest'] },
  { name: 'livestore', packages: ['@livestore/livestore@latest', '@livestore/adapter-node@latest', '@livestore/common@latest'], flags: ['--legacy-peer-deps'] }, // prettier-ignore
  { name: 'rindle', packages: ['@rindle/wasm@latest', '@rindle/client@latest'] },
]

export async function runPeers(rowCounts: readonly number[]): Promise<PeerResult[]> {
  return peers.map(({ name, packages, flags }) => {
    const result = { peer: name, packages }
    const folder = join(import.meta.dirname, '../../.cache/peers', name)
    const error = install(folder, packages, flags ?? [])
    if (error) return { ...result, figures: [], error }
    for (const file of [`${name}.mjs`, 'common.mjs'])
      copyFileSync(join(import.meta.dirname, 'peers', file), join(folder, file))
    const run = spawnSync(
      process.execPath,
      ['--expose-gc', '--max-old-space-size=4096', `${name}.mjs`, rowCounts.join(',')],
      {
        cwd: folder,
        encoding: 'utf8',
        timeout: 300_000,
        env: { ...process.env, NODE_ENV: 'production' },
      },
    )
    const figures = run.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as PeerFigure)
    const failed = run.status !== 0 ? (run.stderr.trim().split('\n').find((line) => /error/i.test(line)) ?? `it ended with ${run.status ?? run.signal}`) : null // prettier-ignore
    return { ...result, figures, error: failed }
  })
}

/** Null when it is there; else why not. */
function install(folder: string, packages: readonly string[], flags: readonly string[]): string | null {
  if (existsSync(join(folder, 'installed'))) return null
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  console.log(`installing ${packages.join(' ')} into .cache/peers`)
  const run = spawnSync(
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', ...flags, ...packages],
    {
      cwd: folder,
      encoding: 'utf8',
      timeout: 240_000,
    },
  )
  if (run.status !== 0) return `npm: ${run.stderr.trim().split('\n').slice(0, 2).join(' ')}`
  writeFileSync(join(folder, 'installed'), packages.join('\n'))
  return null
}
