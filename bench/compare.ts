import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Measured } from './engine/measure.ts'
import { percentile, type BenchRun, type Figure } from './figures.ts'

const root = join(import.meta.dirname, '..')

/**
 * `npm run bench -- compare COMMIT PART [--turns 3] [-- options of the part]`: a part of the benchmarks (`engine`, `main`, `app`,
 * `failover`) at an earlier commit and here, in turn, each with its own benchmark code. The earlier commit is checked out and
 * installed beside the system's other temporary files, and left there. Of each figure: the medians of both, how much slower it is
 * here (×1.05: five per cent), and the least and the most that the turns so far say of that.
 */
export function runCompareBench(args: string[]): void {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { turns: { type: 'string', default: '3' } },
  })
  const [commit, part, ...options] = positionals
  if (!commit || !part) throw new Error('which commit, and which part? npm run bench -- compare COMMIT PART')
  const earlier = checkedOut(commit)
  const found: Pair[] = []
  for (let turn = 1; turn <= Number(values.turns); turn++) {
    console.log(`turn ${turn}: load ${loadavg()[0]!.toFixed(1)}`)
    // who goes first changes: what a machine does later in a turn weighs on both
    const folders = turn % 2 === 1 ? [earlier, root] : [root, earlier]
    const runs = new Map(folders.map((folder) => [folder, figuresOf(folder, part, options)]))
    found.push({ before: runs.get(earlier)!, after: runs.get(root)! })
    for (const line of compared(found)) console.log(line)
  }
}

export interface Pair {
  readonly before: readonly Figure[]
  readonly after: readonly Figure[]
}

/** The figures that every run has, the worst first. */
export function compared(pairs: readonly Pair[]): string[] {
  const keyOf = ({ section, name }: Figure) => `${section}: ${name}`
  const rows = pairs[0]!.before.flatMap((figure) => {
    const of = (figures: readonly Figure[]) => figures.find((each) => keyOf(each) === keyOf(figure))?.value
    const values = pairs.map(({ before, after }) => [of(before), of(after)] as const)
    if (!values.every((pair): pair is [number, number] => pair.every((value) => value !== undefined))) return []
    const slower = values.map(([before, after]) => (moreIsBetter(figure) ? before / after : after / before))
    const [before, after] = [0, 1].map((at) => median(values.map((pair) => pair[at]!))) as [number, number]
    return [{ key: keyOf(figure), unit: figure.unit, before, after, slower }]
  })
  return rows
    .toSorted((a, b) => median(b.slower) - median(a.slower))
    .map(({ key, unit, before, after, slower }) => {
      const ratio = `×${median(slower).toFixed(2)} (${Math.min(...slower).toFixed(2)}–${Math.max(...slower).toFixed(2)})`
      return `${ratio.padEnd(20)} ${before.toPrecision(4).padStart(10)} → ${after.toPrecision(4).padStart(10)} ${unit.padEnd(6)} ${key}`
    })
}

const median = (values: readonly number[]) => percentile(values, 50)
const moreIsBetter = ({ unit, goal }: Figure) => (goal ? goal.startsWith('≥') : unit === '/s' || unit === '×')

function checkedOut(commit: string): string {
  const name = execFileSync('git', ['rev-parse', '--short', commit], { cwd: root, encoding: 'utf8' }).trim()
  const folder = join(tmpdir(), 'rsql-bench', name)
  if (existsSync(folder)) return folder
  // the optional test data lies beside a checkout
  const [data, beside] = [join(root, '../shared'), join(folder, '../shared')]
  mkdirSync(join(folder, '..'), { recursive: true })
  if (existsSync(data) && !existsSync(beside)) symlinkSync(data, beside, 'junction')
  execFileSync('git', ['worktree', 'add', '--detach', folder, commit], { cwd: root, stdio: 'inherit' })
  execFileSync('npm', ['ci'], { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' })
  return folder
}

function figuresOf(folder: string, part: string, options: readonly string[]): readonly Figure[] {
  const scratch = mkdtempSync(join(tmpdir(), 'rsql-compare-'))
  const json = join(scratch, 'run.json')
  try {
    const parameters = ['--import', 'tsx', 'bench/main.ts', part, '--json', json, ...options]
    const { status } = spawnSync(process.execPath, parameters, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
    if (status !== 0) throw new Error(`${part} ended with ${status} in ${folder}`)
    const run = JSON.parse(readFileSync(json, 'utf8')) as BenchRun | { readonly measured: readonly Measured[] }
    return 'figures' in run ? run.figures : run.measured.flatMap(ofEngine)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function ofEngine({ workload, rows, queries, ...values }: Measured): Figure[] {
  const section = `${workload}, ${rows} rows, ${queries} live`
  const names = ['pushMs', 'pushMsP99', 'earlyPushMs', 'writeMs', 'bareWriteMs', 'hydrateMs', 'hydrateTextMs', 'hydrateAgainMs', 'rawReadMs'] as const // prettier-ignore
  const times = names.map((name) => ({ section, name, value: values[name] ?? Number.NaN, unit: 'ms' }))
  return [...times, { section, name: 'heap', value: values.heapMB, unit: 'MB' }]
}
