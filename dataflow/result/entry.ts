import type { SqlValue } from '../../schema/live.ts'
import { sameValue } from '../same-value.ts'
import { encodeKey, keyId, type KeyId } from '../key.ts'
import { Real, toSqlValue, type Value } from '../value.ts'

/** A row on its way to the result. */
export interface Entry {
  /** unique among all rows of the result at any moment */
  readonly key: string
  /** the partition that it was read with */
  readonly partition: KeyId
  /** what it shows, then what else is kept of it: what it is sorted by, what names it */
  readonly values: readonly Value[]
  /** what it shows, as it leaves the engine */
  readonly row: SqlValue[]
  /** which it is of those that share a name */
  readonly ordinal: number
  /** place among rows that the order does not tell apart; given when it enters the result */
  place: number
}

/** Where the parts of a key stand among an entry's values. */
export interface EntryNames {
  readonly prefix: string
  readonly keys: readonly number[]
  readonly collations: readonly string[]
  readonly ids: readonly number[]
  /** of the partition, where the keys above are not its own */
  readonly partition: { readonly places: readonly number[]; readonly collations: readonly string[] }
}

/**
 * An entry as read from SQLite. Most entries are never touched again: their key and their partition are made when somebody asks,
 * and a row without REALs and extras is its values.
 */
export class ReadEntry implements Entry {
  readonly values: readonly Value[]
  readonly row: SqlValue[]
  place = 0
  readonly ordinal: number
  readonly #names: EntryNames
  #key: string | null
  #partition: KeyId | null

  /** `width`: how many of the values are shown; `known`: what was made of them before */
  constructor(
    values: readonly Value[],
    width: number,
    partition: KeyId | null,
    names: EntryNames,
    ordinal: number,
    known?: { readonly row: SqlValue[]; readonly key: string | null },
  ) {
    this.values = values
    this.row = known?.row ?? shown(values, width)
    this.#key = known?.key ?? null
    this.#partition = partition
    this.#names = names
    this.ordinal = ordinal
  }

  /** Is it a version of the same row, as far as can be told without making a key? Then it has the old one's. */
  takesNameOf(old: ReadEntry): boolean {
    if (this.ordinal !== old.ordinal || this.#names !== old.#names) return false
    const { keys, ids } = this.#names
    for (const place of keys) if (!sameValue(this.values[place]!, old.values[place]!)) return false
    for (const place of ids) if (!sameValue(this.values[place]!, old.values[place]!)) return false
    this.#key ??= old.#key
    return true
  }

  get partition(): KeyId {
    return (this.#partition ??= partitionOf(this.values, this.#names))
  }

  get key(): string {
    return (this.#key ??= nameEntry(this.values, this.#names, this.ordinal))
  }
}

export function takesNameOf(entry: Entry, old: Entry): boolean {
  if (entry === old || (entry instanceof ReadEntry && old instanceof ReadEntry && entry.takesNameOf(old))) return true
  return entry.key === old.key
}

export function partitionOf(values: readonly Value[], { partition: { places, collations } }: EntryNames): KeyId {
  return keyId(places.length === 1 ? [values[places[0]!]!] : places.map((place) => values[place]!), collations)
}

export function nameEntry(
  values: readonly Value[],
  { prefix, keys, collations, ids }: Omit<EntryNames, 'partition'>,
  ordinal: number,
): string {
  let key = prefix
  for (let i = 0; i < keys.length; i++) key += encodeKey([values[keys[i]!]!], [collations[i]!])
  if (ids.length > 0) key += `|${encodeKey(ids.map((place) => values[place]!))}`
  return ordinal > 0 ? `${key}#${ordinal}` : key
}

function shown(values: readonly Value[], width: number): SqlValue[] {
  let plain = values.length === width
  for (let i = 0; i < width && plain; i++) plain = !(values[i] instanceof Real)
  if (plain) return values as SqlValue[]
  const row: SqlValue[] = []
  for (let i = 0; i < width; i++) row.push(toSqlValue(values[i]!))
  return row
}
