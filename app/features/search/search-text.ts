/**
 * What a person types into the search box, taken apart: words and "phrases" for FTS5, and filters beside them.
 * Every word goes to FTS5 quoted, so nothing that is typed can be a syntax error; the last one matches as a beginning.
 *
 * Example: `from:ann in:general "dark mode" colou` → match `"dark mode" "colou"*`, from ann, in general.
 */
export interface SearchText {
  /** FTS5 MATCH expression; null when there are only filters */
  readonly match: string | null
  readonly from: string | null
  readonly room: string | null
  readonly has: readonly ('link' | 'code' | 'reaction' | 'thread')[]
}

const part = /(-?)(?:(from|in|has):)?(?:"([^"]*)"?|(\S+))/gi

export function parseSearch(text: string): SearchText | null {
  const wanted: string[] = []
  const unwanted: string[] = []
  let from: string | null = null
  let room: string | null = null
  const has: SearchText['has'][number][] = []
  for (const found of text.matchAll(part)) {
    const [whole, minus, filter, phrase, word] = found
    const value = (phrase ?? word ?? '').trim()
    if (filter && value) {
      const name = filter.toLowerCase()
      if (name === 'from') from = value
      else if (name === 'in') room = value.replace(/^#/, '')
      else if (isHas(value)) has.push(value)
      continue
    }
    if (!/[\p{L}\p{N}]/u.test(value)) continue
    const last = found.index + whole.length === text.length && phrase === undefined
    const quoted = `"${value.replaceAll('"', '""')}"${last ? '*' : ''}`
    if (minus) unwanted.push(quoted)
    else wanted.push(quoted)
  }
  if (wanted.length === 0 && !from && !room && has.length === 0) return null
  const match = wanted.length === 0 ? null : [wanted.join(' AND '), ...unwanted].join(' NOT ')
  return { match, from, room, has }
}

function isHas(value: string): value is SearchText['has'][number] {
  return value === 'link' || value === 'code' || value === 'reaction' || value === 'thread'
}
