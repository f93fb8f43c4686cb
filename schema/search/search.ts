import type { Query, SqlValue } from '../live.ts'
import { excerptOf, type ExcerptPiece } from './excerpt.ts'
import { parseSearch, type FilterUse, type ParsedSearch, type SearchTerm } from './parse-search.ts'
import { searchFilters, type Condition, type FilterContext, type FilterName } from './search-filters.ts'
import {
  countFew,
  countMatches,
  expression,
  firstFreeId,
  maxHits,
  peopleOf,
  readHit,
  roomsOf,
  threadsToo,
  searchQuery,
  type SearchRow,
} from './search-sql.ts'
import { minuteOf } from './minute.ts'
import { phrasesOf, seek, type Sought, type SoughtPart } from './seek.ts'

/** What a search asks of the database. It is a live query: its answer changes with the messages. */
export type SearchPlan =
  /** nothing is asked yet */
  | { readonly type: 'idle' }
  /** it cannot be answered: why */
  | { readonly type: 'problem'; readonly sentence: string }
  | {
      readonly type: 'plan'
      readonly ask: Ask
      /** what is asked if nothing answers to `ask` */
      readonly otherwise: Ask | null
    }
export interface Ask {
  /** of SearchRows */
  readonly query: Query
  /** what is marked in what is found */
  readonly sought: readonly SoughtPart[]
  /** what a reader must know of the answer */
  readonly notes: readonly string[]
}

export interface SearchHit {
  readonly stream: string
  readonly id: string
  readonly author: string
  readonly at: number
  readonly room: string
  readonly excerpt: readonly ExcerptPiece[]
}

/** Runs one SELECT. */
export type RunSelect = (sql: string, parameters: readonly SqlValue[]) => Promise<readonly (readonly SqlValue[])[]>

/** `home`: what is sought in (search-sql.ts). Reads what was typed, and whom and what its filters name, and chooses the quickest way to its answer. */
export async function planSearch(
  run: RunSelect,
  home: string,
  me: readonly string[],
  typed: string,
): Promise<SearchPlan> {
  const asked = parseSearch(typed)
  if (asked.terms.length === 0 && asked.filters.length === 0) return { type: 'idle' }
  const filters = await readFilters(run, home, me, asked.filters)
  if ('sentence' in filters) return filters
  const notes = asked.cut ? ['Only the first words of this were sought.'] : []
  const perhaps = asked.terms.filter(({ dash }) => dash === 'perhaps')
  const asText = await askFor(run, home, filters, withDashes(asked, 'none'), notes)
  if (!asText) return nothingSought
  // a word alone cannot be left out of nothing
  const alone = asked.filters.length === 0 && perhaps.length === asked.terms.length
  if (perhaps.length === 0 || alone) return { type: 'plan', ask: asText, otherwise: null }
  const otherwise = await askFor(run, home, filters, withDashes(asked, 'leavesOut'), notes)
  return { type: 'plan', ask: { ...asText, notes: [...notes, textNote(perhaps)] }, otherwise }
}

const nothingSought = { type: 'problem', sentence: 'There is nothing in this that could be sought.' } as const

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

interface Filters {
  readonly wanted: readonly Condition[]
  readonly unwanted: readonly Condition[]
}

async function readFilters(run: RunSelect, home: string, me: readonly string[], uses: readonly FilterUse[]) {
  if (uses.length === 0) return { wanted: [], unwanted: [] }
  const names = uses.map(({ name }) => name)
  const filters = readUses(uses, await filterContext(run, home, me, names))
  // threads may be very many: they are looked at if no room is called so
  if ('sentence' in filters && names.includes('in')) {
    return readUses(uses, await filterContext(run, home, me, names, threadsToo))
  }
  return filters
}

function readUses(uses: readonly FilterUse[], context: FilterContext) {
  const unwanted: Condition[] = []
  const wanted = new Map<string, Condition[]>()
  for (const { name, value, quoted, leavesOut } of uses) {
    const meaning = searchFilters[name].meaning(value, quoted, context)
    if (meaning.type === 'problem') return meaning
    if (leavesOut) unwanted.push(meaning)
    else {
      const key = searchFilters[name].several === 'all' ? `${wanted.size}` : name
      wanted.set(key, [...(wanted.get(key) ?? []), meaning])
    }
  }
  return { wanted: [...wanted.values()].map(either), unwanted }
}

/** Who and what these filters may name. */
export async function filterContext(
  run: RunSelect,
  home: string,
  me: readonly string[],
  filters: readonly FilterName[],
  rooms: string = roomsOf,
): Promise<FilterContext> {
  const reads = (names: 'people' | 'rooms') => filters.some((each) => searchFilters[each].names === names)
  const [people, named] = await Promise.all([
    reads('people') ? run(peopleOf, [home]) : [],
    reads('rooms') ? run(rooms, [home]) : [],
  ])
  return {
    home,
    me,
    people: people.map(([id, name]) => ({ id: id as string, name: name as string })),
    rooms: named.map(([id, name, parent]) => ({
      id: id as string,
      name: name as string,
      parent: parent as string | null,
    })),
  }
}

/** One condition of several of one filter, of which one must hold. */
function either(several: readonly Condition[]): Condition {
  if (several.length === 1) return several[0]!
  const all = <Part>(part: (of: Condition) => Part | undefined) => several.flatMap((each) => part(each) ?? [])
  const few = all(({ few }) => few)
  return {
    type: 'condition',
    ...(several[0]!.match && { match: all(({ match }) => match).join(' OR ') }),
    ...(several[0]!.sql && { sql: all(({ sql }) => sql).join(' OR ') }),
    parameters: all(({ parameters }) => parameters).flat(),
    ...(few.length === several.length && {
      few: { sql: few.map(({ sql }) => sql).join(' UNION '), parameters: few.flatMap(({ parameters }) => parameters) },
    }),
  }
}

/** null: nothing in it could be sought */
async function askFor(
  run: RunSelect,
  home: string,
  filters: Filters,
  terms: readonly SearchTerm[],
  notes: readonly string[],
): Promise<Ask | null> {
  const wanted: Sought[] = []
  const leftOut: string[] = []
  const unsaid: (readonly SoughtPart[])[] = []
  for (const term of terms) {
    const sought = await seekTerm(run, term)
    if (sought && term.dash === 'none') wanted.push(sought)
    else if (sought && phrasesOf(sought.parts).length > 0) unsaid.push(sought.parts)
    else if (sought) leftOut.push(sought.match)
  }
  const conditions = filters.wanted
  if (wanted.length + leftOut.length + unsaid.length + conditions.length + filters.unwanted.length === 0) return null
  const matches = [...wanted.map(({ match }) => match), ...conditions.flatMap(({ match }) => match ?? [])]
  for (const { match } of filters.unwanted) if (match) leftOut.push(match)
  const query = searchQuery({
    home,
    matches,
    leftOut,
    phrases: wanted.flatMap(({ parts }) => phrasesOf(parts)),
    unsaid,
    conditions,
    unwanted: filters.unwanted.filter(({ match }) => !match),
    ids: await idsOf(run, conditions),
    driver: await driverOf(run, matches, leftOut, conditions),
  })
  return { query, sought: wanted.flatMap(({ parts }) => parts), notes }
}

/** A word that is still typed finds longer ones too, unless so many messages have it that those would only take time. */
async function seekTerm(run: RunSelect, { text, open }: SearchTerm): Promise<Sought | null> {
  const sought = seek(text, open)
  if (!open || !sought) return sought
  const whole = seek(text, false)!
  if (whole.match === sought.match) return sought
  return (await count(run, countMatches, [whole.match], many)) === many ? whole : sought
}
const many = 2000

/** Row ids grow with time. */
async function idsOf(run: RunSelect, conditions: readonly Condition[]) {
  const since = conditions.flatMap(({ since }) => since ?? [])
  const until = conditions.flatMap(({ until }) => until ?? [])
  const from = since.length > 0 ? minuteOf(Math.max(...since)) : null
  if (until.length === 0) return { from, end: null }
  const [free] = await run(firstFreeId, [minuteOf(Math.min(...until))])
  return { from, end: free ? Number(free[0]) : null }
}

/** Going through what the index finds is quick where that is little, or where much of it fits: else by the filter that few answer to. */
async function driverOf(
  run: RunSelect,
  matches: readonly string[],
  leftOut: readonly string[],
  conditions: readonly Condition[],
): Promise<Condition | null> {
  if (!conditions.some(({ few }) => few)) return null
  if (matches.length > 0 && (await count(run, countMatches, [expression(matches, leftOut)], little)) < little)
    return null
  for (const condition of conditions) {
    if (condition.few && (await count(run, countFew(condition.few.sql), condition.few.parameters, fewer)) < fewer) {
      return condition
    }
  }
  return null
}
const little = 3000
const fewer = 1000

async function count(run: RunSelect, sql: string, parameters: readonly SqlValue[], limit: number): Promise<number> {
  return Number((await run(sql, [...parameters, limit]))[0]?.[0] ?? 0)
}

/** What is shown of the rows that were found, the newest first. */
export function hitsOf(ask: Ask, rows: readonly SearchRow[]): { hits: readonly SearchHit[]; more: boolean } {
  const found = rows.map(readHit).sort((one, other) => other.at - one.at)
  const hits = found.slice(0, maxHits).map(({ body, ...hit }) => ({ ...hit, excerpt: excerptOf(body, ask.sought) }))
  return { hits, more: rows.length > maxHits }
}
