/**
 * Every SELECT of the corpora, live: npm run corpora -- [FOLDER] [--only NAME] [--queries N | --full] [--mismatches N]
 * FOLDER is `../shared/corpora` if not given (it is no part of the project). Without `--full`, a file with more queries than N is sampled evenly.
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
    rows: { type: 'string', default: '4' },
    mismatches: { type: 'string', default: '5' },
    full: { type: 'boolean', default: false },
  },
})
const root = positionals[0] ?? join(import.meta.dirname, '../../../shared/corpora')
if (!existsSync(root)) {
  console.log(`skipped: there is no ${root} (test data beside the project; give a folder of corpora as the argument)`)
  process.exit(0)
}

const pace = {
  queries: values.full ? Infinity : Number(values.queries),
  batch: Number(values.batch),
  tables: values.full ? Infinity : 12,
  singleRows: values.full ? 8 : Number(values.rows),
}
const sqlite3 = await loadSqlite()
const totals: QueryReport[] = []
console.log(
  `${'corpus'.padEnd(50)} statements  equal  mismatch  unsupported  refused by SQLite  incremental  partitioned  rerun  seconds`,
)
for (const corpus of findCorpora(root)) {
  if (values.only && !corpus.name.includes(values.only)) continue
  const start = performance.now()
  const reports: QueryReport[] = []
  for (const script of corpus.scripts()) {
    const fill = script.isEmpty
      ? (live: Parameters<typeof fillTables>[0]) => fillTables(live, new Random(7), 12)
      : undefined
    reports.push(...runScript(sqlite3, script, pace, fill).reports)
  }
  console.log(line(corpus.name, reports, (performance.now() - start) / 1000))
  for (const { sql, script, breach } of reports.filter(({ breach }) => breach).slice(0, Number(values.mismatches))) {
    console.log(`    ${script}: ${breach!.law} after ${breach!.after}: ${breach!.detail.slice(0, 600)}\n      ${sql.replaceAll(/\s+/g, ' ').slice(0, 600)}`) // prettier-ignore
  }
  totals.push(...reports)
}
console.log(line('all', totals, performance.now() / 1000))
const live = totals.filter(({ explanation, isConstant }) => explanation && !isConstant)
const notRerun = live.filter(({ explanation }) => explanation!.mode !== 'rerun')
console.log(`without rerun, of the ${live.length} that read a table: ${percent(notRerun.length, live.length)}`)
const reasons = new Map<string, number>()
for (const { explanation } of live) {
  if (explanation!.mode === 'incremental') continue
  const reason = `${explanation!.mode}: ${explanation!.reason ?? 'no reason given'}`
  reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
}
for (const [reason, count] of [...reasons].sort((a, b) => b[1] - a[1]))
  console.log(`${String(count).padStart(7)}  ${reason}`)
process.exitCode = totals.some(({ breach }) => breach) ? 1 : 0

function line(name: string, reports: readonly QueryReport[], seconds: number): string {
  const refused = reports.filter(({ explanation, breach }) => !explanation && !breach).length
  const unsupported = reports.filter(({ breach }) => breach?.law === 'refused').length
  const mismatches = reports.filter(({ breach }) => breach && breach.law !== 'refused').length
  const mode = (wanted: string) => reports.filter(({ explanation }) => explanation?.mode === wanted).length
  const cells = [
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
