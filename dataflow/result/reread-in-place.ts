import type { RowChange, SqlValue } from '../../schema/live.ts'
import { ReadRows } from './read-rows.ts'
import { placesOf, Reread } from './reread.ts'

/**
 * Of a result without an order: rows keep the places that they had, and nothing is done for one that is as it was. A new row stands behind
 * the one that it was read behind, where it will be looked for the next time.
 *
 *   old a1 b1 c1, read c2 d1 a1   →   a1, c2, d1:   update c, delete b, insert d
 */
export class RereadInPlace extends Reread {
  /** in old places, until `end` */
  readonly #rows: SqlValue[][]
  readonly #reals: number[]
  readonly #isFound: Uint8Array
  readonly #updated: number[] = []
  #found = 0
  #last = -1
  /** rows that were not found, and the old place of the one before each */
  readonly #lost = { rows: [] as SqlValue[][], reals: [] as number[], behind: [] as number[] }

  constructor(old: ReadRows) {
    super(old)
    this.#rows = old.rows.slice()
    this.#reals = old.reals.slice()
    this.#isFound = new Uint8Array(old.rows.length)
  }

  take(row: readonly SqlValue[], reals: number): void {
    const place = this.find(row, reals)
    if (place >= 0) {
      this.#put(place, row, reals)
      this.#last = place
      return
    }
    this.#lost.rows.push(row.slice())
    this.#lost.reals.push(reals)
    this.#lost.behind.push(this.#last)
  }

  end(): { readonly rows: ReadRows; readonly changes: () => RowChange[] } {
    const { old } = this
    const edits = this.#edits()
    const { rows, reals } = this.#lost
    const now = new ReadRows(
      edited(this.#rows, edits, (at) => rows[at]!),
      edited(this.#reals, edits, (at) => reals[at]!),
      old.names,
      edited(old.known, edits, () => null),
    )
    return { rows: now, changes: () => this.#changes(now, edits) }
  }

  #put(place: number, row: readonly SqlValue[], reals: number): void {
    this.#found++
    this.#isFound[place] = 1
    this.#reals[place] = reals
    const now = this.version(row, place)
    if (now === this.#rows[place]) return
    this.#rows[place] = now
    this.#updated.push(place)
  }

  /** What came and what went, by old places. What was not found near by, and has the key of an old row, is put in its place. */
  #edits(): Edit[] {
    const { rows, reals, behind } = this.#lost
    const places = this.findByKey(rows, reals, placesOf(this.#isFound, 0))
    const added = new Map<number, number[]>()
    for (const [at, place] of places.entries()) {
      if (place >= 0) this.#put(place, rows[at]!, reals[at]!)
      else if (added.get(behind[at]!)?.push(at) === undefined) added.set(behind[at]!, [at])
    }
    const gone = this.#found === this.old.rows.length ? [] : placesOf(this.#isFound, 0)
    const edits = [
      ...gone.map((place): Edit => ({ place, isGone: true, added: [] })),
      ...[...added].map(([place, at]): Edit => ({ place, isGone: false, added: at })),
    ]
    return edits.sort((a, b) => a.place - b.place)
  }

  #changes(now: ReadRows, edits: readonly Edit[]): RowChange[] {
    const { old } = this
    const changes: RowChange[] = []
    for (const index of this.#updated) changes.push({ op: 'update', index, key: old.keyOf(index), row: this.#rows[index]! }) // prettier-ignore
    for (let i = edits.length - 1; i >= 0; i--) {
      const { place, isGone } = edits[i]!
      if (isGone) changes.push({ op: 'delete', index: place, key: old.keyOf(place) })
    }
    let shift = 0
    for (const { place, isGone, added } of edits) {
      if (isGone) shift--
      for (let i = 0; i < added.length; i++, shift++) {
        const index = place + 1 + shift
        changes.push({ op: 'insert', index, key: now.keyOf(index), row: now.rows[index]! })
      }
    }
    return changes
  }
}

/** At an old place: its row is gone, or new ones stand behind it (−1: at the beginning). */
interface Edit {
  readonly place: number
  readonly isGone: boolean
  /** by their place among those that were not found */
  readonly added: readonly number[]
}

function edited<T>(list: T[], edits: readonly Edit[], fresh: (at: number) => T): T[] {
  if (edits.length === 0) return list
  if (edits.length <= fewEdits) {
    const copy = list.slice()
    for (const { place, isGone, added } of edits.toReversed()) {
      if (isGone) copy.splice(place, 1)
      else copy.splice(place + 1, 0, ...added.map(fresh))
    }
    return copy
  }
  const result: T[] = []
  let from = 0
  for (const { place, isGone, added } of edits) {
    for (const to = isGone ? place : place + 1; from < to; from++) result.push(list[from]!)
    if (isGone) from++
    for (const at of added) result.push(fresh(at))
  }
  for (; from < list.length; from++) result.push(list[from]!)
  return result
}

/** Each of them moves what is behind it. */
const fewEdits = 32
