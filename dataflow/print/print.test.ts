import sqlite3InitModule, { type Database } from '@sqlite.org/sqlite-wasm'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseSelect } from '../parse/parse.ts'
import { printSelect } from './print.ts'

const corpora = join(import.meta.dirname, '../../../shared/corpora')
const sqlite3 = await sqlite3InitModule()

/** The query's rows, or the error that SQLite answers. */
function answer(db: Database, sql: string): string {
  try {
    const rows = db.selectArrays(sql)
    return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
  } catch (error) {
    return `error: ${String(error).replace(/near ".*?"/, 'near')}`
  }
}

/** What reprinting changed: nothing, unless something is wrong. */
function compare(db: Database, queries: Iterable<string>): { count: number; unread: string[]; different: string[] } {
  const found = { count: 0, unread: [] as string[], different: [] as string[] }
  for (const sql of queries) {
    if (
      /\b(insert|update|delete|replace|create|explain|pragma)\b(?!\()/i.test(sql) ||
      /random|'now'|current_/i.test(sql)
    )
      continue
    const expected = answer(db, sql)
    if (expected.startsWith('error')) continue
    found.count++
    const parsed = parseSelect(sql)
    if (!parsed) found.unread.push(sql)
    else if (answer(db, printSelect(parsed.select)) !== expected) found.different.push(printSelect(parsed.select))
  }
  return found
}

/** Statements and queries of a sqllogictest file, in order. */
function* records(file: string): Iterable<{ type: 'statement' | 'query'; sql: string }> {
  for (const block of readFileSync(file, 'utf8').replaceAll('\r', '').split(/\n\n+/)) {
    const lines = block.split('\n').filter((line) => !line.startsWith('#'))
    if (lines.some((line) => /^skipif sqlite\b|^onlyif (?!sqlite\b)|^halt/.test(line))) continue
    const head = lines.findIndex((line) => /^(statement|query)\b/.test(line))
    if (head === -1) continue
    const end = lines.indexOf('----')
    const sql = lines.slice(head + 1, end === -1 ? undefined : end).join('\n')
    yield { type: lines[head]?.startsWith('query') ? 'query' : 'statement', sql }
  }
}

test('rewritten trees keep their shape', () => {
  const reprint = (sql: string) => printSelect(parseSelect(sql)!.select)
  expect(reprint('select a + b * c from t where not x or y')).toBe('SELECT (a + (b * c)) FROM t WHERE ((NOT x) OR y)')
  expect(reprint('select "select", "a b" from window group by 1 having filter')).toBe(
    'SELECT "select", "a b" FROM "window" GROUP BY 1 HAVING "filter"',
  )
  expect(reprint('select sum(a) filter (where b) over (w rows 1 preceding) from t window w as (order by c)')).toBe(
    'SELECT sum(a) FILTER (WHERE b) OVER (w ROWS 1 PRECEDING) FROM t WINDOW w AS (ORDER BY c)',
  )
})

test('reprinted queries answer the same', (context) => {
  if (!existsSync(corpora)) return context.skip('optional test data ../shared/corpora is absent')
  const selects = new sqlite3.oo1.DB()
  selects.exec(readFileSync(join(corpora, 'selects/schema.sql'), 'utf8'))
  const cases: [string, string][] = JSON.parse(readFileSync(join(corpora, 'selects/corpus.json'), 'utf8'))
  const found = {
    selects: compare(
      selects,
      cases.map(([, sql]) => sql),
    ),
  } as Record<string, ReturnType<typeof compare>>
  for (const name of ['tpch', 'nexmark']) {
    const db = new sqlite3.oo1.DB()
    db.exec(readFileSync(join(corpora, name, 'data.sql'), 'utf8'))
    const folder = join(corpora, name, 'queries')
    found[name] = compare(
      db,
      readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8')),
    )
  }
  // every n-th query keeps the test short; PRINT_ALL=1 takes them all
  const step = process.env.PRINT_ALL ? 1 : 40
  const folder = join(corpora, 'sqllogictest')
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.test'))) {
    if (!statSync(join(folder, path)).isFile()) continue
    const db = new sqlite3.oo1.DB()
    const batch = { count: 0, unread: [] as string[], different: [] as string[] }
    let index = 0
    for (const { type, sql } of records(join(folder, path))) {
      if (type === 'statement') answer(db, sql)
      else if (index++ % step === 0) {
        const one = compare(db, [sql])
        batch.count += one.count
        batch.unread.push(...one.unread)
        batch.different.push(...one.different)
      }
    }
    found[path] = batch
    db.close()
  }
  const total = Object.values(found).reduce((sum, { count }) => sum + count, 0)
  console.log(`reprinted ${total} queries`)
  expect(total).toBeGreaterThan(500)
  expect(Object.entries(found).flatMap(([name, { unread }]) => unread.map((sql) => `${name}: ${sql}`))).toEqual([])
  expect(Object.entries(found).flatMap(([name, { different }]) => different.map((sql) => `${name}: ${sql}`))).toEqual(
    [],
  )
})
