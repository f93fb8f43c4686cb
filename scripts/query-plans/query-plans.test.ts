import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { planSearch } from '../../schema/search/search.ts'
import { tables } from '../../schema/tables/tables.ts'
import { openMemoryStore, type MemoryStore } from '../../workers/event-store/testing.ts'
import { findSql, type FoundSql } from './find-sql.ts'
import { scansOf } from './scans-of.ts'

/**
 * No statement of the app, of the event store or of the projections reads a table from end to end that grows with the
 * messages. All are found in the sources: a new one is looked at without being named here.
 */
const root = join(import.meta.dirname, '../..')
const folders = ['app', 'schema', 'workers/event-store']
const apart = /\.test\.|testing|random-events|test-device|^schema\/(tables|demo)\//

/** Tables that stay small: as many rows as a person has spaces, drafts, unsent events, or as a bound allows. */
const small: readonly string[] = [
  'streams',
  'spaces',
  'cursors',
  'outbox',
  'drafts',
  'meta',
  'rejected_events',
  'conflicts',
]

/** Which files' statements may read which other tables whole, and why. */
const mayScan: Readonly<Record<string, readonly [why: string, ...tables: string[]]>> = {
  'workers/event-store/replay.ts': ['a replay reads the whole log, a part at a time', ...Object.keys(tables)],
  'workers/event-store/seal.ts': ['what is not sealed yet, in quiet moments', 'events'],
  'workers/event-store/erasures.ts': ['whether there is any row at all', 'erasures'],
  'workers/event-store/past/room-at.ts': ['a database in memory that has one window of messages', 'timeline_items'],
  'workers/event-store/trace/row-events.ts': ['the read marks of one person, when somebody asks', 'events'],
  'app/features/inspector/tabs/use-trial.ts': ['counts what is not sealed, when somebody tries a failover', 'events', 'applied_events'], // prettier-ignore
  'app/kept-screen/use-kept-screen.ts': ['their number, which is maintained', 'erasures'],
  'app/features/views/QueryPanel.tsx': ['an example of what a person may ask', 'rooms'],
  'app/features/inspector/console/Console.tsx': ['an example of what a person may ask', 'timeline_items'],
  'app/features/demo-tour/TourPanel.tsx': ['an example of what a person may ask', 'timeline_items'],
  'workers/event-store/event-blocks.ts': ['it has a row a block of events', 'applied_events'],
}
/** Statements that are put together while the app runs: another test below looks at them; or that are a person's own. */
const builtElsewhere: readonly string[] = [
  'schema/search/search-sql.ts',
  'schema/search/search-filters.ts',
  'app/features/views/bounded-select.ts',
]

let store: MemoryStore
beforeAll(async () => {
  store = await openMemoryStore()
})
afterAll(() => store.close())

interface Statement extends FoundSql {
  readonly file: string
}
const paths = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...folders], {
  cwd: root,
  encoding: 'utf8',
})
const statements: readonly Statement[] = paths
  .split('\n')
  .filter((path) => /\.tsx?$/.test(path) && !apart.test(path))
  .flatMap((file) => {
    const found = findSql(readFileSync(join(root, file), 'utf8'), file.endsWith('x'))
    // the beginning of another one is no statement
    const whole = found.filter(({ sql }) => !found.some((other) => other.sql !== sql && other.sql.startsWith(sql)))
    return whole.map((each) => ({ ...each, file }))
  })

test('the statements of every part are found', () => {
  expect(statements.length).toBeGreaterThan(80)
  for (const folder of folders) expect(statements.some(({ file }) => file.startsWith(folder))).toBe(true)
})

test.each(
  statements
    .filter(({ file }) => !builtElsewhere.includes(file))
    .map((each) => [`${each.file}:${each.line}`, each] as const),
)('%s reads no growing table from end to end', (_, statement) => {
  expect(growing(plansOf(statement), statement.file), statement.sql).toEqual([])
})

/** Of a statement whose table is a variable: the plan for the table for which it reads least. */
function plansOf({ sql, isPartial }: Statement): readonly string[] {
  const candidates = isPartial
    ? [sql, ...Object.keys(tables).map((table) => sql.replace(/(FROM|INTO|UPDATE) 1\b/, `$1 ${table}`))]
    : [sql]
  const plans: (readonly string[])[] = []
  let fault: unknown
  for (const each of candidates) {
    try {
      plans.push(scansOf(store.db, each))
    } catch (error) {
      fault ??= error
    }
  }
  if (plans.length === 0) throw fault
  return plans.sort((a, b) => growing(a).length - growing(b).length)[0]!
}

function growing(scanned: readonly string[], file = ''): readonly string[] {
  const [, ...allowed] = mayScan[file] ?? ['']
  return scanned.filter((table) => !small.includes(table) && !allowed.includes(table))
}

/**
 * What few messages have, a search may begin with, and counts before. Edits are the exception: they are found among the facts,
 * of which there is a row for each reaction and pin too, and then among the messages.
 */
const begunWith = (typed: string): readonly string[] =>
  typed.includes('is:edited') ? ['facts', 'timeline_items'] : ['pins', 'reactions']

describe('a search', () => {
  const people = [['ann', 'Ann']]
  const rooms = [['r1', 'general', null]]

  test.each([
    'word',
    '"a phrase" -other',
    'from:ann word',
    'in:general word',
    'has:link word',
    'is:pinned -from:ann word',
    'is:edited word',
    'has:reaction word',
    'has:thread',
    'after:2024 before:2025 -in:general word',
    'from:ann',
    'has:link',
    'before:2024-05',
    '-has:code in:general',
  ])('for %s reads no table from end to end, nor does what is asked before it', async (typed) => {
    const scanned = (sql: string) =>
      growing(scansOf(store.db, sql)).filter((table) => !begunWith(typed).includes(table))
    const run = (sql: string) => {
      expect(scanned(sql), sql).toEqual([])
      // many messages have the words, few what the filter says
      if (/\bcount\(/.test(sql)) return Promise.resolve([[sql.includes('search_index') ? 1e5 : 5]])
      return Promise.resolve(sql.includes('JOIN rooms') ? rooms : people)
    }
    const plan = await planSearch(run, 'space:s', ['ann'], typed)
    if (plan.type !== 'plan') throw new Error(JSON.stringify(plan))
    expect(scanned(plan.ask.query.sql), plan.ask.query.sql).toEqual([])
  })
})

describe('the tools of this test', () => {
  test('statements are found with the constants of their file', () => {
    const source = `
      import { other } from './other.ts'
      const columns = 'a, b'
      const head = \`SELECT \${columns} FROM t\`
      export const one = \`\${head} WHERE a = ?\`
      export const two = \`SELECT 1 FROM \${other}\`
      export const none = 'Select a room to begin'`
    expect(findSql(source, false).map(({ sql, isPartial, line }) => [line, sql, isPartial])).toEqual([
      [4, 'SELECT a, b FROM t', false],
      [5, 'SELECT a, b FROM t WHERE a = ?', false],
      [6, 'SELECT 1 FROM 1', true],
    ])
  })

  test.each<[sql: string, scans: readonly string[]]>([
    ['SELECT id FROM rooms WHERE stream = ?', []],
    ['SELECT count(*) FROM rooms', ['rooms']],
    ['SELECT m.name FROM memberships m JOIN rooms AS r ON r.name = m.name WHERE m.stream = ?', ['rooms']],
    ['DELETE FROM timeline_items WHERE reply_count = 0', ['timeline_items']],
    ['SELECT 1 FROM spaces WHERE id IN (SELECT stream FROM reactions)', ['reactions', 'spaces']],
    ['SELECT rowid FROM search_index WHERE search_index MATCH ?', []],
    ['SELECT rowid FROM search_index', ['search_index']],
  ])('%s → %j', (sql, scans) => {
    expect(scansOf(store.db, sql)).toEqual(scans)
  })
})
