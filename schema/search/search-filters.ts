import type { SqlValue } from '../live.ts'
import { foldName } from '../events/names.ts'
import { authorTag, kindTag, textKinds } from './tags.ts'

/**
 * The filters, in one table: the parser reads their names from it, the panel its hints and help, the query its conditions. A
 * filter that lacks one of these does not compile.
 */
export interface SearchFilter {
  /** as it is typed */
  readonly example: string
  readonly help: string
  /** what of the context it reads */
  readonly names: 'people' | 'rooms' | null
  /** what several of it mean: from:ann from:bo is either, has:link has:code is both */
  readonly several: 'either' | 'all'
  /** what may stand behind the colon, the likeliest first; none: it cannot be listed */
  values(context: FilterContext): readonly string[]
  meaning(value: string, quoted: boolean, context: FilterContext): Meaning
}
export type Meaning = Condition | { readonly type: 'problem'; readonly sentence: string }
/** All that are given must hold. */
export interface Condition {
  readonly type: 'condition'
  /** an FTS5 expression: the index knows it */
  readonly match?: string
  /** of `t`, the message's row */
  readonly sql?: string
  readonly parameters?: readonly SqlValue[]
  /** unix ms: from then on; before then */
  readonly since?: number
  readonly until?: number
  /** SELECT of the keys of all messages for which it holds, of which there may be few */
  readonly few?: { readonly sql: string; readonly parameters: readonly SqlValue[] }
}
export interface FilterContext {
  /** what is sought in (search-sql.ts) */
  readonly home: string
  /** the ids of whoever asks */
  readonly me: readonly string[]
  readonly people: readonly Named[]
  /** a thread's `parent` is its room */
  readonly rooms: readonly (Named & { readonly parent: string | null })[]
}
export interface Named {
  readonly id: string
  readonly name: string
}

export const searchFilters = {
  from: {
    example: 'from:ann',
    names: 'people',
    help: 'what Ann wrote; from:me, what you wrote',
    several: 'either',
    values: ({ people }) => ['me', ...people.map(({ name }) => name)],
    meaning(value, quoted, { me, people }) {
      const ids = !quoted && foldName(value) === 'me' ? me : named(people, value.replace(/^@/, '')).map(({ id }) => id)
      if (ids.length === 0) return problem(`Nobody here is called “${value}”.`)
      return { type: 'condition', match: ids.map((id) => `"${authorTag(id)}"`).join(' OR ') }
    },
  },
  in: {
    example: 'in:general',
    names: 'rooms',
    help: 'in this room and its threads, or in this thread',
    several: 'either',
    values: ({ rooms }) => rooms.filter(({ parent }) => parent === null).map(({ name }) => name),
    meaning(value, _quoted, { rooms, home }) {
      const typed = value.replace(/^#/, '')
      // a room, or else a thread
      let found = named(
        rooms.filter(({ parent }) => parent === null),
        typed,
      )
      if (found.length === 0)
        found = named(
          rooms.filter(({ parent }) => parent !== null),
          typed,
        )
      if (found.length === 0) return problem(`No room here is called “${value}”.`)
      const ids = JSON.stringify(found.map(({ id }) => id))
      // a room's threads too, and those that come later
      const threads = found.some(({ parent }) => parent === null)
      const inRooms = `SELECT r.timeline FROM streams s JOIN rooms r ON r.stream = s.name
        WHERE s.home = ? AND r.id IN (SELECT value FROM json_each(?))`
      const sql = threads
        ? `timeline_id IN (${inRooms} UNION SELECT r.timeline FROM streams s JOIN rooms r ON r.stream = s.name
            WHERE s.home = ? AND r.parent_room IN (SELECT value FROM json_each(?)))`
        : `timeline_id IN (${inRooms})`
      const parameters = threads ? [home, ids, home, ids] : [home, ids]
      const few = {
        sql: `SELECT key FROM timeline_items WHERE ${sql}`,
        parameters,
      }
      return { type: 'condition', sql: `t.${sql}`, parameters, few }
    },
  },
  has: {
    example: 'has:link',
    names: null,
    help: 'with a link, image, file, code, reaction or thread',
    several: 'all',
    values: () => [...textKinds, ...Object.keys(kinds)],
    meaning(value, _quoted, { home }) {
      const kind = foldName(value).replace(/s$/, '')
      const inText = textKinds.find((each) => each === kind)
      if (inText) return { type: 'condition', match: `"${kindTag(inText)}"` }
      if (isKey(kinds, kind)) return state(kinds[kind], home)
      return problem(`has: knows link, image, file, code, reaction and thread, not “${value}”.`)
    },
  },
  is: {
    example: 'is:pinned',
    names: null,
    help: 'pinned, edited, a reply, or unread',
    several: 'all',
    values: () => [...Object.keys(states), 'unread'],
    meaning(value, _quoted, { me, home }) {
      const typed = foldName(value)
      if (typed === 'unread') {
        return { type: 'condition', sql: unread, parameters: [JSON.stringify(me), JSON.stringify(me)] }
      }
      if (isKey(states, typed)) return state(states[typed], home)
      return problem(`is: knows pinned, edited, reply and unread, not “${value}”.`)
    },
  },
  after: {
    example: 'after:2024-05-31',
    names: null,
    help: 'from that day, month or year on',
    several: 'all',
    values: () => [],
    meaning(value) {
      const day = dayOf(value)
      return day ? { type: 'condition', since: day.getTime() } : notADate('after', value)
    },
  },
  before: {
    example: 'before:2024-05',
    names: null,
    help: 'earlier than that day, month or year',
    several: 'all',
    values: () => [],
    meaning(value) {
      const day = dayOf(value)
      return day ? { type: 'condition', until: day.getTime() } : notADate('before', value)
    },
  },
} as const satisfies Record<string, SearchFilter>

export type FilterName = keyof typeof searchFilters
export const filterNames = Object.keys(searchFilters) as readonly FilterName[]

/** Messages that a table names. */
const targetsIn = (table: string) =>
  `SELECT DISTINCT x.target_id FROM ${table} x CROSS JOIN timeline_items t ON t.key = x.target_id
   WHERE t.stream IN (SELECT id FROM streams WHERE home = ?)`

/** What the message's row says, and the table that knows where it may be so. */
interface State {
  readonly sql: string
  readonly few?: string
}
const kinds = {
  reaction: { sql: "t.reactions <> '{}'", few: targetsIn('reactions') },
  thread: {
    sql: 't.reply_count > 0',
    few: `SELECT t.key FROM streams s JOIN rooms r ON r.stream = s.name
      JOIN timeline_items t ON t.id = r.parent_message AND t.stream = s.id WHERE s.home = ?`,
  },
} as const satisfies Record<string, State>
const states = {
  pinned: { sql: 't.pinned = 1', few: targetsIn('pins') },
  edited: {
    sql: 't.edited_at IS NOT NULL',
    few: `SELECT DISTINCT t.key FROM facts f CROSS JOIN entities e ON e.id = f.entity_id CROSS JOIN streams s ON s.id = e.stream
      CROSS JOIN timeline_items t ON t.id = e.name AND t.stream = s.id WHERE f.field = 'message.text' AND s.home = ?`,
  },
  reply: { sql: 't.reply_to IS NOT NULL' },
} as const satisfies Record<string, State>
/** what others wrote behind my joining and my read mark */
const unread = `t.author_id NOT IN (SELECT id FROM component_author WHERE author_id IN (SELECT value FROM json_each(?)))
  AND EXISTS (SELECT 1 FROM rooms r JOIN streams s ON s.name = r.stream JOIN memberships m ON m.stream = s.home
  LEFT JOIN read_markers k ON k.actor_id = m.person_id AND k.stream = r.stream AND k.room_id = r.id
  WHERE r.timeline = t.timeline_id AND m.person_id IN (SELECT value FROM json_each(?)) AND m.active = 1
    AND t.order_key > max(m.joined_clock, ifnull(k.order_key, 0)))`

/** Whoever, or whatever, is called exactly so; else all that begin so, by any word of their name. */
function named<Thing extends Named>(things: readonly Thing[], typed: string): readonly Thing[] {
  const wanted = foldName(typed)
  // a name that cannot be seen is nobody's
  if (wanted === '') return []
  const names = things.map((thing) => foldName(thing.name))
  const exact = things.filter((_, at) => names[at] === wanted)
  return exact.length > 0 ? exact : things.filter((_, at) => wordBegins(names[at]!, wanted))
}

/** Some word of the name begins so. Both are folded. */
export function wordBegins(name: string, typed: string): boolean {
  for (let at = name.indexOf(typed); at >= 0; at = name.indexOf(typed, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(name[at - 1]!)) return true
  }
  return false
}

/** 2024, 2024-05 or 2024-05-31, where the reader is */
function dayOf(value: string): Date | null {
  const found = /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$/.exec(value)
  if (!found) return null
  const [year, month, day] = [Number(found[1]), Number(found[2] ?? 1), Number(found[3] ?? 1)]
  const date = new Date(year, month - 1, day)
  return date.getMonth() === month - 1 && date.getDate() === day ? date : null
}

function notADate(name: string, value: string): Meaning {
  return problem(`${name}: takes a date such as 2024-05-31, 2024-05 or 2024, not “${value}”.`)
}

function state({ sql, few }: State, home: string): Condition {
  return { type: 'condition', sql, ...(few && { few: { sql: few, parameters: [home] } }) }
}

function problem(sentence: string): Meaning {
  return { type: 'problem', sentence }
}

function isKey<Table extends object>(table: Table, key: string): key is Extract<keyof Table, string> {
  return Object.hasOwn(table, key)
}
