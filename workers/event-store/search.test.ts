import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AnyEvent } from '../../schema/events/event.ts'
import { streamOfRoom } from '../../schema/events/streams.ts'
import type { SqlValue } from '../../schema/live.ts'
import { hitsOf, planSearch, type Ask, type SearchHit, type SearchPlan } from '../../schema/search/search.ts'
import type { SearchRow } from '../../schema/search/search-sql.ts'
import { eventId } from './random-events.ts'
import { applyAll, openMemoryStore, type MemoryStore } from './testing.ts'

/** A space with one message a kind of text, and what each query must find in it: the whole answer, in its order. */
const texts = {
  push: 'git push --force is fine',
  remove: 'rm -rf /tmp/x, and then?',
  removed: 'rm the rf thing',
  cpp: 'C++ is old',
  csharp: 'C# and F# are newer',
  cat: 'cats and care about c',
  arrow: 'a -> b && c <= d',
  party: 'release 🎉 today',
  percent: 'it is 50% off',
  shanghai: '我家在上海东边。',
  kanji: '彼は優柔不断だ',
  mixed: '我用React写git2代码',
  thai: 'ฉันรักประเทศไทยมาก',
  korean: '오늘 학교에서 만나요',
  cafe: 'the Café is closed',
  decomposed: 'un re\u0301sume\u0301 bref',
  phrase: 'dark mode is nice',
  phraseNot: 'mode: dark',
  tea: 'green tea, please',
  coffee: 'coffee, please',
  link: 'see [the docs](https://a.example/guide)',
  image: '![cat](https://a.example/cat.png)',
  code: 'call `open_file()` first',
  snake: 'open file by hand',
  upper: 'NEAR and AND or NOT',
  column: 'body: something, foo:bar',
  bold: 'this is **very** important',
  deleted: 'green tea was a mistake',
  longLink: `${'word '.repeat(400)} https://long.example/end`,
  mention: '@**Ann Vale** look',
  picture: '',
  report: 'as promised',
} as const
type Key = keyof typeof texts

const named = { sha256: 'a'.repeat(64), size: 9 }
const filesOf: Partial<Record<Key, object[]>> = {
  picture: [{ ...named, name: 'DSC_0042.jpg', type: 'image/jpeg', width: 4, height: 3, alt: 'a bittern asleep' }],
  report: [{ ...named, name: 'yearly-report 2024.pdf', type: 'application/pdf' }],
}

const authors: Partial<Record<Key, string>> = {
  tea: 'emile',
  coffee: 'emile',
  cafe: 'jose',
  push: 'kwame',
  remove: 'me-1',
  percent: 'percent',
}
const people = {
  ann: 'Ann Vale',
  joanna: 'Joanna Marsh',
  emile: 'Émile Roux',
  jose: 'Jose\u0301 Díaz',
  kwame: 'Kwame Mensah',
  'me-1': 'Mia Reader',
  percent: 'Percy',
}
const space = 's1'
const stream = 'space:s1'

let store: MemoryStore
const keyOf = new Map<string, Key>()
beforeAll(async () => {
  store = await openMemoryStore()
  let clock = 1
  const event = (type: string, fields: Partial<AnyEvent> & { payload: unknown }): AnyEvent => {
    clock += 1
    return {
      id: eventId(clock),
      type,
      stream,
      actor: 'ann',
      clock: String(clock),
      at: Date.UTC(2024, 0, clock),
      deps: [],
      ...fields,
    }
  }
  const events = [
    event('space.create', { entity: space, payload: { name: 'S', visibility: 'public' } }),
    ...Object.entries(people).map(([actor, name]) => event('member.join', { actor, entity: actor, payload: { name } })),
    event('room.create', { entity: 'r1', payload: { name: 'général', kind: 'room' } }),
    event('room.create', { entity: 'r2', payload: { name: 'general-chat', kind: 'room' } }),
    event('room.create', {
      stream: streamOfRoom(space, 'r1'),
      entity: 'r3',
      payload: { name: 'plans', kind: 'thread', parentRoom: 'r1' },
    }),
  ]
  for (const [key, text] of Object.entries(texts) as [Key, string][]) {
    const room = key === 'coffee' ? 'r2' : key === 'tea' ? 'r3' : 'r1'
    const stream = streamOfRoom(space, room === 'r2' ? 'r2' : 'r1')
    const made = event('message.create', {
      stream,
      room,
      actor: authors[key] ?? 'ann',
      version: 2,
      payload: { text, files: filesOf[key] },
    })
    events.push(made)
    keyOf.set(made.id, key)
    if (key === 'deleted') events.push(event('message.delete', { stream, entity: made.id, room, payload: {} }))
    if (key === 'bold') events.push(event('pin.add', { stream, entity: made.id, room, payload: {} }))
  }
  applyAll(store, events)
})
afterAll(() => store.close())

const run = async (sql: string, parameters: readonly SqlValue[]) => store.sql.prepare(sql).rows(...parameters)
type Answer =
  Exclude<SearchPlan, { type: 'plan' }> | { type: 'found'; hits: readonly SearchHit[]; notes: readonly string[] }
async function ask(typed: string, of = stream): Promise<Answer> {
  const plan = await planSearch(run, of, ['me-1'], typed)
  if (plan.type !== 'plan') return plan
  const first = await answer(plan.ask)
  return first.hits.length === 0 && plan.otherwise ? answer(plan.otherwise) : first
}
async function answer(ask: Ask) {
  const rows = await run(ask.query.sql, ask.query.parameters)
  const { hits } = hitsOf(
    ask,
    rows.map(([, hit]) => ({ hit }) as SearchRow),
  )
  return { type: 'found' as const, hits, notes: hits.length > 0 ? ask.notes : [] }
}
async function found(typed: string): Promise<Key[]> {
  const answer = await ask(typed)
  if (answer.type !== 'found') throw new Error(JSON.stringify(answer))
  return answer.hits.map(({ id }) => keyOf.get(id)!).toReversed()
}

describe('search finds', () => {
  test.each<[string, Key[]]>([
    // dashes
    ['git push --force', ['push']],
    ['--force', ['push']],
    ['rm -rf', ['remove']],
    ['"rm -rf"', ['remove']],
    ['“-rf”', ['remove']],
    ['rm -r', ['remove']],
    ['--for', ['push']],
    ['--for ', []],
    ['rm -"rf"', []],
    ['rm -thing', ['remove']],
    ['please -tea', ['coffee']],
    ['please -"green tea"', ['coffee']],
    ['from:emile -tea', ['coffee']],
    ['-tea from:emile', ['coffee']],
    ['from:emile -coffee', ['tea']],
    ['please -from:emile', []],
    ['in:general-chat -coffee', []],
    // symbols
    ['C++', ['cpp']],
    ['c+', ['cpp']],
    ['C#', ['csharp']],
    ['F#', ['csharp']],
    ['#', ['csharp']],
    ['c ', ['cpp', 'csharp', 'cat', 'arrow']],
    ['->', ['arrow']],
    ['<=', ['arrow']],
    ['b && c', ['arrow']],
    ['&&', ['arrow']],
    ['🎉', ['party']],
    ['release 🎉', ['party']],
    ['%', ['percent']],
    ['50%', ['percent']],
    ['_', ['code', 'picture']],
    ['open_file', ['code']],
    ['open file', ['code', 'snake']],
    ['open_file()', ['code']],
    // files, by what they are called and what was said of them
    ['bittern', ['picture']],
    ['dsc_0042.jpg', ['picture']],
    ['yearly-report', ['report']],
    ['"report 2024"', ['report']],
    ['promised pdf', ['report']],
    ['has:file', ['picture', 'report']],
    ['has:image', ['image', 'picture']],
    ['has:file -has:image', ['report']],
    // scripts without spaces, endings
    ['上海', ['shanghai']],
    ['優柔不断', ['kanji']],
    ['ประเทศไทย', ['thai']],
    ['학교', ['korean']],
    ['react', ['mixed']],
    ['Rea', ['mixed']],
    ['act', []],
    ['react 代码', ['mixed']],
    ['git', ['push', 'mixed']],
    ['"git"', ['push']],
    ['上海 北京', []],
    // case, accents
    ['cafe', ['cafe']],
    ['CAFÉ', ['cafe']],
    ['résumé', ['decomposed']],
    ['resume', ['decomposed']],
    // phrases
    ['"dark mode"', ['phrase']],
    ['“dark mode”', ['phrase']],
    ['„dark mode“', ['phrase']],
    ['dark mode', ['phrase', 'phraseNot']],
    ['"dark mode', ['phrase']],
    ["don't", []],
    // beginnings, only of what is still typed
    ['relea', ['party']],
    ['relea ', []],
    ['"relea"', []],
    // all of FTS5's syntax is text
    ['NEAR', ['upper']],
    ['AND', ['remove', 'csharp', 'cat', 'upper']],
    ['NOT', ['upper']],
    ['NOT OR', ['upper']],
    ['body:something', ['column']],
    ['foo:bar', ['column']],
    ['NEAR(', ['upper']],
    ['{body}', ['column']],
    ['very', ['bold']],
    ['**very**', ['bold']],
    // filters
    ['from:emile', ['tea', 'coffee']],
    ['from:ÉMILE', ['tea', 'coffee']],
    ['from:roux', ['tea', 'coffee']],
    ['from:"emile roux"', ['tea', 'coffee']],
    ['from:“émile roux”', ['tea', 'coffee']],
    ['from:jose', ['cafe']],
    ['from:José', ['cafe']],
    ['from:me', ['remove']],
    ['from:kwame', ['push']],
    ['from:emile please -coffee', ['tea']],
    ['in:general-chat', ['coffee']],
    ['in:#general-chat', ['coffee']],
    ['in:general please', ['tea']],
    ['tea in:GÉNÉRAL', ['tea']],
    ['in:plans', ['tea']],
    ['from:emile from:kwame', ['push', 'tea', 'coffee']],
    ['in:plans in:general-chat', ['tea', 'coffee']],
    ['has:link has:image', ['image']],
    ['-from:ann -from:emile -in:plans', ['push', 'remove', 'percent', 'cafe']],
    ['in:general-chat in:general-chat', ['coffee']],
    ['has:link', ['link', 'image', 'longLink']],
    ['has:images cat', ['image']],
    ['has:code', ['code']],
    ['is:pinned', ['bold']],
    ['has:link -has:image', ['link', 'longLink']],
    ['long.example', ['longLink']],
    ['@ann', ['mention']],
    ['before:2023', []],
    ['after:2024-01-01 tea', ['tea']],
    ['before:2024-01-01 tea', []],
  ])('%s', async (typed, keys) => expect(await found(typed)).toEqual(keys))

  test('nothing in another space', async () => {
    expect(await ask('tea', 'space:s2')).toMatchObject({ type: 'found', hits: [] })
  })
})

describe('what cannot be answered is said', () => {
  test.each([
    ['from:%', /Nobody here is called “%”/],
    ['from:_', /Nobody here is called “_”/],
    ['from:oanna', /Nobody/],
    ['from:"\u200b"', /Nobody/],
    ['in:nowhere', /No room here is called “nowhere”/],
    ['has:nothing', /has: knows link, image, file, code, reaction and thread, not “nothing”/],
    ['is:odd', /is: knows/],
    ['before:yesterday', /before: takes a date/],
    ['after:2024-02-31', /after: takes a date/],
  ])('%s', async (typed, sentence) =>
    expect(await ask(typed)).toMatchObject({ type: 'problem', sentence: expect.stringMatching(sentence) }),
  )
  test.each(['', '  ', '"', '“”', 'from:', 'has: '])('%j asks nothing yet', async (typed) =>
    expect(await ask(typed)).toEqual({ type: 'idle' }),
  )
  test('a word with a dash that messages have is text, and the answer says so', async () => {
    expect(await ask('rm -rf')).toMatchObject({ notes: [expect.stringContaining('“-rf”')] })
    expect(await ask('please -tea')).toMatchObject({ notes: [] })
  })
})

test.each([
  'x'.repeat(60_000),
  'a '.repeat(30_000),
  '"'.repeat(60_000),
  '-'.repeat(60_000),
  '* '.repeat(30_000),
  'NEAR(a b, 3) AND OR NOT ^ + body : { }',
  "'; DROP TABLE timeline_items; --",
  '\u0000tea\u0000',
  '\ud800 tea \udfff',
  'from:'.repeat(1000),
  '-from:me -in:x "',
  '(((((',
  '\\',
  '%_%',
  '🏳️‍🌈'.repeat(2000),
])('a hostile query is text: %#', async (typed) => {
  const before = process.cpuUsage()
  const answer = await ask(typed)
  const { user, system } = process.cpuUsage(before)
  expect(['found', 'problem', 'idle']).toContain(answer.type)
  expect((user + system) / 1000).toBeLessThan(1000)
})

describe('excerpts', () => {
  const excerpt = async (typed: string) => {
    const answer = await ask(typed)
    if (answer.type !== 'found') throw new Error(JSON.stringify(answer))
    return answer.hits[0]!.excerpt.map(({ text, marked }) => (marked ? `‹${text}›` : text)).join('')
  }
  test.each([
    ['very', 'this is ‹very› important'],
    ['cafe', 'the ‹Café› is closed'],
    ['resume', 'un ‹re\u0301sume\u0301› bref'],
    ['上海', '我家在‹上海›东边。'],
    ['c++', '‹C++› is old'],
    ['docs', 'see the ‹docs›'],
    ['guide', 'see [the docs](https://a.example/‹guide›)'],
    ['🎉', 'release ‹🎉› today'],
    ['mode dark', '‹mode›: ‹dark›'],
    ['is:pinned', 'this is very important'],
  ])('%s', async (typed, text) => expect(await excerpt(typed)).toBe(text))
  test('of a long message shows where the word is', async () => {
    expect(await excerpt('long.example')).toMatch(/^….*https:\/\/‹long.example›\/end$/)
  })
})
