import type { Guard, QueryResult } from '../../../../schema/live.ts'
import { consoleBounds } from './console-bounds.ts'

/** What a statement of the console has come to. */
export type Outcome =
  /** it is followed from now on */
  | { readonly type: 'Live'; readonly sql: string }
  /** it ran once; `why` it is not followed, where one might expect it */
  | { readonly type: 'Once'; readonly sql: string; readonly result: QueryResult; readonly why: string | null }
  | { readonly type: 'Failed'; readonly sql: string; readonly message: string }

/** Runs one statement, once. What only reads and is not larger than a page can show is then followed. */
export async function runStatement(
  guarded: (sql: string, guard: Guard) => Promise<QueryResult>,
  sql: string,
  mayWrite: boolean,
): Promise<Outcome> {
  try {
    const result = await guarded(sql, { ...consoleBounds, mayWrite })
    if (!isSelect(sql)) return { type: 'Once', sql, result, why: null }
    const why = whyNotLive(result)
    return why === null ? { type: 'Live', sql } : { type: 'Once', sql, result, why }
  } catch (error) {
    return { type: 'Failed', sql, message: (error as Error).message }
  }
}

function whyNotLive({ columns, more, changes }: QueryResult): string | null {
  if (changes > 0) return 'it wrote'
  if (more) return `it has more than ${consoleBounds.rows} rows: with a LIMIT it would be`
  const twice = columns.find((name, at) => columns.indexOf(name) !== at)
  return twice === undefined ? null : `two of its columns are called ${twice}: with other names (AS) it would be`
}

export function isSelect(sql: string): boolean {
  return /^(?:\s|;|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:select|with|values)\b/i.test(sql)
}
