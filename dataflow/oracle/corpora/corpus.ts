/* A corpus is a list of scripts: statements that build a database, and queries that are asked in between. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { nexmarkPorts } from './nexmark-ports.ts'
import { parseSqlTest, parseTcl } from './formats/braces.ts'
import { parsePlainSql, parseQuotedSql } from './formats/plain-sql.ts'
import type { SqlRecord } from './formats/record.ts'
import { parseLogicTest } from './formats/sqllogictest.ts'

export interface Script {
  readonly name: string
  readonly records: readonly SqlRecord[]
  /** a query that SQLite refuses is asked in this form instead */
  readonly ports?: ReadonlyMap<string, string>
  /** its tables come without rows */
  readonly isEmpty?: boolean
}
export interface Corpus {
  readonly name: string
  readonly scripts: () => Iterable<Script>
}

/**
 * Every corpus below `root`: folders with `data.sql` and `queries/`, with `schema.sql` and `corpus.json`; JSON files of
 * `{setup, sql}` cases; and tests of others by their endings, as `formats/` says.
 */
export function findCorpora(root: string): Corpus[] {
  const corpora: Corpus[] = []
  const visit = (folder: string) => {
    const entries = readdirSync(folder).sort()
    const name = relative(root, folder) || basename(folder)
    if (entries.includes('data.sql') && entries.includes('queries')) {
      corpora.push({ name, scripts: () => [queryFolder(folder, name)] })
      return
    }
    if (entries.includes('schema.sql') && entries.includes('corpus.json')) {
      corpora.push({ name, scripts: () => [selects(folder, name)] })
      return
    }
    for (const entry of entries) {
      const file = join(folder, entry)
      const read = formatOf(entry)
      if (read && statSync(file, { throwIfNoEntry: false })?.isFile()) corpora.push({ name: join(name, entry), scripts: () => numbered(join(name, entry), read(readFileSync(file, 'utf8'))) }) // prettier-ignore
    }
    const quoted = entries.filter((entry) => /\.(?:py|java)$/.test(entry))
    if (quoted.length > 0) {
      const texts = () => quoted.map((entry) => readFileSync(join(folder, entry), 'utf8'))
      corpora.push({ name: join(name, '*'), scripts: () => numbered(join(name, '*'), [parseQuotedSql(texts())]) })
    }
    const tables = entries.filter((entry) => entry.endsWith('.json'))
    if (tables.length > 0) corpora.push({ name, scripts: () => tables.flatMap((table) => caseTable(join(folder, table))) }) // prettier-ignore
    for (const entry of entries)
      if (statSync(join(folder, entry), { throwIfNoEntry: false })?.isDirectory()) visit(join(folder, entry))
  }
  if (existsSync(root)) visit(root)
  return corpora
}

type Format = (text: string) => readonly (readonly SqlRecord[])[]

function formatOf(file: string): Format | null {
  if (file.endsWith('.sqltest')) return parseSqlTest
  if (file.endsWith('.sql')) return (text) => [parsePlainSql(text)]
  if (!/\.(?:test|test_slow|slt|slt\.part)$/.test(file)) return null
  return (text) => (/\bdo_\w*test\b/.test(text) ? parseTcl(text) : [parseLogicTest(text)])
}

function numbered(name: string, lists: readonly (readonly SqlRecord[])[]): Script[] {
  return lists.map((records, i) => ({
    name: lists.length === 1 ? name : `${name} ${i + 1}`,
    records,
    isEmpty: !records.some(({ kind, sql }) => kind === 'statement' && /\binsert\b/i.test(sql)),
  }))
}

function queryFolder(folder: string, name: string): Script {
  const records: SqlRecord[] = [{ kind: 'statement', sql: readFileSync(join(folder, 'data.sql'), 'utf8') }]
  const ports = new Map<string, string>()
  const files = readdirSync(join(folder, 'queries')).filter((file) => file.endsWith('.sql'))
  for (const file of files.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))) {
    const sql = lastSelect(readFileSync(join(folder, 'queries', file), 'utf8'))
    records.push({ kind: 'query', sql })
    const port = name.includes('nexmark') && nexmarkPorts[basename(file, '.sql')]
    if (port) ports.set(sql, port)
  }
  return { name, records, ports }
}

/** Nexmark's files make a sink table and insert into it: the SELECT is what counts. */
function lastSelect(text: string): string {
  const insert = [...text.matchAll(/\binsert\s+into\s+\w+\s+(?=select|with)/gi)].at(-1)
  const sql = insert ? text.slice(insert.index + insert[0].length) : text
  const snakeCased = sql.replaceAll(
    /`?\b(dateTime|itemName|initialBid|emailAddress|creditCard)\b`?/g,
    (_, name: string) => name.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`),
  )
  return (insert ? snakeCased : sql).trim().replace(/;\s*$/, '')
}

function selects(folder: string, name: string): Script {
  const queries = JSON.parse(readFileSync(join(folder, 'corpus.json'), 'utf8')) as [group: string, sql: string][]
  const schema = readFileSync(join(folder, 'schema.sql'), 'utf8')
  return {
    name,
    isEmpty: true,
    records: [{ kind: 'statement', sql: schema }, ...queries.map(([, sql]): SqlRecord => ({ kind: 'query', sql }))],
  }
}

/** Each case has a database of its own. */
function caseTable(file: string): Script[] {
  const parsed = JSON.parse(readFileSync(file, 'utf8')) as unknown
  const cases = (Array.isArray(parsed) ? parsed : ((parsed as { cases?: unknown }).cases ?? [])) as { setup?: string; sql?: string }[] // prettier-ignore
  return cases
    .filter((one) => typeof one.sql === 'string')
    .map((one, i) => ({
      name: `${basename(file)} ${i}`,
      records: [
        ...(one.setup ? [{ kind: 'statement', sql: one.setup } as const] : []),
        { kind: 'query', sql: one.sql! } as const,
      ],
    }))
}
