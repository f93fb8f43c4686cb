import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleForNode } from './bundle.ts'
import type { Task } from './child.ts'
import { dearQueries, type DearFigure } from './dearer.ts'
import type { Endurance, Rewrite } from './endurance.ts'
import type { Measured } from './measure.ts'
import { plotTimings, writePlot, type Timing } from '../plot.ts'
import { workloads, type Workload } from './workloads.ts'

const folder = join(import.meta.dirname, '../../.cache/bench-engine')

interface Size {
  readonly rows: number
  readonly queries: number
}
const axes: readonly Size[] = [
  { rows: 10_000, queries: 50 },
  { rows: 100_000, queries: 1 },
  { rows: 100_000, queries: 50 },
  { rows: 100_000, queries: 500 },
  { rows: 100_000, queries: 10_000 },
  { rows: 1_000_000, queries: 50 },
]

/**
 * `npm run bench -- engine [--json FILE] [--plot FILE.svg] [--rows N,…] [--queries N,…] [--only WORKLOAD] [--writes N] [--warm-up N] [--turns N] [--turn-rows N]`
 *
 * The engine against plain SQLite. Each figure has a process of its own, and the engine is bundled as the product is. Without sizes it goes along the
 * axes: 10k, 100k and 1M rows with 50 live queries; 1, 50, 500 and 10,000 live queries over 100k rows. `--rows` and `--queries` ask for every pair.
 */
export async function runEngineBench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      plot: { type: 'string' },
      rows: { type: 'string' },
      queries: { type: 'string' },
      writes: { type: 'string', default: '1000' },
      'warm-up': { type: 'string', default: '15000' },
      turns: { type: 'string', default: '200000' },
      'turn-rows': { type: 'string', default: '1000000' },
      only: { type: 'string' },
    },
  })
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`
  console.log(`${machine}\n`)
  await bundleForNode('child.ts', folder)

  // `--only endurance`: the turns and the rewrite; `--only dearer`: turns against re-runs; and none of the workloads
  const wanted = workloads.filter(({ name }) => name.includes(values.only ?? ''))
  const sizes =
    values.rows || values.queries ? pairs(numbers(values.rows ?? '100000'), numbers(values.queries ?? '50')) : axes
  const measured: Measured[] = []
  printHead()
  for (const workload of wanted) {
    for (const size of clipped(sizes, workload)) {
      const figure = inChild<Measured>({ kind: 'measure', workload: workload.name, ...size, writes: Number(values.writes), warmUp: Number(values['warm-up']) }) // prettier-ignore
      measured.push(figure)
      printRow(figure)
    }
  }
  printFlatness(measured)
  if (values.plot)
    writePlot(values.plot, plotTimings('One write, from its commit to the last listener', timings(measured)))
  const dearer = 'dearer'.includes(values.only ?? '') ? againstRerun(numbers(values.rows ?? '20000')) : []
  const turns = Number(values.turns)
  const endurance =
    turns > 0 && 'endurance'.includes(values.only ?? '') ? endure(Number(values['turn-rows']), turns) : null

  if (values.json) {
    mkdirSync(dirname(values.json), { recursive: true })
    const run = { at: new Date().toISOString(), machine, measured, dearer, endurance }
    writeFileSync(values.json, `${JSON.stringify(run, null, 2)}\n`)
  }
}

function inChild<T>(task: Task): T {
  const child = spawnSync(process.execPath, ['--expose-gc', join(folder, 'child.mjs'), JSON.stringify(task)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  if (child.status !== 0) throw new Error(`${JSON.stringify(task)} ended with ${child.status ?? child.signal}`)
  return JSON.parse(child.stdout.trim().split('\n').at(-1)!) as T
}

function timings(measured: readonly Measured[]): Timing[] {
  return measured.flatMap(({ workload, rows, queries, pushMs, rawReadMs }) => {
    const what = `${workload}, ${count(queries)} live, ${count(rows)} rows`
    return [
      { what, how: 'live queries updated', ms: pushMs },
      { what, how: 'all queries run again', ms: rawReadMs },
    ]
  })
}

/** No more live queries and rows than the workload bears. */
function clipped(sizes: readonly Size[], { mostQueries = Infinity, mostRows = Infinity }: Workload): Size[] {
  const found = new Map<string, Size>()
  for (const { rows, queries } of sizes) {
    const size = { rows: Math.min(rows, mostRows), queries: Math.min(queries, mostQueries) }
    found.set(`${size.rows} ${size.queries}`, size)
  }
  return [...found.values()]
}

function againstRerun(sizes: readonly number[]): DearFigure[] {
  console.log('\none write with one query live, the bare write taken off, against reading the query’s rows again (goal ≤ ×1.5): half of the turns, 19 of 20, the first') // prettier-ignore
  const figures: DearFigure[] = []
  for (const rows of sizes) {
    for (const { name, mostRows = Infinity } of dearQueries) {
      if (rows > mostRows) continue
      const figure = inChild<DearFigure>({ kind: 'dearer', name, rows, writes: rows > 100_000 ? 20 : 60 })
      const { rerunMs, turnMs, worstTurnMs, firstTurnMs, mode } = figure
      const ratios = [turnMs, worstTurnMs, firstTurnMs].map((ms) => `×${(ms / rerunMs).toFixed(2)}`.padStart(8))
      console.log(`  ${name.padEnd(28)} ${count(rows).padStart(8)} ${mode.padEnd(12)} again ${rerunMs.toFixed(3).padStart(8)} ms   a turn ${ratios.join('')}`) // prettier-ignore
      figures.push(figure)
    }
  }
  return figures
}

function endure(rows: number, turns: number) {
  console.log(`\n${count(turns)} turns over 200 live windows of ${count(rows)} rows …`)
  const long = inChild<Endurance>({ kind: 'turns', rows, turns })
  console.log(`  a turn ${ms(long.firstTurnMs)} at the start, ${ms(long.lastTurnMs)} at the end: ×${(long.lastTurnMs / long.firstTurnMs).toFixed(2)} (goal ≤ 1.3); slope ${(long.turnSlopeMs * 1000).toFixed(2)} µs per 100,000 turns`) // prettier-ignore
  console.log(`  heap with the table ${long.firstHeapMB.toFixed(1)} MB at the start, ${long.lastHeapMB.toFixed(1)} MB at the end; slope ${long.heapSlopeMB.toFixed(2)} MB per 100,000 turns; the windows take ${long.windowsHeapMB.toFixed(1)} MB (goal ≤ 100)`) // prettier-ignore
  const rewriteRows = Math.min(rows, 200_000)
  const rewrite = inChild<Rewrite>({ kind: 'rewrite', rows: rewriteRows })
  console.log(`rewriting all ${count(rewriteRows)} rows with 50 live windows: ${rewrite.turnMs.toFixed(1)} ms; the same UPDATE and re-running by hand ${rewrite.rerunMs.toFixed(1)} ms: ×${(rewrite.turnMs / rewrite.rerunMs).toFixed(2)} (goal ≤ 1.2); with SQLite’s hook off ${rewrite.blindMs.toFixed(1)} ms: ×${(rewrite.turnMs / rewrite.blindMs).toFixed(2)}`) // prettier-ignore
  return { ...long, rewrite }
}

const columns: readonly (readonly [title: string, cell: (m: Measured) => string])[] = [
  ['workload', (m) => m.workload],
  ['rows', (m) => String(m.rows)],
  ['live', (m) => String(m.queries)],
  ['mode', (m) => m.mode],
  ['first push', (m) => m.firstPushMs.toFixed(4)],
  ['early push', (m) => m.earlyPushMs?.toFixed(4) ?? 'too slow'],
  ['warm-up', (m) => String(m.warmUp)],
  ['push ms', (m) => m.pushMs.toFixed(4)],
  ['p99', (m) => m.pushMsP99.toFixed(3)],
  ['delivery', (m) => m.writeMs.toFixed(4)],
  ['p99', (m) => m.writeMsP99.toFixed(3)],
  ['bare write', (m) => m.bareWriteMs.toFixed(4)],
  ['raw read', (m) => m.rawReadMs.toFixed(1)],
  ['raw÷push', (m) => `×${(m.rawReadMs / m.pushMs).toFixed(0)}`],
  ['oo1 read', (m) => m.oo1ReadMs.toFixed(1)],
  ['first', (m) => m.hydrateMs.toFixed(1)],
  ['÷ raw', (m) => `×${(m.hydrateMs / m.rawReadFirstMs).toFixed(2)}`],
  ['new text', (m) => m.hydrateTextMs.toFixed(1)],
  ['÷ raw', (m) => `×${(m.hydrateTextMs / m.rawReadMs).toFixed(2)}`],
  ['again', (m) => m.hydrateAgainMs.toFixed(1)],
  ['÷ raw', (m) => `×${(m.hydrateAgainMs / m.rawReadMs).toFixed(2)}`],
  ['heap MB', (m) => m.heapMB.toFixed(1)],
]

function printHead(): void {
  console.log('ms. push: commit → listener; first push: the first that each query sees; early push: the rest of the process’s first thousand (V8 has not') // prettier-ignore
  console.log('compiled yet); push ms: after so many writes of warm-up. delivery: the write’s call → listener; bare write: with nothing live.') // prettier-ignore
  console.log('raw read, oo1 read: SQLite reading all rows of the live queries into arrays, by the raw exports and by oo1: also what re-running them costs at least.') // prettier-ignore
  console.log('first, new text, again: hydration of all, first thing in the process, for the first time of the text, again after leaving; ÷ raw read.') // prettier-ignore
  console.log(columns.map(([title], i) => padded(title, i)).join(' '))
}

function printRow(m: Measured): void {
  console.log(columns.map(([, cell], i) => padded(cell(m), i)).join(' '))
}

function padded(text: string, column: number): string {
  return column === 0 ? text.padEnd(21) : text.padStart(column === 3 ? 12 : column < 3 ? 8 : 10)
}

/** A push at every size against the one at 50 live queries, or as many as the workload bears, and the fewest rows. */
function printFlatness(measured: readonly Measured[]): void {
  console.log('\npush at each size ÷ push at the smallest size (goal ≤ 1.3)')
  for (const name of new Set(measured.map(({ workload }) => workload))) {
    const own = measured.filter(({ workload }) => workload === name)
    const first = own.find(({ queries }) => queries > 1)
    if (!first || own.length < 2) continue
    const ratios = own
      .filter((m) => m !== first)
      .map((m) => `${count(m.rows)} rows, ${count(m.queries)} live ×${(m.pushMs / first.pushMs).toFixed(2)}`)
    console.log(`  ${name.padEnd(21)} ${ratios.join('   ')}`)
  }
}

function pairs(rows: readonly number[], queries: readonly number[]): Size[] {
  return rows.flatMap((rows) => queries.map((queries) => ({ rows, queries })))
}

function numbers(list: string): number[] {
  return list.split(',').map(Number)
}

function count(value: number): string {
  return value.toLocaleString('en')
}

function ms(value: number): string {
  return `${value.toFixed(4)} ms`
}
