import type { RowChange, SqlValue } from '../../schema/live.ts'

/** `keys[i]` names `rows[i]`; keys are unique. */
export interface KeyedRows {
  readonly keys: readonly string[]
  readonly rows: readonly SqlValue[][]
}

/**
 * The changes that turn what a tab holds into a fresh snapshot, by key. Law: applied in sequence to `held` they give
 * `next`; a row with the same key and values appears in no change unless its place moved relative to its neighbours.
 *
 * Example: held a b c, next a c' d → delete b at 1, update c at 1, insert d at 2.
 * Rows that keep their relative order (the longest increasing run of old places) are not moved.
 */
export function diffSnapshot(held: KeyedRows, next: KeyedRows): RowChange[] {
  const changes: RowChange[] = []
  const wanted = new Set(next.keys)
  const present: string[] = []
  // From the end, so that an index counts only rows that are still there.
  for (let i = held.keys.length - 1; i >= 0; i--) {
    const key = held.keys[i] as string
    if (!wanted.has(key)) changes.push({ op: 'delete', index: i, key })
  }
  for (const key of held.keys) if (wanted.has(key)) present.push(key)

  const oldPlace = new Map(present.map((key, place) => [key, place]))
  const oldRow = new Map(held.keys.map((key, i) => [key, held.rows[i] as SqlValue[]]))
  const kept = longestIncreasing(
    next.keys.filter((key) => oldPlace.has(key)),
    oldPlace,
  )
  // Walk the wanted order; everything before `index` is right already.
  const list = present
  next.keys.forEach((key, index) => {
    const row = next.rows[index] as SqlValue[]
    const before = oldRow.get(key)
    if (!oldPlace.has(key) || !before) {
      list.splice(index, 0, key)
      changes.push({ op: 'insert', index, key, row })
      return
    }
    if (list[index] !== key && !kept.has(key)) {
      const from = list.indexOf(key)
      list.splice(from, 1)
      list.splice(index, 0, key)
      changes.push({ op: 'move', from, index, key, row })
      return
    }
    // A kept row is not in its place only because rows to be moved away still stand before it.
    while (list[index] !== key) {
      const stray = list[index] as string
      const to = list.length - 1
      list.splice(index, 1)
      list.splice(to, 0, stray)
      changes.push({ op: 'move', from: index, index: to, key: stray, row: oldRow.get(stray) as SqlValue[] })
    }
    if (!sameRow(before, row)) changes.push({ op: 'update', index, key, row })
  })
  return changes
}

function longestIncreasing(keys: readonly string[], place: ReadonlyMap<string, number>): Set<string> {
  const placeOf = (key: string) => place.get(key) as number
  const tails: string[] = []
  const previous = new Map<string, string | undefined>()
  for (const key of keys) {
    let low = 0
    let high = tails.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (placeOf(tails[middle] as string) < placeOf(key)) low = middle + 1
      else high = middle
    }
    previous.set(key, low > 0 ? tails[low - 1] : undefined)
    tails[low] = key
  }
  const kept = new Set<string>()
  for (let key = tails.at(-1); key !== undefined; key = previous.get(key)) kept.add(key)
  return kept
}

export function sameRow(a: readonly SqlValue[], b: readonly SqlValue[]): boolean {
  return a.length === b.length && a.every((value, i) => sameValue(value, b[i] as SqlValue))
}

function sameValue(a: SqlValue, b: SqlValue): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return a.length === b.length && a.every((byte, i) => byte === b[i])
  }
  return Object.is(a, b)
}
