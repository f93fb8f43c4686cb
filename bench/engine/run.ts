/**
 * `npm run bench -- engine [--json FILE] [--rows 10000,100000] [--queries 1,50,500] [--writes N] [--turns N] [--full] [--only NAME]`
 * `--full` adds 1M rows and 10,000 live queries.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { manyTurns, wholeTable } from './endurance.ts'
import { measure, type Measured } from './measure.ts'
import { workloads } from './workloads.ts'

export async function runEngineBench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      rows: { type: 'string' },
      queries: { type: 'string' },
      writes: { type: 'string', default: '200' },
      turns: { type: 'string', default: '200000' },
      only: { type: 'string' },
      full: { type: 'boolean', default: false },
    },
  })
  const rowCounts = numbers(values.rows ?? (values.full ? '10000,100000,1000000' : '10000,100000'))
  const queryCounts = numbers(values.queries ?? (values.full ? '1,50,500,10000' : '1,50,500'))
  const sqlite3 = await sqlite3InitModule()
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`
  console.log(`${machine}\n`)

  const measured: Measured[] = []
  printHead()
  for (const workload of workloads) {
    if (values.only && !workload.name.includes(values.only)) continue
    for (const rows of rowCounts) {
      for (const queries of queryCounts) {
        if (queries > (workload.mostQueries ?? Infinity) || (queries > 500 && rows < 100_000)) continue
        const size = { rows, channels: Math.max(500, queries) }
        const figure = measure(sqlite3, workload, size, queries, Number(values.writes))
        measured.push(figure)
        printRow(figure)
      }
    }
  }
  printFlatness(measured)

  const turns = Number(values.turns)
  const endurance = turns > 0 && !values.only ? await endure(sqlite3, values.full ? 1_000_000 : 100_000, turns) : null // prettier-ignore

  if (values.json) {
    mkdirSync(dirname(values.json), { recursive: true })
    const run = { at: new Date().toISOString(), machine, measured, endurance }
    writeFileSync(values.json, `${JSON.stringify(run, null, 2)}\n`)
  }
}

async function endure(sqlite3: Awaited<ReturnType<typeof sqlite3InitModule>>, rows: number, turns: number) {
  const long = await manyTurns(sqlite3, rows, turns)
  console.log(`\n${turns.toLocaleString('en')} turns over 200 live windows of ${rows.toLocaleString('en')} rows`)
  console.log(`  a turn ${ms(long.firstTurnMs)} at the start, ${ms(long.lastTurnMs)} at the end: ×${(long.lastTurnMs / long.firstTurnMs).toFixed(2)} (goal ≤ 1.3)`) // prettier-ignore
  console.log(`  heap ${long.firstHeapMB.toFixed(1)} MB at the start, ${long.lastHeapMB.toFixed(1)} MB at the end; the windows take ${long.windowsHeapMB.toFixed(1)} MB (goal ≤ 100)`) // prettier-ignore
  const rewrite = wholeTable(sqlite3, Math.min(rows, 200_000))
  console.log(`  rewriting the whole table ${ms(rewrite.turnMs)}, the same and re-running by hand ${ms(rewrite.rerunMs)}: ×${(rewrite.turnMs / rewrite.rerunMs).toFixed(2)} (goal ≤ 1.2)`) // prettier-ignore
  return { ...long, rewrite }
}

function printHead(): void {
  console.log(
    ['workload'.padEnd(22), 'rows', 'live', 'mode', 'push ms', 'p99', 'write→delivery', 'p99', 'bare write', 'recompute', 'gain', 'hydration', 'vs SQLite', 'heap MB']
      .map((cell, i) => (i === 0 ? cell : cell.padStart(i === 3 ? 12 : 10)))
      .join(' '),
  ) // prettier-ignore
}

function printRow(m: Measured): void {
  const cells = [
    String(m.rows),
    String(m.queries),
    m.mode.padStart(12),
    m.pushMs.toFixed(4),
    m.pushMsP99.toFixed(4),
    m.writeMs.toFixed(4).padStart(14),
    m.writeMsP99.toFixed(4),
    m.bareWriteMs.toFixed(4),
    m.recomputeMs.toFixed(2),
    `×${(m.recomputeMs / Math.max(m.pushMs, 1e-4)).toFixed(0)}`,
    m.hydrateMs.toFixed(1),
    `×${(m.hydrateMs / m.plainReadMs).toFixed(2)}`,
    m.heapMB.toFixed(1),
  ]
  console.log([m.workload.padEnd(22), ...cells.map((cell) => cell.padStart(10))].join(' '))
}

/** The same workload over more queries, and over more rows: does a push stay what it was? */
function printFlatness(measured: readonly Measured[]): void {
  console.log('\npush at the largest size ÷ push at 50 queries and the fewest rows (goal ≤ 1.3)')
  for (const name of new Set(measured.map(({ workload }) => workload))) {
    const own = measured.filter(({ workload, queries }) => workload === name && queries >= 50)
    const [first, last] = [own[0], own.at(-1)]
    if (first && last && first !== last) console.log(`  ${name.padEnd(22)} ×${(last.pushMs / first.pushMs).toFixed(2)}   ${first.rows} rows, ${first.queries} queries → ${last.rows} rows, ${last.queries} queries`) // prettier-ignore
  }
}

function numbers(list: string): number[] {
  return list.split(',').map(Number)
}

function ms(value: number): string {
  return `${value.toFixed(4)} ms`
}
