import type { TableInfo } from './read-tables.ts'

/** Which column names which row of which table: by its name, or because its comment says `→ table`. */
export interface Reference {
  readonly from: string
  readonly column: string
  readonly to: string
}

export function referencesOf(tables: readonly TableInfo[]): readonly Reference[] {
  const names = new Set(tables.map(({ name }) => name))
  return tables.flatMap(({ name: from, columns }) =>
    columns.flatMap(({ name: column, comment, type }) => {
      const to = /→ (\w+)/.exec(comment)?.[1] ?? byName(column, type)
      const isOwnKey =
        columns.filter(({ key }) => key > 0).length === 1 && columns.some((c) => c.name === column && c.key > 0)
      return to !== null && to !== from && names.has(to) && !(isOwnKey && column === 'id') ? [{ from, column, to }] : []
    }),
  )
}

/** The words that columns share (docs/data.md). A text that is called `message` is a message, and names none. */
function byName(column: string, type: string): string | null {
  const word = column.replace(/_(id|n|key|ref)$/, '')
  const isName = word !== column || word.includes('_') || word === 'actor' || type === 'INTEGER'
  return isName && Object.hasOwn(rows, word) ? rows[word]! : null
}
const rows: Readonly<Record<string, string>> = {
  entity: 'entities',
  target_entity: 'entities',
  room: 'rooms',
  timeline: 'rooms',
  thread: 'rooms',
  parent_room: 'rooms',
  target: 'timeline_items',
  message: 'timeline_items',
  parent_message: 'timeline_items',
  reply_to: 'timeline_items',
  event: 'events',
  actor: 'memberships',
  author: 'memberships',
  person: 'memberships',
  user: 'memberships',
  space: 'spaces',
}
