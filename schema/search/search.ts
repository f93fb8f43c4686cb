import type { Query, SqlValue } from '../live.ts'
import { excerptOf, type ExcerptPiece } from './excerpt.ts'
import { parseSearch, type FilterUse, type ParsedSearch, type SearchTerm } from './parse-search.ts'
import { searchFilters, type Condition, type FilterContext } from './search-filters.ts'
import { maxHits, peopleOf, roomsOf, searchQuery, type SearchRow } from './search-sql.ts'
import { seek, type SoughtPart } from './seek.ts'

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
  readonly id: string
  readonly author: string
  readonly at: number
  readonly room: string
  readonly excerpt: readonly ExcerptPiece[]
}

/** Runs one SELECT. */
export type RunSelect = (sql: string, parameters: readonly SqlValue[]) => Promise<readonly (readonly SqlValue[])[]>

/** Reads what was typed, and whom and what its filters name. */
export async function planSearch(
  run: RunSelect,
  stream: string,
  me: readonly string[],
  typed: string,
): Promise<SearchPlan> {
  const asked = parseSearch(typed)
  if (asked.terms.length === 0 && asked.filters.length === 0) return { type: 'idle' }
  const read = await readFilters(run, stream, me, asked.filters)
  if ('sentence' in read) return read
  const notes = asked.cut ? ['Only the first words of this were sought.'] : []
  const perhaps = asked.terms.filter(({ dash }) => dash === 'perhaps')
  const asText = askFor(stream, read.conditions, withDashes(asked, 'none'), notes)
  if (perhaps.length === 0) return asText ? { type: 'plan', ask: asText, otherwise: null } : nothingSought
  const without = askFor(stream, read.conditions, withDashes(asked, 'leavesOut'), notes)
  // a word alone cannot be left out of nothing
  const alone = asked.filters.length === 0 && perhaps.length === asked.terms.length
  if (alone) return { type: 'plan', ask: asText!, otherwise: null }
  return { type: 'plan', ask: { ...asText!, notes: [...notes, textNote(perhaps)] }, otherwise: without }
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
  }
  return { condition, leavesOut: false }
}

/** null: nothing in it could be sought */
function askFor(
  stream: string,
  filters: readonly ReadFilter[],
  terms: readonly SearchTerm[],
  notes: readonly string[],
): Ask | null {
  const read = terms.flatMap(({ text, open, dash }) => {
    const sought = seek(text, open)
    return sought ? [{ ...sought, wanted: dash === 'none' }] : []
  })
  if (read.length + filters.length === 0) return null
  const wanted = read.filter((each) => each.wanted)
  const match = wanted.map((each) => each.match).join(' AND ') || null
  const leftOut = read.filter((each) => !each.wanted).map((each) => each.match)
  return {
    query: searchQuery({ stream, match, leftOut, filters }),
    sought: wanted.flatMap(({ parts }) => parts),
    notes,
  }
}

/** What is shown of the rows that were found, the newest first. */
export function hitsOf(ask: Ask, rows: readonly SearchRow[]): { hits: readonly SearchHit[]; more: boolean } {
  const newestFirst = rows.toSorted((one, other) => (one.clock < other.clock ? 1 : one.clock > other.clock ? -1 : 0))
  const hits = newestFirst.slice(0, maxHits).map(({ id, author, at, room, body }) => {
    return { id, author, at, room, excerpt: excerptOf(body, ask.sought) }
  })
  return { hits, more: rows.length > maxHits }
}
