import { splitStatements } from '../../order-evidence.ts'
import { recordsOf, type SqlRecord } from './record.ts'

/**
 * Tests whose SQL stands in braces; each list of records has a database of its own.
 *
 *   do_execsql_test name { SELECT … } {1|2}        SQLite's and Turso's, in TCL: a file shares one database,
 *   do_execsql_test_on_specific_db {:memory:} …    but for these
 *
 *   setup people { CREATE TABLE … }                Turso's .sqltest: each test begins with the setups that
 *   @setup people                                  stand before it
 *   test name { SELECT … }
 *   expect { 1|2 }
 */
export function parseTcl(text: string): SqlRecord[][] {
  const shared: SqlRecord[] = []
  const own: SqlRecord[][] = []
  for (const { 0: word, index } of text.matchAll(/\b(?:do_execsql_test\w*|do_catchsql_test|execsql|db eval)(?=\s)/g)) {
    const sql = blocks(text, index + word.length, 3).find((block) => /^\s*(?:--|\w)[\s\S]*\s/.test(block))
    if (sql === undefined) continue
    const records = splitStatements(sql).flatMap((statement) => recordsOf(statement))
    if (word.endsWith('_specific_db') && /^\s*\{:memory:\}/.test(text.slice(index + word.length))) own.push(records)
    else shared.push(...records)
  }
  return [shared, ...own].filter((records) => records.length > 0)
}

export function parseSqlTest(text: string): SqlRecord[][] {
  const setups = new Map<string, readonly SqlRecord[]>()
  const tests: SqlRecord[][] = []
  let asked: string[] = []
  for (const { 1: word, 2: name, index, 0: head } of text.matchAll(/^[ \t]*(@setup|setup|test)\s+([\w-]+)/gm)) {
    if (word === '@setup') {
      asked.push(name!)
      continue
    }
    const [sql = ''] = blocks(text, index + head.length, 1)
    const records = splitStatements(sql).flatMap((statement) => recordsOf(statement))
    if (word === 'setup') setups.set(name!, records)
    else tests.push([...asked.flatMap((each) => setups.get(each) ?? []), ...records])
    asked = []
  }
  return tests
}

/** What stands within the next braces, at most `count` pairs, on this line or where the last pair ended. */
function blocks(text: string, from: number, count: number): string[] {
  const found: string[] = []
  let at = from
  while (found.length < count) {
    const open = text.indexOf('{', at)
    const gap = open < 0 ? '\n' : text.slice(at, open)
    if (open < 0 || gap.includes('\n')) break
    const close = closing(text, open)
    found.push(text.slice(open + 1, close))
    at = close + 1
  }
  return found
}

function closing(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++
    if (text[at] === '}' && --depth === 0) return at
  }
  return text.length
}
