import type { LiveQuery } from '../types.ts'
import type { QueryDelta, SqlValue } from '../../schema/live.ts'
import { encodeRow } from './compare-result.ts'

/**
 * A listener that believes only the deltas: it applies them to a copy of its own and says which law a delta broke.
 *
 * Laws: indexes are in range · an inserted key is new, any other key stands where the delta says · keys are unique ·
 * an update changes something · a key is not deleted and inserted in one delta · turns only grow · a delta says something, if
 * only that an error is over · after the turn the copy equals `rows` and `keys`.
 */
export class Follower {
  readonly rows: SqlValue[][]
  readonly keys: string[]
  columns: readonly string[]
  broken: string | null = null
  deltas = 0
  #turn = 0
  #hadError: boolean

  constructor(query: LiveQuery) {
    this.rows = query.rows.map((row) => [...row])
    this.keys = [...query.keys]
    this.columns = query.columns
    this.#hadError = query.error !== null
    if (new Set(this.keys).size !== this.keys.length) this.broken = 'two rows have the same key at subscription'
    if (this.keys.length !== this.rows.length) this.broken = 'keys and rows differ in length at subscription'
  }

  apply(delta: QueryDelta): void {
    this.deltas++
    this.broken ??= this.#apply(delta)
  }

  fail(): void {
    this.#hadError = true
  }

  /** The law that is broken, or null. */
  check(query: LiveQuery): string | null {
    if (this.broken) return this.broken
    if (query.rows.length !== this.rows.length) return 'the deltas replayed give another number of rows'
    if (query.keys.length !== query.rows.length) return 'keys and rows differ in length'
    for (let i = 0; i < this.rows.length; i++) {
      if (this.keys[i] !== query.keys[i])
        return `the deltas replayed give key ${this.keys[i]} at ${i}, not ${query.keys[i]}`
      if (encodeRow(this.rows[i]!) !== encodeRow(query.rows[i]!)) return `the deltas replayed give another row at ${i}`
    }
    if (new Set(this.keys).size !== this.keys.length) return 'two rows have the same key'
    if (this.columns.join('|') !== query.columns.join('|')) return 'columns changed without a word in a delta'
    return null
  }

  #apply({ turn, changes, columns }: QueryDelta): string | null {
    if (turn <= this.#turn) return `turn ${turn} came after turn ${this.#turn}`
    this.#turn = turn
    if (columns) this.columns = columns
    else if (changes.length === 0 && !this.#hadError) return 'an empty delta'
    this.#hadError = false
    const deleted = new Set<string>()
    for (const change of changes) {
      const size = this.rows.length
      switch (change.op) {
        case 'insert':
          if (change.index < 0 || change.index > size) return `insert at ${change.index} of ${size}`
          if (deleted.has(change.key)) return `key ${change.key} deleted and inserted in one delta`
          if (this.keys.includes(change.key)) return `inserted key ${change.key} is there already`
          this.#put(change.index, change.key, change.row)
          break
        case 'update':
          if (this.keys[change.index] !== change.key)
            return `update of ${change.key}, but ${change.index} has ${this.keys[change.index]}`
          if (isSame(this.rows[change.index]!, change.row) && !columns) return `update of ${change.key} changes nothing`
          this.rows[change.index] = [...change.row]
          break
        case 'move':
          if (this.keys[change.from] !== change.key)
            return `move of ${change.key}, but ${change.from} has ${this.keys[change.from]}`
          if (change.index < 0 || change.index >= size) return `move to ${change.index} of ${size}`
          this.#take(change.from)
          this.#put(change.index, change.key, change.row)
          break
        case 'delete':
          if (this.keys[change.index] !== change.key)
            return `delete of ${change.key}, but ${change.index} has ${this.keys[change.index]}`
          deleted.add(change.key)
          this.#take(change.index)
          break
      }
    }
    return null
  }

  #put(index: number, key: string, row: readonly SqlValue[]): void {
    this.keys.splice(index, 0, key)
    this.rows.splice(index, 0, [...row])
  }

  #take(index: number): void {
    this.keys.splice(index, 1)
    this.rows.splice(index, 1)
  }
}

/** Past 2⁵³ an INTEGER and the REAL that equals it are two values. */
function isSame(a: readonly SqlValue[], b: readonly SqlValue[]): boolean {
  return encodeRow(a) === encodeRow(b) && a.every((value, i) => typeof value === typeof b[i])
}
