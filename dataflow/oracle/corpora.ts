/*
 * Every SELECT of the corpora, live: npm run corpora -- [FOLDER] [--only NAME] [--queries N | --all] [--seed S] [--mismatches N]
 * FOLDER is `../shared/corpora` if not given (it is no part of the project). Of a file with more than N queries, N evenly spread ones
 * are taken, beginning where the seed says, and a few rows of each table are moved one by one; `--all` takes every query and up to 100 rows
 * of each table (`--rows`), the rest of them in one turn.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findCorpora } from './corpora/corpus.ts'
import { fillTables } from './corpora/fill-tables.ts'
import { runScript, type QueryReport } from './corpora/run-script.ts'
import { loadSqlite } from './plain-sqlite.ts'
import { Random } from './random.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    queries: { type: 'string', default: '300' },
    batch: { type: 'string', default: '25' },
    rows: { type: 'string' },
    mismatches: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    all: { type: 'boolean', default: false },
  },
})
const root = positionals[0] ?? join(import.meta.dirname, '../../../shared/corpora')
if (!existsSync(root)) {
  console.log(`skipped: there is no ${root} (test data beside the project; give a folder of corpora as the argument)`)
  process.exit(0)
}

const pace = {
  queries: values.all ? Infinity : Number(values.queries),
  seed: Number(values.seed),
  batch: Number(values.batch),
  tables: values.all ? Infinity : 12,
  singleRows: Number(values.rows ?? (values.all ? 100 : 4)),
}
const sqlite3 = await loadSqlite()
const totals: QueryReport[] = []
const families = new Map<string, QueryReport[]>()
let all = 0
console.log(
  values.all
    ? `every query, ${pace.singleRows} rows of each table one by one`
    : `at most ${pace.queries} queries a file, from seed ${pace.seed}`,
)
console.log(
  `${'corpus'.padEnd(50)} of all  statements  equal  mismatch  unsupported  refused by SQLite  incremental  partitioned  rerun  seconds`,
)
for (const corpus of findCorpora(root)) {
  if (values.only && !corpus.name.includes(values.only)) continue
  const start = performance.now()
  const reports: QueryReport[] = []
  let queries = 0
  for (const script of corpus.scripts()) {
    const fill = script.isEmpty
      ? (live: Parameters<typeof fillTables>[0]) => fillTables(live, new Random(7), 12)
      : undefined
    const run = runScript(sqlite3, script, pace, fill)
    reports.push(...run.reports)
    queries += run.queries
  }
  all += queries
  console.log(line(corpus.name, queries, reports, (performance.now() - start) / 1000))
  for (const { sql, script, breach } of reports.filter(({ breach }) => breach).slice(0, Number(values.mismatches))) {
    console.log(`    ${script}: ${breach!.law} after ${breach!.after}: ${breach!.detail.slice(0, 600)}\n      ${sql.replaceAll(/\s+/g, ' ').slice(0, 600)}`) // prettier-ignore
  }
  totals.push(...reports)
  const [family] = corpus.name.split('/') as [string]
  families.set(family, [...(families.get(family) ?? []), ...reports])
}
console.log(line('all', all, totals, performance.now() / 1000))
for (const [family, reports] of families) {
  const live = reports.filter(({ explanation, isConstant }) => explanation && !isConstant)
  const notRerun = live.filter(({ explanation }) => explanation!.mode !== 'rerun')
  console.log(
    `\n${family}: ${percent(notRerun.length, live.length)} without rerun, of the ${live.length} that read a table`,
  )
  const counts = new Map<string, number>()
  for (const { explanation } of live) {
    const { mode, reason } = explanation!
    const how = mode === 'incremental' ? mode : `${mode}: ${reason ?? 'no reason given'}`
    counts.set(how, (counts.get(how) ?? 0) + 1)
  }
  for (const [how, count] of [...counts].sort((a, b) => b[1] - a[1]))
    console.log(`${String(count).padStart(7)}  ${how}`)
}
process.exitCode = totals.some(({ breach }) => breach) ? 1 : 0

function line(name: string, queries: number, reports: readonly QueryReport[], seconds: number): string {
  const refused = reports.filter(({ explanation, breach }) => !explanation && !breach).length
  const unsupported = reports.filter(({ breach }) => breach?.law === 'refused').length
  const mismatches = reports.filter(({ breach }) => breach && breach.law !== 'refused').length
  const mode = (wanted: string) => reports.filter(({ explanation }) => explanation?.mode === wanted).length
  const cells = [
    String(queries).padStart(6),
    String(reports.length).padStart(10),
    String(reports.length - refused - unsupported - mismatches).padStart(6),
    String(mismatches).padStart(9),
    String(unsupported).padStart(12),
    String(refused).padStart(18),
    String(mode('incremental')).padStart(12),
    String(mode('partitioned')).padStart(12),
    String(mode('rerun')).padStart(6),
    seconds.toFixed(1).padStart(8),
  ]
  return `${name.padEnd(50)} ${cells.join(' ')}`
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(2)} %`
}
