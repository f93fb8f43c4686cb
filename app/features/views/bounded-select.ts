import { sql, type TypedQuery } from '../../live/index.ts'

/** What a person's own SQL may show; more rows than this are said, and not read. */
export const maxRows = 500

export type BoundedSelect =
  | { readonly type: 'select'; readonly query: TypedQuery<Readonly<Record<string, unknown>>> }
  /** it is not asked: why */
  | { readonly type: 'refused'; readonly sentence: string }

/**
 * One SELECT as a live query that ends after a few hundred rows, however many it would have. Only its beginning and its end are
 * looked at here: the engine takes one SELECT and nothing else, so what writes is refused there.
 *
 * Example: SELECT id FROM rooms → SELECT id FROM rooms LIMIT 501, which the engine maintains as it stands.
 */
export function boundedSelect(text: string): BoundedSelect {
  const select = text.trim().replace(/[;\s]+$/, '')
  if (select === '') return { type: 'refused', sentence: 'There is no SELECT yet.' }
  if (!/^(select|with|values)\b/i.test(select))
    return { type: 'refused', sentence: 'It must be one SELECT: it reads, and writes nothing.' }
  return { type: 'select', query: sql(bounded(select)) }
}

function bounded(select: string): string {
  // what seems to end it may be a comment, or be swallowed by one
  const hasComment = /--|\/\*/.test(select)
  const own = /\blimit\s+(\d+)(?:\s+offset\s+\d+)?$/i.exec(select)
  if (own && !hasComment && Number(own[1]) <= maxRows) return select
  if (hasComment || /\blimit\b|^values\b/i.test(select)) return `SELECT * FROM (${select}\n) LIMIT ${maxRows + 1}`
  return `${select}\nLIMIT ${maxRows + 1}`
}
