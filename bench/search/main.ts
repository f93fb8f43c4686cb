import { parseArgs } from 'node:util'
import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { openLiveDatabase } from '../../dataflow/index.ts'
import { seededRandom } from '../../schema/demo/random.ts'
import type { KnownEvent } from '../../schema/events/event.ts'
import type { SqlValue } from '../../schema/live.ts'
import { hitsOf, planSearch, type Ask } from '../../schema/search/search.ts'
import type { SearchRow } from '../../schema/search/search-sql.ts'
import { migrations } from '../../schema/tables/migrations.ts'
import { applyBatch } from '../../workers/event-store/apply-batch.ts'
import { openStore } from '../../workers/event-store/store.ts'
import { migrate } from '../../workers/runtime/opening/migrate.ts'
import { openRawSql } from '../../workers/runtime/serving/raw-sql.ts'
import { Figures, percentile, printTable, writeJson } from '../figures.ts'
import { batchesOf, benchStream, loadHistory } from '../history-events.ts'

/**
 * How long a search takes, as the app asks it: read what was typed, subscribe to its live query, cut and mark what is shown.
 * By CPU time, in Node, in memory, over the real history where it is, of which every tenth message is Chinese instead; some are pinned.
 */
export async function runSearchBench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      messages: { type: 'string', default: '225078' },
      rounds: { type: 'string', default: '20' },
      json: { type: 'string' },
    },
  })
  const { real, messages, events } = loadHistory(Number(values.messages))
  console.log(`${real ? 'real' : 'generated'} history: ${messages} messages`)
  const sqlite3 = await sqlite3InitModule()
  const db = new sqlite3.oo1.DB(':memory:')
  db.exec('PRAGMA page_size = 4096')
  const sql = openRawSql(sqlite3, db)
  migrate(sql, migrations)
  const store = openStore({ sql })
  const history = withOtherScripts(events)
  for (const batch of batchesOf(history, batchSize)) applyBatch(store, { batchId: '', ...batch })
  const live = openLiveDatabase(sqlite3, db)
  const figures = new Figures()
  const run = async (text: string, parameters: readonly SqlValue[]) => live.all(text, parameters)
  const all: number[] = []
  const worst: number[] = []
  for (const { name, typed } of searches(history)) {
    const times: number[] = []
    let hits = 0
    for (let round = 0; round < Number(values.rounds); round++) {
      const start = cpuMs()
      const plan = await planSearch(run, benchStream, [], typed)
      if (plan.type !== 'plan') throw new Error(`${typed}: ${JSON.stringify(plan)}`)
      const first = answer(plan.ask)
      hits = first === 0 && plan.otherwise ? answer(plan.otherwise) : first
      times.push(cpuMs() - start)
    }
    all.push(...times)
    worst.push(percentile(times, 95))
    figures.add(`search, p95 of ${values.rounds} (shown)`, `${name}: ${typed} (${hits})`, percentile(times, 95), 'ms')
  }
  figures.add('all of them', 'p50', percentile(all, 50), 'ms')
  figures.add('all of them', 'p95', percentile(all, 95), 'ms', { atMost: 30 })
  figures.add('all of them', 'the slowest kind', Math.max(...worst), 'ms')
  const bytes = live.all("SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'search~_index%' ESCAPE '~'")[0]![0] as number
  figures.add('the index', 'bytes a message', bytes / messages, 'B')
  live.close()
  sql.close()
  db.close()
  const figuresOfRun = figures.run('SQLite in memory')
  printTable(figuresOfRun)
  if (values.json) writeJson(values.json, figuresOfRun)

  function answer(ask: Ask): number {
    const query = live.subscribe(ask.query, () => {})
    const { hits } = hitsOf(
      ask,
      query.rows.map(([, hit]) => ({ hit }) as SearchRow),
    )
    query.unsubscribe()
    return hits.length
  }
}

const batchSize = 500

/** of all threads of the process: good even while the machine does other things */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function withOtherScripts(events: readonly KnownEvent[]): readonly KnownEvent[] {
  const random = seededRandom(1)
  // common characters are much more common than others
  const hanzi = () => String.fromCodePoint(0x4e00 + Math.floor(random.next() ** 3 * 3000))
  const sentence = () => Array.from({ length: random.between(5, 40) }, hanzi).join('') + '。'
  return events.map((event, place) => {
    if (event.type !== 'message.create' || place % 10 !== 0) return event
    return { ...event, payload: { ...event.payload, text: sentence() } }
  })
}

function searches(events: readonly KnownEvent[]): readonly { name: string; typed: string }[] {
  const people = byCount(
    events.flatMap((event) => (event.type === 'message.create' ? [event.payload.author!.name] : [])),
  )
  const names = new Map(
    events.flatMap((event) => (event.type === 'room.create' ? [[event.entity!, event.payload.name]] : [])),
  )
  const rooms = byCount(events.flatMap(({ type, room }) => (type === 'message.create' ? [names.get(room!)!] : [])))
  const [often, seldom] = [people[0]!, people[Math.floor(people.length * 0.9)]!]
  const [big, small] = [rooms[0]!, rooms[Math.floor(rooms.length * 0.9)]!]
  return [
    ['a word of half of the messages', 'the '],
    ['a common word', 'lean '],
    ['a rare word', 'quotient '],
    ['no such word', 'zzqqzz '],
    ['two common words', 'the lean '],
    ['a common and a rare word', 'the zulip '],
    ['a beginning of 2 letters', 'th'],
    ['of 3', 'the'],
    ['of 3', 'con'],
    ['of 3, behind a common word', 'the con'],
    ['of 4', 'quot'],
    ['a phrase of common words', '"of the"'],
    ['a rare phrase', '"dependent type theory"'],
    ['a phrase of common words that is rare', '"the a"'],
    ['a phrase of four common words', '"to be able to"'],
    ['a phrase left out', 'lean -"of the"'],
    ['a symbol', '->'],
    ['a symbol at a word', 'a.b'],
    ['an identifier', 'nat.succ_le'],
    ['an identifier while it is typed', 'nat.su'],
    ['a part of camelCase', 'monoid '],
    ['an emoji', '🎉'],
    ['one character of Chinese', '一'],
    ['two', '一丁'],
    ['three', '一丁七'],
    ['a word left out', 'the -lean '],
    ['nearly all left out', 'simp -"the" -"a" -"to"'],
    ['a dash that is text', 'rm -rf '],
    ['who writes often', `from:"${often}"`],
    ['… and a common word', `the from:"${often}" `],
    ['who writes seldom', `from:"${seldom}"`],
    ['… and a common word', `the from:"${seldom}" `],
    ['… and a rare word', `quotient from:"${seldom}" `],
    ['a large room', `in:"${big}"`],
    ['… and a common word', `the in:"${big}" `],
    ['a small thread', `in:"${small}"`],
    ['… and a common word', `the in:"${small}" `],
    ['links', 'has:link'],
    ['links and a common word', 'the has:link '],
    ['code and a rare word', 'quotient has:code '],
    ['nobody pinned', 'is:pinned'],
    ['nobody pinned, and a common word', 'the is:pinned '],
    ['nobody reacted, and a common word', 'the has:reaction '],
    ['the first year', 'before:2019 '],
    ['a common word in the first year', 'the before:2019 '],
    ['a common word in the last year', 'the after:2020 '],
  ].map(([name, typed]) => ({ name: name!, typed: typed! }))
}

function byCount(values: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort((one, other) => other[1] - one[1]).map(([value]) => value)
}
