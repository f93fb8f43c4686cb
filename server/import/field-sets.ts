const maxSets = 1000
const maxNames = 100

/** The names of fields that lines have and an import does not take: the same few sets, over and over, by number. */
export function createFieldSets() {
  const sets = new Map<string, number>([['[]', 0]])
  return {
    numberOf(names: readonly string[]): number {
      if (names.length === 0) return 0
      const short = names.slice(0, maxNames).map((name) => name.slice(0, 40))
      const set = JSON.stringify(short.sort())
      const key = sets.has(set) || sets.size < maxSets ? set : '["others, of many names"]'
      const number = sets.get(key) ?? sets.size
      sets.set(key, number)
      return number
    },
    /** lines by field, the most frequent first */
    counts(rows: readonly { readonly fields: number; readonly count: number }[]): (readonly [string, number])[] {
      const counts = new Map<string, number>()
      const names = [...sets.keys()]
      for (const { fields, count } of rows) {
        for (const name of JSON.parse(names[fields]!) as string[]) counts.set(name, (counts.get(name) ?? 0) + count)
      }
      return [...counts].sort((a, b) => b[1] - a[1])
    },
  }
}
