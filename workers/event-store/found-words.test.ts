import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AnyEvent } from '../../schema/events/event.ts'
import { marksIn } from '../../schema/search/marks.ts'
import { planSearch, type Ask } from '../../schema/search/search.ts'
import { phrasesOf, seek, type Sought } from '../../schema/search/seek.ts'
import { indexedWords, wordsOf } from '../../schema/search/words.ts'
import { foldMarks, foldWithOrigin } from '../../schema/text/fold.ts'
import { applyBatch } from './apply-batch.ts'
import { eventId } from './random-events.ts'
import { openMemoryStore, type MemoryStore } from './testing.ts'

/** What is typed; a text; the text with what is marked in it, null when it is not found. A space at the end: the word is whole. */
const cases: readonly (readonly [typed: string, text: string, marked: string | null])[] = [
  // Latin: case and accents
  ['cafe ', 'Un Café noir', 'Un ‹Café› noir'],
  ['CAFÉ ', 'un cafe\u0301', 'un ‹cafe\u0301›'],
  ['strasse ', 'Große Straße', 'Große ‹Straße›'],
  ['STRAẞE ', 'in der Strasse', 'in der ‹Strasse›'],
  ['fine ', 'this is ﬁne', 'this is ‹ﬁne›'],
  ['full ', 'ｆｕｌｌ width', '‹ｆｕｌｌ› width'],
  ['naive ', 'so naïve', 'so ‹naïve›'],
  ["don't ", 'I don’t know', 'I ‹don’t› know'],
  ['homme ', 'l’homme', 'l’‹homme›'],
  ['cat ', 'concatenate cats', null],
  ['cat', 'concatenate cats', 'concatenate ‹cat›s'],
  ['ca', 'cats', null], // two letters begin too much
  // Turkish
  ['istanbul ', 'İSTANBUL’da', '‹İSTANBUL›’da'],
  ['İstanbul ', 'istanbul', '‹istanbul›'],
  ['isik ', 'IŞIK ve ışık', '‹IŞIK› ve ‹ışık›'],
  // Vietnamese
  ['duong pho ', 'Đường phố Hà Nội', '‹Đường› ‹phố› Hà Nội'],
  ['"hà nội"', 'ở HA NOI', 'ở ‹HA NOI›'],
  // Polish, Danish, German, French, Spanish, Icelandic
  ['lodz ', 'Jadę do Łodzi, do Łódź', 'Jadę do Łodzi, do ‹Łódź›'],
  ['smorrebrod ', 'Smørrebrød!', '‹Smørrebrød›!'],
  ['aerø ', 'på Ærø', 'på ‹Ærø›'],
  ['uber ', 'über alles', '‹über› alles'],
  ['oeuvre ', 'une œuvre', 'une ‹œuvre›'],
  ['manana ', '¡mañana!', '¡‹mañana›!'],
  ['thor ', 'Þór', '‹Þór›'],
  // Greek: tonos, final sigma
  ['οδος ', 'Η ΟΔΟΣ και οδός', 'Η ‹ΟΔΟΣ› και ‹οδός›'],
  ['ΕΛΛΑΣ ', 'η Ελλάς', 'η ‹Ελλάς›'],
  ['σοφος ', 'ὁ σοφὸς ἀνήρ', 'ὁ ‹σοφὸς› ἀνήρ'],
  // Cyrillic
  ['еще ', 'ЕЩЁ раз', '‹ЕЩЁ› раз'],
  ['ёлка ', 'елка', '‹елка›'],
  ['йод ', 'Йод и\u0306од', '‹Йод› ‹и\u0306од›'],
  ['мои ', 'мой дом', null],
  ['київ ', 'місто КИЇВ', 'місто ‹КИЇВ›'],
  ['ударение ', 'ударе\u0301ние', '‹ударе\u0301ние›'],
  // Georgian, Armenian
  ['თბილისი ', 'ᲗᲑᲘᲚᲘᲡᲘ ქალაქი', '‹ᲗᲑᲘᲚᲘᲡᲘ› ქალაქი'],
  ['երևան ', 'ԵՐԵՒԱՆ', '‹ԵՐԵՒԱՆ›'],
  ['բարեւ ', 'Բարև ձեզ', '‹Բարև› ձեզ'],
  // Arabic, Persian, Urdu
  ['محمد ', 'السيد مُحَمَّد', 'السيد ‹مُحَمَّد›'],
  ['احمد ', 'أحمد وصل', '‹أحمد› وصل'],
  ['الي ', 'إلى البيت', '‹إلى› البيت'],
  ['مكتبه ', 'مكتبة كبيرة', '‹مكتبة› كبيرة'],
  ['جميل ', 'جمـــيل', '‹جمـــيل›'],
  ['كتاب ', 'هذا الكتاب جديد', 'هذا ال‹كتاب› جديد'],
  ['بيت ', 'وبالبيت', 'وبال‹بيت›'],
  ['الكتاب ', 'كتاب', null],
  ['123 ', 'رقم ١٢٣', 'رقم ‹١٢٣›'],
  ['میخواهم ', 'من می‌خواهم', 'من ‹می‌خواهم›'],
  ['كتاب ', 'یک کتاب', 'یک ‹کتاب›'],
  // Hebrew
  ['שלום ', 'שָׁלוֹם עליכם', '‹שָׁלוֹם› עליכם'],
  ['צהל ', 'חיילי צה״ל', null],
  ['צה"ל ', 'חיילי צה״ל', 'חיילי ‹צה״ל›'],
  ['ספרים ', 'קראתי את הספרים', 'קראתי את ה‹ספרים›'],
  ['ספר ', 'ושהספר שלי', 'ושה‹ספר› שלי'],
  ['ספרים ', 'ספר', null],
  // Devanagari, Bengali, Tamil
  ['हिन्दी ', 'मैं हिन्दी बोलता हूँ', 'मैं ‹हिन्दी› बोलता हूँ'],
  ['हु ', 'मैं हूँ', null],
  ['हंसी ', 'हँसी आई', '‹हँसी› आई'],
  ['फिल्म ', 'नई फ़िल्म', 'नई ‹फ़िल्म›'],
  ['2024 ', 'सन् २०२४', 'सन् ‹२०२४›'],
  ['বাংলা ', 'আমার সোনার বাংলা', 'আমার সোনার ‹বাংলা›'],
  ['তমি ', 'তুমি', null],
  ['தமிழ் ', 'தமிழ் மொழி', '‹தமிழ்› மொழி'],
  ['தமிழ', 'தமிழ் மொழி', '‹தமிழ்› மொழி'],
  // Thai, Lao, Khmer, Myanmar
  ['ประเทศไทย ', 'ฉันรักประเทศไทยมาก', 'ฉันรัก‹ประเทศไทย›มาก'],
  ['รัก ', 'ฉันรักประเทศไทย', 'ฉัน‹รัก›ประเทศไทย'],
  ['น้ำ ', 'ขอน้ำหน่อย', 'ขอ‹น้ำ›หน่อย'],
  ['น้า ', 'ขอน้ำหน่อย', null],
  ['ລາວ ', 'ພາສາລາວງາມ', 'ພາສາ‹ລາວ›ງາມ'],
  ['ភាសា ', 'ខ្ញុំរៀនភាសាខ្មែរ', 'ខ្ញុំរៀន‹ភាសា›ខ្មែរ'],
  ['ភាសាខ្មែរ ', 'រៀនភាសា\u200bខ្មែរ', 'រៀន‹ភាសា\u200bខ្មែរ›'],
  ['မြန်မာ ', 'ငါမြန်မာစကားပြောတယ်', 'ငါ‹မြန်မာ›စကားပြောတယ်'],
  // Chinese
  ['上海', '我家在上海东边。', '我家在‹上海›东边。'],
  ['海', '我家在上海东边。', '我家在上‹海›东边。'],
  ['边', '我家在上海东边。', '我家在上海东‹边›。'],
  ['上东', '我家在上海东边。', null],
  ['用React写', '我用React写代码', '我‹用React写›代码'],
  ['react 代码', '我用React写代码', '我用‹React›写‹代码›'],
  ['“上海东边”', '我家在上海，东边', null],
  ['2024年', '在2024年夏天', '在‹2024年›夏天'],
  ['北京 上海', '从上海到北京', '从‹上海›到‹北京›'],
  ['𠮷野', '去𠮷野家', '去‹𠮷野›家'],
  // Japanese
  ['優柔不断', '彼は優柔不断だ', '彼は‹優柔不断›だ'],
  ['サーバー', 'ｻｰﾊﾞｰが落ちた', '‹ｻｰﾊﾞｰ›が落ちた'],
  ['ｶﾞｲﾄﾞ', 'ガイドブック', '‹ガイド›ブック'],
  ['サーバ', 'サーバーが落ちた', '‹サーバ›ーが落ちた'],
  ['か', 'がんばれ', null],
  ['人々', '多くの人々が来た', '多くの‹人々›が来た'],
  ['東京タワー', '昨日東京タワーに行った', '昨日‹東京タワー›に行った'],
  // Korean
  ['학교', '오늘 학교에서 만나요', '오늘 ‹학교›에서 만나요'],
  ['한국어', '저는 한국어를 공부해요', '저는 ‹한국어›를 공부해요'],
  ['하', '학교', null],
  ['사람', '그사람이', '그‹사람›이'],
  ['한국'.normalize('NFD'), '대한국민', '대‹한국›민'],
  // emoji
  ['🎉', 'release 🎉🎉', 'release ‹🎉›‹🎉›'],
  ['👍', 'ok 👍🏽', 'ok ‹👍🏽›'],
  ['👍🏽', 'ok 👍', null],
  ['👍🏽', 'ok 👍🏿', null],
  ['❤', 'I ❤️ it', 'I ‹❤️› it'],
  ['❤️', 'I ❤ it', 'I ‹❤› it'],
  ['👨‍👩‍👧', 'my 👨‍👩‍👧!', 'my ‹👨‍👩‍👧›!'],
  ['🇩🇪', '🇫🇷🇩🇪', '🇫🇷‹🇩🇪›'],
  ['🏳️‍🌈', 'a 🏳️‍🌈 flag', 'a ‹🏳️‍🌈› flag'],
  ['1️⃣', 'press 1️⃣', 'press ‹1️⃣›'],
  [':)', 'hello :) there', 'hello ‹:)› there'],
  // code: symbols
  ['C++', 'C++ is old', '‹C++› is old'],
  ['c++', 'use C++17 now', 'use ‹C++›17 now'],
  ['C++', 'C is older, C# newer', null],
  ['C#', 'in C#, of course', 'in ‹C#›, of course'],
  ['F#', 'C# and F#.', 'C# and ‹F#›.'],
  ['.NET', 'on .NET 8', 'on ‹.NET› 8'],
  ['c ', 'C++ and c', '‹C›++ and ‹c›'],
  ['->', 'a -> b, a->b', 'a ‹->› b, a‹->›b'],
  ['=>', 'x=>y', 'x‹=>›y'],
  ['&&', 'a && b', 'a ‹&&› b'],
  ['%', 'it is 50% off', 'it is 50‹%› off'],
  ['50%', 'it is 50% off', 'it is ‹50%› off'],
  ['50%', '50 percent', null],
  ['#42', 'see #42, not 42', 'see ‹#42›, not 42'],
  ['≤', 'a ≤ b', 'a ‹≤› b'],
  // code: options, and words that begin with a dash
  ['rm -rf', 'never rm -rf /', 'never ‹rm› ‹-rf› /'],
  ['rm -rf', 'rm the rf', null],
  ['--force', 'git push --force', 'git push ‹--force›'],
  ['--force ', 'git push --force-with-lease', 'git push ‹--force›-with-lease'],
  ['--force', 'use force', null],
  ['-1', 'it is -1', 'it is ‹-1›'],
  // code: identifiers
  ['case ', 'the camelCase rule', 'the camel‹Case› rule'],
  ['camelcase ', 'the camelCase rule', 'the ‹camelCase› rule'],
  ['camelCase ', 'a CAMELCASE one', 'a ‹CAMELCASE› one'],
  ['server ', 'getHTTPServer()', 'getHTTP‹Server›()'],
  ['http ', 'getHTTPServer()', 'get‹HTTP›Server()'],
  ['open_file', 'call open_file()', 'call ‹open_file›()'],
  ['open_fi', 'call open_file()', 'call ‹open_fi›le()'],
  ['open_file', 'open file', null],
  ['file ', 'call open_file()', 'call open_‹file›()'],
  ['"open file"', 'call open_file()', 'call ‹open_file›()'],
  ['kebab-case', 'in kebab-case', 'in ‹kebab-case›'],
  ['List.sort', 'Data.List.sort xs', 'Data.‹List.sort› xs'],
  ['std::vector', 'a std::vector<int>', 'a ‹std::vector›<int>'],
  ['1.2.3', 'version 1.2.3!', 'version ‹1.2.3›!'],
  ['1.2', '1, 2', null],
  ['main.rs', 'src/main.rs:12', 'src/‹main.rs›:12'],
  ['src/main', 'src/main.rs:12', '‹src/main›.rs:12'],
  ['github.com', 'https://github.com/a/b?c=1#d', 'https://‹github.com›/a/b?c=1#d'],
  ['a/b', 'https://github.com/a/b?c=1#d', 'https://github.com/‹a/b›?c=1#d'],
  ['https://github.com', 'https://github.com/a/b', '‹https://github.com›/a/b'],
  ['me@a.example', 'mail me@a.example', 'mail ‹me@a.example›'],
  ['@ann', 'hi @Ann', 'hi @‹Ann›'],
  ['Vec<T>', 'a Vec<T> here', 'a ‹Vec<T>› here'],
  ['f(x)', 'let f(x) = 2', 'let ‹f(x›) = 2'],
  ['x²', 'x² + y²', '‹x²› + y²'],
  // phrases
  ['"dark mode"', 'a dark **mode**', 'a ‹dark **mode›**'],
  ['“dark mode”', 'mode dark', null],
  ['„dark mode“', 'the dark mode', 'the ‹dark mode›'],
  ['«dark mode»', 'the dark mode', 'the ‹dark mode›'],
  ['‘dark mode’', 'the dark mode', 'the ‹dark mode›'],
  ['「東京」', '東京へ', '‹東京›へ'],
  ['"rm -rf"', 'sudo rm -rf x', 'sudo ‹rm -rf› x'],
  ['"mode"', 'modes', null],
  // what is left out
  ['dark -mode', 'dark mode', null],
  ['dark -mode', 'dark night', '‹dark› night'],
  ['dark -"rf"', 'dark -rf', null],
  ['-mode', 'a mode', null], // alone, it is text
  ['上海 -北京', '从上海到北京', null],
  // FTS5's own words and signs
  ['NEAR(a b)', 'near(a b)', '‹near(a› ‹b›)'],
  ['a AND b ', 'a b', null],
  ['col:x*', 'col:x* y', '‹col:x*› y'],
]

let store: MemoryStore
const idOf = new Map<string, string>()
const space = 'space:s1'
beforeAll(async () => {
  store = await openMemoryStore()
  let clock = 1
  const event = (type: string, fields: Partial<AnyEvent> & { payload: unknown }): AnyEvent => {
    clock += 1
    const common = { id: eventId(clock), type, stream: space, actor: 'ann', clock: String(clock), at: clock, deps: [] }
    return { ...common, ...fields }
  }
  const events = [
    event('space.create', { entity: 's1', payload: { name: 'S', visibility: 'public' } }),
    event('room.create', { entity: 'r1', payload: { name: 'general', kind: 'room' } }),
  ]
  for (const [, text] of cases) {
    if (idOf.has(text)) continue
    const made = event('message.create', { room: 'r1', payload: { text } })
    events.push(made)
    idOf.set(text, made.id)
  }
  const items = events.map((each, at) => ({ seq: String(at + 1).padStart(16, '0'), receivedAt: each.at, event: each }))
  applyBatch(store, { batchId: 'b', stream: space, items, after: null, cursor: null })
})
afterAll(() => store.close())

/** Of the message with this text alone: whether it is found, and how it is marked. */
async function find(typed: string, text: string): Promise<string | null> {
  const plan = await planSearch(async () => [], space, [], typed)
  if (plan.type !== 'plan') throw new Error(JSON.stringify(plan))
  for (const ask of [plan.ask, plan.otherwise]) {
    if (ask && isFound(ask, idOf.get(text)!)) return withMarks(text, ask)
  }
  return null
}

function isFound({ query }: Ask, id: string): boolean {
  const { sql } = store
  const [row] = sql.prepare('SELECT key FROM timeline_items WHERE id = ?').rows(id)
  const one = query.sql.replace('WHERE search_index MATCH', `WHERE s.rowid = ${row![0]} AND search_index MATCH`)
  return sql.prepare(one).rows(...query.parameters).length > 0
}

function withMarks(text: string, { sought }: Ask): string {
  let marked = ''
  let at = 0
  for (const { from, to } of marksIn(text, sought)) {
    marked += `${text.slice(at, from)}‹${text.slice(from, to)}›`
    at = to
  }
  return marked + text.slice(at)
}

test.each(cases)('%s in %s: %s', async (typed, text, marked) => expect(await find(typed, text)).toBe(marked))

const seed = process.env['SEED'] ? { seed: Number(process.env['SEED']) } : {}
const piece = fc.constantFrom(
  ...'git push force C c++ ++ # -> _ - . : :: / % @ * ( ) " \' , … the The camelCase HTTPServer x 1 2.5 Café ﬁ ß İ ŁÓDŹ ΟΔΟΣ ς й и\u0306 ё'.split(
    ' ',
  ),
  ...'أحمد ـ مُحَمَّد الكتاب ٣ שָׁלוֹם הספר हँसी फ़िल्म বাংলা தமிழ் ฉัน น้ำ ລາວ ខ្ញុំ \u200b မြန်မာ 上海 海 。 ー ｶﾞ カ 々 東京 학교 ㄱㅏ თბ Բարև'.split(
    ' ',
  ),
  ...'👍 👍🏽 👨‍👩‍👧 ❤️ 🇩🇪 1️⃣ \u200d \u0301 \ud800 \udc00 \u00ad \u200f ﷺ ½'.split(' '),
)
const text = fc
  .array(
    fc.tuple(
      fc.oneof({ weight: 6, arbitrary: piece }, fc.string({ unit: 'grapheme', maxLength: 3 })),
      fc.constantFrom('', '', ' '),
    ),
  )
  .map((parts) => parts.flat().join(''))

function isIndexedAndFound(text: string, { match, parts }: Sought): boolean {
  const { sql } = store
  if (sql.prepare('SELECT says(?, ?)').rows(text, JSON.stringify(phrasesOf(parts)))[0]![0] === 0) return false
  sql.prepare('INSERT INTO search_index (rowid, words) VALUES (-1, ?)').run(indexedWords({ text, author: null }))
  const found = sql.prepare('SELECT 1 FROM search_index WHERE rowid = -1 AND search_index MATCH ?').rows(match)
  sql.prepare('DELETE FROM search_index WHERE rowid = -1').run()
  return found.length > 0
}

test('every word of a text finds the text', () => {
  fc.assert(
    fc.property(text, (text) => {
      const folded = foldWithOrigin(text)
      const { main, more } = wordsOf(folded.text)
      for (const word of [...main, ...more]) {
        const typed = text.slice(folded.from(word.from), folded.to(word.to - 1))
        if (foldMarks(typed) !== folded.text.slice(word.from, word.to)) continue // it ends inside of ½ or ﷺ
        const sought = seek(typed, false)!
        expect([typed, isIndexedAndFound(text, sought)]).toEqual([typed, true])
        expect([typed, marksIn(text, sought.parts).length]).not.toEqual([typed, 0])
      }
    }),
    { numRuns: 200, ...seed },
  )
})

test('what the index finds, and nothing else, is marked; marks lie in the text, in order, without overlap', () => {
  fc.assert(
    fc.property(text, text, fc.boolean(), (text, typed, open) => {
      const sought = seek(typed, open)
      if (!sought) return
      const allMarked = sought.parts.every((part) => marksIn(text, [part]).length > 0)
      expect(isIndexedAndFound(text, sought)).toBe(allMarked)
      let last = 0
      for (const { from, to } of marksIn(text, sought.parts)) {
        expect(from).toBeGreaterThanOrEqual(last)
        expect(to).toBeGreaterThan(from)
        last = to
      }
      expect(last).toBeLessThanOrEqual(text.length)
    }),
    { numRuns: 1000, ...seed },
  )
})

test('a text and another, with a space between them, have the words of both', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      const words = (text: string) => wordsOf(foldMarks(text))
      const texts = (words: readonly { text: string }[]) => words.map(({ text }) => text)
      const both = words(`${one} ${other}`)
      expect(texts(both.main)).toEqual([...texts(words(one).main), ...texts(words(other).main)])
      expect(texts(both.more)).toEqual([...texts(words(one).more), ...texts(words(other).more)])
    }),
    { numRuns: 500, ...seed },
  )
})

test('whatever is typed is a plan that SQLite can run, a sentence, or nothing', async () => {
  const typed = fc
    .array(
      fc.oneof(text, fc.constantFrom('from:', 'in:me', '-', '"', '“', '»', '‘', 'NOT', 'NEAR(', '^', '*', '-from:x')),
    )
    .map((parts) => parts.join(' '))
  await fc.assert(
    fc.asyncProperty(typed, async (typed) => {
      const plan = await planSearch(
        async (sql, values) => store.sql.prepare(sql).rows(...values),
        space,
        ['ann'],
        typed,
      )
      if (plan.type !== 'plan') return
      for (const ask of [plan.ask, plan.otherwise])
        if (ask) store.sql.prepare(ask.query.sql).rows(...ask.query.parameters)
    }),
    { numRuns: 500, ...seed },
  )
})

test.each([
  ['one word', 'x'.repeat(60_000)],
  ['symbols', '+-'.repeat(30_000)],
  ['words and symbols', 'a_'.repeat(30_000)],
  ['punctuation', '.'.repeat(60_000)],
  ['punctuation apart', ': '.repeat(30_000)],
  ['capitals', 'aA'.repeat(30_000)],
  ['capitals alone', 'A'.repeat(60_000)],
  ['accents', `e${'\u0301'.repeat(60_000)}`],
  ['marks that stay', `ก${'ิ'.repeat(60_000)}`],
  ['Chinese', '上海'.repeat(30_000)],
  ['emoji', '👩‍'.repeat(20_000)],
  ['flags', '🇩'.repeat(30_000)],
  ['what folds to much', 'ﷺ'.repeat(20_000)],
  ['Hebrew prefixes', 'ושה'.repeat(20_000)],
  ['joiners', '\u200d'.repeat(60_000)],
  ['Hangul letters', 'ᄀ'.repeat(60_000)],
])('60 kB of %s are indexed and marked in a bounded time', (_, text) => {
  const before = process.cpuUsage()
  const words = indexedWords({ text, author: null })
  const { parts } = seek(text.slice(0, 20), true) ?? { parts: [] }
  marksIn(text, parts)
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(1000)
  expect(Math.max(0, ...words.split(' ').map((word) => word.length))).toBeLessThanOrEqual(3 * 64 + 3)
})
