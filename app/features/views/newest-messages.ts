import type { Query } from '../../../schema/live.ts'

/** Key, text, whether that is all of it, whether it is deleted: of the messages that came last, wherever. */
export const newestMessages: Query = {
  sql: 'SELECT t.key, t.snippet, t.full_content_cached, t.deleted FROM timeline_items t WHERE t.key > 0 ORDER BY t.key DESC LIMIT 40',
  parameters: [],
}

export function readNewest(row: Readonly<Record<string, unknown>>): {
  readonly text: string
  readonly isWhole: boolean
} {
  return { text: row['snippet'] as string, isWhole: row['full_content_cached'] === 1 }
}
