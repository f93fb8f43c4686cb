export interface ReactionSummary {
  readonly emoji: string
  readonly count: number
  readonly mine: boolean
  readonly people: readonly string[]
}

/** The JSON of `timeline_items.reactions`, {"👍": ["actor", …]}, for display; in the order it is stored. */
export function readReactions(json: string, me: string | null): ReactionSummary[] {
  if (json === '{}' || json === '') return []
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    return []
  }
  if (typeof parsed !== 'object' || parsed === null) return []
  return Object.entries(parsed).flatMap(([emoji, people]) =>
    Array.isArray(people) && people.length > 0
      ? [{ emoji, count: people.length, mine: me !== null && people.includes(me), people: people.map(String) }]
      : [],
  )
}
