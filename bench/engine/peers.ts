import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleForNode } from './bundle.ts'
import { printPeers, type PeerFigure } from './peers-table.ts'
import { workloads } from './peers/common.mjs'

interface Peer {
  readonly name: string
  /** of `.cache/peers`, and of those who share an installation */
  readonly folder: string
  /** file in `peers/`, with its variant */
  readonly script: string
  readonly packages: readonly string[]
}

const zero = ['@rocicorp/zero@1.9.0']
const pglite = ['@electric-sql/pglite@0.5.16']
/** What is measured, in exact versions. LiveStore's package of peers names one exact version of each. */
const peers: readonly Peer[] = [
  { name: 'ZQL', folder: 'zero', script: 'zql', packages: zero },
  { name: 'Rindle', folder: 'rindle', script: 'rindle', packages: ['@rindle/wasm@0.9.0', '@rindle/client@0.9.0'] },
  { name: 'TanStack DB', folder: 'tanstack-db', script: 'tanstack-db', packages: ['@tanstack/db@0.15.2', '@tanstack/db-ivm@0.2.0'] }, // prettier-ignore
  { name: 'Zero client', folder: 'zero', script: 'zero-client', packages: zero },
  { name: 'LiveStore', folder: 'livestore', script: 'livestore', packages: ['@livestore/livestore@0.4.0', '@livestore/adapter-node@0.4.0', '@livestore/peer-deps@0.4.0'] }, // prettier-ignore
  { name: 'PGlite query', folder: 'pglite', script: 'pglite:query', packages: pglite },
  { name: 'PGlite changes', folder: 'pglite', script: 'pglite:changes', packages: pglite },
]
const ours: Peer = { name: 'this engine', folder: 'ours', script: 'ours', packages: [] }
/** for one figure: load, hydrate, write, check */
const patienceSeconds = 100

const cache = join(import.meta.dirname, '../../.cache/peers')

/**
 * `npm run bench -- peers [--rows 10000,100000] [--queries 50,500] [--only WORKLOAD,…] [--engines NAME,NAME] [--seconds 3] [--json FILE]`
 *
 * Other engines of live queries beside ours, in one run: each figure in a process of its own, one after the other, with the same rows and the same
 * writes. The others are installed on demand into `.cache/peers`, outside the dependency tree; the scripts in `peers/` are copied there, so that
 * their imports resolve. All of it takes about half an hour: the engines that run queries again need most of it (`--engines zql,rindle,tanstack,zero`).
 */
export async function runPeersBench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string', default: '10000,100000' },
      queries: { type: 'string', default: '50,500' },
      only: { type: 'string', default: '' },
      engines: { type: 'string', default: '' },
      seconds: { type: 'string', default: '3' },
      json: { type: 'string' },
    },
  })
  const only = values.only.split(',')
  const wanted = values.engines.toLowerCase().split(',')
  const measured = peers.filter(({ name }) => wanted.some((part) => name.toLowerCase().includes(part)))
  const missing = new Map<string, string>()
  for (const { folder, packages } of measured) {
    const why = install(folder, packages)
    if (why) missing.set(folder, why)
  }
  await bundleForNode('peers/ours.mjs', join(cache, ours.folder))
  copyScripts(ours.folder, ['driver', 'common'])

  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`
  console.log(machine)
  for (const { name, packages } of measured) console.log(`  ${name.padEnd(16)} ${packages.join(' ')}`)
  const figures: PeerFigure[] = []
  for (const workload of workloads.filter((name) => only.some((part) => name.includes(part)))) {
    for (const rows of numbers(values.rows)) {
      for (const queries of numbers(values.queries)) {
        for (const peer of [ours, ...measured]) {
          const size = { workload, rows, queries }
          const why = missing.get(peer.folder) ?? tooSlowBefore(figures, peer.name, size)
          const figure = why ? failed(peer.name, size, why) : measure(peer, size, Number(values.seconds))
          figures.push(figure)
          printProgress(figure)
          if (values.json) writeRun(values.json, machine, measured, figures)
        }
      }
    }
  }
  printPeers(figures)
}

/** After every figure: a run takes long, and may be ended. */
function writeRun(path: string, machine: string, packages: readonly Peer[], figures: readonly PeerFigure[]): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify({ at: new Date().toISOString(), machine, packages, figures }, null, 2)}\n`)
}

interface Size {
  readonly workload: string
  readonly rows: number
  readonly queries: number
}

function measure({ name, folder, script }: Peer, size: Size, seconds: number): PeerFigure {
  const args = ['--expose-gc', '--max-old-space-size=4096', 'driver.mjs', script, size.workload, size.rows, size.queries, seconds] // prettier-ignore
  const run = spawnSync(process.execPath, args.map(String), {
    cwd: join(cache, folder),
    encoding: 'utf8',
    timeout: patienceSeconds * 1000,
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const line = run.stdout.split('\n').find((text) => text.startsWith('RESULT '))
  if (line) return { engine: name, ...size, ...JSON.parse(line.slice('RESULT '.length)), failed: null }
  if ((run.error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT')
    return failed(name, size, `no figure within ${patienceSeconds} s`)
  const why = run.stderr.split('\n').find((text) => /error/i.test(text)) ?? `it ended with ${run.status ?? run.signal}`
  return failed(name, size, why.trim())
}

function failed(engine: string, size: Size, why: string): PeerFigure {
  return { engine, ...size, offered: true, push: null, write: null, earlyPush: null, earlyWrite: null, warmUp: 0, iterations: 0, hydrationMs: NaN, memoryMB: NaN, wrong: null, failed: why } // prettier-ignore
}

/** Who was too slow at a size is not asked at a larger one. */
function tooSlowBefore(figures: readonly PeerFigure[], engine: string, size: Size): string | undefined {
  const smaller = figures.find(
    (f) =>
      f.engine === engine &&
      f.failed?.startsWith('no figure within') &&
      f.workload === size.workload &&
      f.rows <= size.rows &&
      f.queries <= size.queries,
  )
  return smaller && `${smaller.failed} at ${smaller.rows} rows, ${smaller.queries} live`
}

/** Undefined when it is there; else why not. */
function install(folder: string, packages: readonly string[]): string | undefined {
  const home = join(cache, folder)
  const stamp = join(home, 'installed')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== packages.join('\n')) {
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'package.json'), '{ "private": true, "type": "module" }\n')
    console.log(`installing ${packages.join(' ')} into .cache/peers`)
    // no install scripts: none of them is needed here; peers are named in the table
    const flags = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts', '--legacy-peer-deps']
    const run = spawnSync('npm', ['install', ...flags, ...packages], { cwd: home, encoding: 'utf8', timeout: 240_000 })
    if (run.status !== 0)
      return `does not install on Node ${process.versions.node}: ${run.stderr.trim().split('\n')[0] ?? ''}`
    writeFileSync(stamp, packages.join('\n'))
  }
  const scripts = peers.filter((peer) => peer.folder === folder).map(({ script }) => script.split(':')[0]!)
  copyScripts(folder, ['driver', 'common', ...scripts])
  return undefined
}

function copyScripts(folder: string, names: readonly string[]): void {
  for (const name of names)
    copyFileSync(join(import.meta.dirname, 'peers', `${name}.mjs`), join(cache, folder, `${name}.mjs`))
}

function printProgress({ engine, workload, rows, queries, push, write, failed: why, offered, wrong }: PeerFigure) {
  const times = [
    push && `push ${push.medianMs.toFixed(4)} ms`,
    write && `write → delivery ${write.medianMs.toFixed(4)} ms`,
  ]
  const figure = why ?? (!offered ? 'not offered' : wrong ? `INVALID: ${wrong}` : times.filter(Boolean).join(', '))
  console.log(`  ${workload}, ${rows} rows, ${queries} live: ${engine}: ${figure}`)
}

function numbers(list: string): number[] {
  return list.split(',').map(Number)
}
