import type { SqlValue } from '../../schema/live.ts'
import { encodeKey } from '../key.ts'
import { fromSqlValue } from '../value.ts'

/**
 * Keys of result rows that are read anew each time: the values of the key columns (all columns when there are none), then an
 * ordinal where several rows share them.
 *
 * Law: a row that is as it was keeps its key; of rows that are alike the highest ordinal leaves first.
 *
 *   by content:           (x), (y), (x)             →  't1:x,'  't1:y,'  't1:x,#1'
 *   by the first column:  (1, a), then (1, 0) (1, a)  →  'i1,', then 'i1,#1'  'i1,'
 */
export class RowKeys {
  readonly #keyColumns: readonly number[] | null
  #names: readonly string[] = []
  #rows: readonly SqlValue[][] = []
  /** null: all 0 */
  #ordinals: readonly number[] | null = null
  /** while they are all different; null: not made yet, or they are not */
  #distinct: Set<string> | null = null

  constructor(keyColumns: readonly number[] | null) {
    this.#keyColumns = keyColumns
  }

  /** `places`: of each row, its place among the last ones, where it is one of them; −1: it is not, or not known to be. */
  assign(rows: readonly SqlValue[][], places: readonly number[] = []): readonly string[] {
    const columns = this.#keyColumns
    const before = this.#names
    const nameOf = (row: readonly SqlValue[]) => encode(columns ? columns.map((column) => row[column]!) : row)
    const names = rows.map((row, i) => ((places[i] ?? -1) >= 0 ? before[places[i]!]! : nameOf(row)))
    const alone = this.#ordinals === null && this.#areDistinct(names, places)
    const ordinals = alone ? null : columns ? this.#match(names, rows) : inSequence(names)
    this.#names = names
    this.#ordinals = ordinals
    if (columns) this.#rows = rows
    if (!ordinals) return names
    this.#distinct = null
    return names.map((name, i) => (ordinals[i] === 0 ? name : `${name}#${ordinals[i]}`))
  }

  /** All of them; what is known of the last ones is brought up to date. */
  #areDistinct(names: readonly string[], places: readonly number[]): boolean {
    const distinct = this.#distinct
    if (!distinct) {
      const all = new Set(names)
      if (all.size === names.length) this.#distinct = all
      return all.size === names.length
    }
    const stays = new Uint8Array(this.#names.length)
    for (const place of places) if (place >= 0) stays[place] = 1
    for (let i = 0; i < stays.length; i++) if (stays[i] === 0) distinct.delete(this.#names[i]!)
    for (let i = 0; i < names.length; i++) if ((places[i] ?? -1) < 0) distinct.add(names[i]!)
    return distinct.size === names.length
  }

  #match(names: readonly string[], rows: readonly SqlValue[][]): number[] {
    const contentOf = (name: string, row: readonly SqlValue[]) => `${name}|${encode(row)}`
    const contents = names.map((name, i) => contentOf(name, rows[i]!))
    const before = this.#names.map((name, i) => [contentOf(name, this.#rows[i]!), this.#ordinals?.[i] ?? 0] as const)
    return matchOrdinals(names, contents, before)
  }
}

/**
 * Ordinals for rows that share names: first the rows that are as they were get what they had, then the others, each the lowest
 * that is left. `contents` tell rows of any name apart; `before`: content and ordinal of the last rows.
 */
export function matchOrdinals(
  names: readonly string[],
  contents: readonly string[],
  before: readonly (readonly [content: string, ordinal: number])[],
): number[] {
  const known = new Map<string, number[]>()
  for (const [content, ordinal] of before) push(known, content, ordinal)
  for (const ordinals of known.values()) ordinals.sort((a, b) => b - a)
  const kept = contents.map((content) => known.get(content)?.pop())
  const taken = new Set(kept.map((ordinal, i) => `${ordinal}#${names[i]}`))
  const next = new Map<string, number>()
  return kept.map((ordinal, i) => {
    if (ordinal !== undefined) return ordinal
    const name = names[i]!
    let free = next.get(name) ?? 0
    while (taken.has(`${free}#${name}`)) free++
    next.set(name, free + 1)
    return free
  })
}

function encode(values: readonly SqlValue[]): string {
  return encodeKey(values.map(fromSqlValue))
}

function inSequence(names: readonly string[]): number[] {
  const counts = new Map<string, number>()
  return names.map((name) => {
    const ordinal = counts.get(name) ?? 0
    counts.set(name, ordinal + 1)
    return ordinal
  })
}

function push(map: Map<string, number[]>, key: string, value: number): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
