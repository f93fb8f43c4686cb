import sqlite3InitModule, { type Database } from '@sqlite.org/sqlite-wasm'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/*
 * Optional test data beside the repository: real queries with their databases, for the tests that rewrite a query and
 * compare what SQLite answers before and after.
 */

const shared = join(import.meta.dirname, '../../../shared/corpora')
export const sqlite3 = await sqlite3InitModule()

export const corporaPresent = existsSync(shared)

export interface CorpusQuery {
  readonly corpus: string
  readonly db: Database
  readonly sql: string
  /** what SQLite answers, as text that keeps integers apart */
  readonly expected: string
}

export const corpora = ['selects', 'tpch', 'sqllogictest'] as const

/** Every SELECT of it that SQLite answers (the same each time); of `sqllogictest`, which is large, every `step`-th. */
export function corpusQueries(corpus: (typeof corpora)[number], step: number): Generator<CorpusQuery> {
  if (corpus === 'selects') return selects()
  return corpus === 'tpch' ? queryFiles(corpus) : logicTests(step)
}

function* selects(): Generator<CorpusQuery> {
  const db = new sqlite3.oo1.DB()
  db.exec(readFileSync(join(shared, 'selects/schema.sql'), 'utf8'))
  const cases: [string, string][] = JSON.parse(readFileSync(join(shared, 'selects/corpus.json'), 'utf8'))
  for (const [, sql] of cases) yield* query('selects', db, sql)
}

/** Data, and a file for each query. */
function* queryFiles(corpus: string): Generator<CorpusQuery> {
  const db = new sqlite3.oo1.DB()
  db.exec(readFileSync(join(shared, corpus, 'data.sql'), 'utf8'))
  const folder = join(shared, corpus, 'queries')
  for (const file of readdirSync(folder)) {
    const view = /create view[^;]*;/i
    const sql = readFileSync(join(folder, file), 'utf8')
    const [definition] = view.exec(sql) ?? []
    if (definition) db.exec(definition)
    yield* query(corpus, db, sql.replace(view, '').replace(/drop view[^;]*;/i, ''))
  }
}

function* logicTests(step: number): Generator<CorpusQuery> {
  const folder = join(shared, 'sqllogictest')
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.test'))) {
    if (!statSync(join(folder, path)).isFile()) continue
    const db = new sqlite3.oo1.DB()
    let index = 0
    for (const { type, sql } of records(join(folder, path))) {
      if (type === 'statement') answer(db, sql)
      else if (index++ % step === 0) yield* query(path, db, sql)
    }
    db.close()
  }
}

function* query(corpus: string, db: Database, sql: string): Generator<CorpusQuery> {
  const text = sql.replace(/--[^\n]*/g, '')
  if (/\b(insert|update|delete|replace|create|explain|pragma)\b(?!\()/i.test(text)) return
  if (/random|'now'|current_/i.test(text)) return
  const expected = answer(db, sql)
  if (!expected.startsWith('error')) yield { corpus, db, sql, expected }
}

/** The query's rows, or the error that SQLite answers. */
export function answer(db: Database, sql: string): string {
  try {
    const rows = db.selectArrays(sql)
    return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
  } catch (error) {
    return `error: ${String(error)}`
  }
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
