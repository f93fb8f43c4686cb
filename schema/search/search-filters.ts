import type { SqlValue } from '../live.ts'
import { foldName } from '../events/names.ts'

/**
 * The filters, in one table: the parser reads their names from it, the panel its hints and help, the query its conditions. A
 * filter that lacks one of these does not compile.
 */
export interface SearchFilter {
  /** as it is typed */
  readonly example: string
  readonly help: string
  /** what several of it mean: from:ann from:bo is either, has:link has:code is both */
  readonly several: 'either' | 'all'
  /** what may stand behind the colon, the likeliest first; none: it cannot be listed */
  values(context: FilterContext): readonly string[]
  /** Conditions see `t`, the message's row, and `c`, its text. */
  meaning(value: string, quoted: boolean, context: FilterContext): Meaning
}
export type Meaning = Condition | { readonly type: 'problem'; readonly sentence: string }
export interface Condition {
  readonly type: 'condition'
  readonly sql: string
  readonly parameters: readonly SqlValue[]
}
export interface FilterContext {
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
    help: 'what Ann wrote; from:me, what you wrote',
    several: 'either',
    values: ({ people }) => ['me', ...people.map(({ name }) => name)],
    meaning(value, quoted, { me, people }) {
      const ids = !quoted && foldName(value) === 'me' ? me : named(people, value.replace(/^@/, '')).map(({ id }) => id)
      if (ids.length === 0) return problem(`Nobody here is called “${value}”.`)
      return condition('t.author_id IN (SELECT value FROM json_each(?))', JSON.stringify(ids))
    },
  },
  in: {
    example: 'in:general',
    help: 'in this room and its threads, or in this thread',
    several: 'either',
    values: ({ rooms }) => rooms.filter(({ parent }) => parent === null).map(({ name }) => name),
    meaning(value, _quoted, { rooms }) {
      const typed = value.replace(/^#/, '')
      const found = [rooms.filter(({ parent }) => parent === null), rooms.filter(({ parent }) => parent !== null)]
        .map((each) => named(each, typed))
        .find((each) => each.length > 0)
      if (!found) return problem(`No room here is called “${value}”.`)
      const chosen = new Set(found.map(({ id }) => id))
      const ids = rooms
        .filter(({ id, parent }) => chosen.has(id) || (parent !== null && chosen.has(parent)))
        .map(({ id }) => id)
      return condition('t.timeline_id IN (SELECT value FROM json_each(?))', JSON.stringify(ids))
    },
  },
  has: {
    example: 'has:link',
    help: 'with a link, image, code, reaction or thread',
    several: 'all',
    values: () => Object.keys(kinds),
    meaning(value) {
      const kind = foldName(value).replace(/s$/, '')
      if (isKey(kinds, kind)) return condition(kinds[kind])
      return problem(`has: knows link, image, code, reaction and thread, not “${value}”.`)
    },
  },
  is: {
    example: 'is:pinned',
    help: 'pinned, edited, a reply, or unread',
    several: 'all',
    values: () => [...Object.keys(states), 'unread'],
    meaning(value, _quoted, { me }) {
      const state = foldName(value)
      if (state === 'unread') return condition(unread, JSON.stringify(me), JSON.stringify(me))
      if (isKey(states, state)) return condition(states[state])
      return problem(`is: knows pinned, edited, reply and unread, not “${value}”.`)
    },
  },
  after: {
    example: 'after:2024-05-31',
    help: 'from that day, month or year on',
    several: 'all',
    values: () => [],
    meaning(value) {
      const day = dayOf(value)
      return day ? condition('t.created_at >= ?', day.getTime()) : notADate('after', value)
    },
  },
  before: {
    example: 'before:2024-05',
    help: 'earlier than that day, month or year',
    several: 'all',
    values: () => [],
    meaning(value) {
      const day = dayOf(value)
      return day ? condition('t.created_at < ?', day.getTime()) : notADate('before', value)
    },
  },
} as const satisfies Record<string, SearchFilter>

export type FilterName = keyof typeof searchFilters
export const filterNames = Object.keys(searchFilters) as readonly FilterName[]

/** Of the bodies, whole. */
const kinds = {
  link: "(c.body LIKE '%http://_%' OR c.body LIKE '%https://_%' OR c.body LIKE '%www._%')",
  image:
    "(c.body LIKE '%http%' AND (c.body LIKE '%![%](http%' OR c.body LIKE '%.png%' OR c.body LIKE '%.jpg%' OR c.body LIKE '%.jpeg%' OR c.body LIKE '%.gif%' OR c.body LIKE '%.webp%'))",
  code: "c.body LIKE '%`_%`%'",
  reaction: "t.reactions <> '{}'",
  thread: 't.reply_count > 0',
} as const
const states = {
  pinned: 't.pinned = 1',
  edited: 't.edited_at IS NOT NULL',
  reply: 't.reply_to IS NOT NULL',
} as const
/** what others wrote behind my joining and my read mark */
const unread = `t.author_id NOT IN (SELECT value FROM json_each(?)) AND EXISTS (SELECT 1 FROM memberships m
  LEFT JOIN read_markers k ON k.actor_id = m.person_id AND k.stream = t.stream AND k.room_id = t.timeline_id
  WHERE m.person_id IN (SELECT value FROM json_each(?)) AND m.stream = t.stream AND m.active = 1
    AND t.order_key > max(m.joined_clock, ifnull(k.order_key, 0)))`

/** Whoever, or whatever, is called exactly so; else all that begin so, by any word of their name. */
function named<Thing extends Named>(things: readonly Thing[], typed: string): readonly Thing[] {
  // a name that cannot be seen is nobody's
  if (foldName(typed) === '') return []
  const exact = things.filter((thing) => foldName(thing.name) === foldName(typed))
  return exact.length > 0 ? exact : things.filter((thing) => wordBegins(foldName(thing.name), foldName(typed)))
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

function condition(sql: string, ...parameters: SqlValue[]): Condition {
  return { type: 'condition', sql, parameters }
}

function problem(sentence: string): Meaning {
  return { type: 'problem', sentence }
}

function isKey<Table extends object>(table: Table, key: string): key is Extract<keyof Table, string> {
  return Object.hasOwn(table, key)
}
