import type { RowChange, SqlValue } from '../../schema/live.ts'
import { diffRows } from '../../schema/live/row-changes.ts'
import { ReadRows } from './read-rows.ts'
import { placesOf, Reread } from './reread.ts'

/**
 * Of a result that has an order: rows stand as they are read. The steps are those of `diffRows`, of which only the rows between the first
 * and the last that moved, came or went are asked.
 */
export class RereadInOrder extends Reread {
  readonly #rows: SqlValue[][] = []
  readonly #reals: number[] = []
  /** of each row: its place among the old ones; −1: it is new, or not found yet */
  readonly #origins: number[] = []
  /** rows that were not found */
  readonly #lost: number[] = []

  take(row: readonly SqlValue[], reals: number): void {
    const origin = this.find(row, reals)
    if (origin < 0) this.#lost.push(this.#rows.length)
    this.#origins.push(origin)
    this.#rows.push(origin < 0 ? row.slice() : this.version(row, origin))
    this.#reals.push(reals)
  }

  end(): { readonly rows: ReadRows; readonly changes: () => RowChange[] } {
    const { old } = this
    const origins = this.#origins
    if (this.#lost.length > 0 && origins.length - this.#lost.length < old.rows.length) this.#findLost()
    const isAligned = origins.length === old.rows.length && origins.every((origin, i) => origin === i)
    const known = isAligned ? old.known : origins.map((origin) => (origin < 0 ? null : old.known[origin]!))
    const rows = new ReadRows(this.#rows, this.#reals, old.names, known)
    return { rows, changes: () => changesBetween(old, rows, origins) }
  }

  #findLost(): void {
    const isFound = new Uint8Array(this.old.rows.length)
    for (const origin of this.#origins) if (origin >= 0) isFound[origin] = 1
    const rows = this.#lost.map((at) => this.#rows[at]!)
    const reals = this.#lost.map((at) => this.#reals[at]!)
    const places = this.findByKey(rows, reals, placesOf(isFound, 0))
    for (const [i, at] of this.#lost.entries()) {
      const place = places[i]!
      this.#origins[at] = place
      if (place >= 0) this.#rows[at] = this.version(rows[i]!, place)
    }
  }
}

function changesBetween(old: ReadRows, now: ReadRows, origins: readonly number[]): RowChange[] {
  const [before, after] = [old.rows, now.rows]
  const changes: RowChange[] = []
  const update = (index: number, was: number) => {
    const row = after[index]!
    if (row !== before[was]) changes.push({ op: 'update', index, key: now.keyOf(index), row })
  }
  const shortest = Math.min(before.length, after.length)
  let start = 0
  for (; start < shortest && origins[start] === start; start++) update(start, start)
  let end = 0
  while (end < shortest - start && origins[after.length - 1 - end] === before.length - 1 - end) end++
  for (const change of diffRows(old.part(start, before.length - end), now.part(start, after.length - end))) {
    const index = change.index + start
    changes.push(change.op === 'move' ? { ...change, from: change.from + start, index } : { ...change, index })
  }
  for (let i = after.length - end; i < after.length; i++) update(i, i - after.length + before.length)
  return changes
}
