import type { SqlValue } from '../live.ts'
import { fold } from '../text/fold.ts'
import { excerptOf, type ExcerptPiece } from './excerpt.ts'
import { parseSearch, type FilterUse, type ParsedSearch, type SearchTerm } from './parse-search.ts'
import { searchFilters, type Condition, type FilterContext } from './search-filters.ts'
import {
  candidates,
  countInRooms,
  countMatches,
  countTexts,
  peopleOf,
  roomsOf,
  rowsToCheck,
  searchLimits,
  type CandidatesAsked,
  type SearchLimits,
} from './search-sql.ts'
import { seekTerm, type Sought } from './seek-term.ts'

export interface SearchHit {
  readonly id: string
  readonly author: string
  readonly at: number
  readonly room: string
  readonly excerpt: readonly ExcerptPiece[]
}
export type SearchAnswer =
  /** nothing is asked yet */
  | { readonly type: 'idle' }
  /** it cannot be answered: why */
  | { readonly type: 'problem'; readonly sentence: string }
  | {
      readonly type: 'found'
      /** newest first */
      readonly hits: readonly SearchHit[]
      /** there are more than these */
      readonly more: boolean
      /** what a reader must know of the answer */
      readonly notes: readonly string[]
    }

/** Runs one SELECT. */
export type RunSelect = (sql: string, parameters: readonly SqlValue[]) => Promise<readonly (readonly SqlValue[])[]>

export const maxHits = 50

/** Searches a stream, newest first, in a bounded time: it says so when it did not look at everything. */
export async function search(
  run: RunSelect,
  stream: string,
  me: readonly string[],
  typed: string,
  limits: SearchLimits = searchLimits,
): Promise<SearchAnswer> {
  const asked = parseSearch(typed)
  if (asked.terms.length === 0 && asked.filters.length === 0) return { type: 'idle' }
  const filters = await readFilters(run, stream, me, asked.filters)
  if ('sentence' in filters) return filters
  const notes = asked.cut ? ['Only the first words of this were sought.'] : []
  const perhaps = asked.terms.filter(({ dash }) => dash === 'perhaps')
  const asText = await find(run, stream, limits, filters.conditions, withDashes(asked, 'none'), notes)
  if (perhaps.length === 0 || (asText.type === 'found' && asText.hits.length > 0)) {
    return perhaps.length === 0 ? asText : withNote(asText, textNote(perhaps))
  }
  return find(run, stream, limits, filters.conditions, withDashes(asked, 'leavesOut'), notes)
}

/** `-word` read as text, with its dash, or as what is left out. */
function withDashes(asked: ParsedSearch, dash: 'none' | 'leavesOut'): readonly SearchTerm[] {
  return asked.terms.map((term) => {
    if (term.dash !== 'perhaps') return term
    return dash === 'none' ? { ...term, dash, text: `-${term.text}` } : { ...term, dash }
  })
}

function textNote(terms: readonly SearchTerm[]): string {
  const words = terms.map(({ text }) => `“-${text}”`).join(' and ')
  return `Messages have ${words}, so that is what was sought. To leave the word out, write -"${terms[0]!.text}".`
}

function withNote(answer: SearchAnswer, note: string): SearchAnswer {
  return answer.type === 'found' ? { ...answer, notes: [...answer.notes, note] } : answer
}

interface ReadFilter {
  readonly condition: Condition
  readonly leavesOut: boolean
}

async function readFilters(run: RunSelect, stream: string, me: readonly string[], uses: readonly FilterUse[]) {
  if (uses.length === 0) return { conditions: [] }
  const context = await filterContext(run, stream, me)
  const read = new Map<string, ReadFilter[]>()
  for (const { name, value, quoted, leavesOut } of uses) {
    const meaning = searchFilters[name].meaning(value, quoted, context)
    if (meaning.type === 'problem') return meaning
    const alone = leavesOut || searchFilters[name].several === 'all'
    const key = alone ? `${read.size}` : name
    read.set(key, [...(read.get(key) ?? []), { condition: meaning, leavesOut }])
  }
  return { conditions: [...read.values()].map(either) }
}

/** Who and what filters may name. */
export async function filterContext(run: RunSelect, stream: string, me: readonly string[]): Promise<FilterContext> {
  const [people, rooms] = await Promise.all([run(peopleOf, [stream]), run(roomsOf, [stream])])
  return {
    me,
    people: people.map(([id, name]) => ({ id: id as string, name: name as string })),
    rooms: rooms.map(([id, name, parent]) => ({
      id: id as string,
      name: name as string,
      parent: parent as string | null,
    })),
  }
}

/** One condition of several of which one must hold. */
function either(several: readonly ReadFilter[]): ReadFilter {
  if (several.length === 1) return several[0]!
  const conditions = several.map(({ condition }) => condition)
  const condition: Condition = {
    type: 'condition',
    sql: `(${conditions.map(({ sql }) => sql).join(' OR ')})`,
    parameters: conditions.flatMap(({ parameters }) => parameters),
    ...(conditions[0]!.rooms && { rooms: [...new Set(conditions.flatMap(({ rooms }) => rooms ?? []))] }),
  }
  return { condition, leavesOut: false }
}

async function find(
  run: RunSelect,
  stream: string,
  limits: SearchLimits,
  filters: readonly ReadFilter[],
  terms: readonly SearchTerm[],
  said: readonly string[],
): Promise<SearchAnswer> {
  const sought = terms.map((term) => ({ term, sought: seekTerm(term.text, term.open, term.quoted) }))
  const wanted = sought.flatMap(({ term, sought }) => (sought && term.dash === 'none' ? [sought] : []))
  const unwanted = sought.flatMap(({ term, sought }) => (sought && term.dash !== 'none' ? [sought] : []))
  if (wanted.length + unwanted.length + filters.length === 0) {
    return { type: 'problem', sentence: 'There is nothing in this that could be sought.' }
  }
  const notes = [...said]
  const match = wanted.flatMap(({ match }) => match ?? []).join(' AND ') || null
  const rooms = filters.find(({ condition, leavesOut }) => condition.rooms && !leavesOut)?.condition.rooms ?? null
  let source: 'words' | 'rooms' | 'newest' = rooms ? 'rooms' : 'newest'
  if (match && (await count(run, countMatches, [match])) <= limits.matches) source = 'words'
  if (source !== 'words') {
    const there = rooms
      ? await count(run, countInRooms, [stream, JSON.stringify(rooms), limits.newest + 1])
      : await count(run, countTexts, [limits.newest + 1])
    if (there > limits.newest) {
      const where = rooms ? 'there' : 'of this device'
      notes.push(`Only the newest ${limits.newest.toLocaleString('en')} messages ${where} were looked at.`)
    }
  }
  const asked = { stream, source, limits, match, rooms: rooms ?? [], wanted, unwanted, filters }
  const found = await answersTo(run, asked)
  if (found.unchecked) notes.push('Too many messages are alike: older ones were not looked at.')
  if (source === 'words' && !found.more) {
    // the index knows no word inside a run of a script without spaces; few are missing, and only new ones are worth the time
    const inside = { ...asked, source: 'newest' as const, match: null, limits: { ...limits, newest: limits.inside } }
    const more = await answersTo(run, { ...inside, wanted: wanted.map((each) => ({ ...each, exact: false })) })
    const known = new Set(found.rows.map(([id]) => id))
    found.rows.push(...more.rows.filter(([id]) => !known.has(id)))
    found.rows.sort((one, other) => (one[5]! < other[5]! ? 1 : one[5]! > other[5]! ? -1 : 0))
  }
  const patterns = wanted.map(({ pattern }) => pattern)
  return {
    type: 'found',
    hits: found.rows.slice(0, maxHits).map((row) => toHit(row, patterns)),
    more: found.more || found.rows.length > maxHits,
    notes,
  }
}

async function count(run: RunSelect, sql: string, parameters: readonly SqlValue[]): Promise<number> {
  return Number((await run(sql, parameters))[0]![0])
}

/** `more`: there are more than are shown; `unchecked`: there may be, but so many are alike that not all were looked at. */
async function answersTo(run: RunSelect, asked: CandidatesAsked) {
  const good: (readonly SqlValue[])[] = []
  for (const rowsChecked of rowsToCheck) {
    const { sql, parameters, limit, checked } = candidates(asked, rowsChecked)
    const rows = await run(sql, parameters)
    good.length = 0
    for (const row of rows) {
      if (good.length > maxHits) break
      if (answers(row[4] as string, asked.wanted, asked.unwanted)) good.push(row)
    }
    if (!checked || good.length > maxHits || rows.length < limit)
      return { rows: good, more: good.length > maxHits, unchecked: false }
  }
  return { rows: good, more: false, unchecked: true }
}

/** The last word on what the index and LIKE only narrow down: symbols, accents, where a word begins. */
function answers(body: string, wanted: readonly Sought[], unwanted: readonly Sought[]): boolean {
  const checked = wanted.filter(({ exact }) => !exact)
  const refused = unwanted.filter(({ exact }) => !exact)
  if (checked.length + refused.length === 0) return true
  const folded = fold(body)
  const has = ({ pattern }: Sought) => folded.search(pattern) >= 0
  return checked.every(has) && !refused.some(has)
}

function toHit(row: readonly SqlValue[], patterns: readonly RegExp[]): SearchHit {
  const [id, author, at, room, body] = row as [string, string, number, string, string]
  return { id, author, at, room, excerpt: excerptOf(body, patterns) }
}
