import type { SqlValue } from '../../schema/live.ts'
import { encodeKey, type KeyId } from '../key.ts'
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
}

/**
 * An entry as read from SQLite. Most entries are never touched again: their key is made when somebody asks, and a row
 * without REALs and extras is its values.
 */
export class ReadEntry implements Entry {
  readonly values: readonly Value[]
  readonly row: SqlValue[]
  readonly partition: KeyId
  place = 0
  readonly ordinal: number
  readonly #names: EntryNames
  #key: string | null = null

  /** `width`: how many of the values are shown */
  constructor(values: readonly Value[], width: number, partition: KeyId, names: EntryNames, ordinal: number) {
    this.values = values
    this.row = shown(values, width)
    this.partition = partition
    this.#names = names
    this.ordinal = ordinal
  }

  get key(): string {
    return (this.#key ??= nameEntry(this.values, this.#names, this.ordinal))
  }
}

export function nameEntry(
  values: readonly Value[],
  { prefix, keys, collations, ids }: EntryNames,
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
