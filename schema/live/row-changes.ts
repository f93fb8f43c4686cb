import { assertNever } from '../assert.ts'
import type { RowChange, SqlValue } from '../live.ts'

/**
 * The steps that turn one ordered list of keyed rows into another, with as few moves as there can be.
 *
 * Law: applied in sequence to `before`, the changes give `after`. Rows that stay in place are a longest increasing
 * subsequence of the old places read in new order; only the others move.
 *
 *   a b c d → b c x a   :   delete d (3), insert x (3), move a 0→3 …   b and c never move
 *
 * Deletes come first, from the end; then the new list is walked from its start. `waiting` counts rows that will move
 * later and still stand before the place we are at.
 */
export interface KeyedRows<Row = SqlValue[]> {
  readonly keys: readonly string[]
  readonly rows: readonly Row[]
}

export function diffRows(before: KeyedRows, after: KeyedRows): RowChange[] {
  return diffRowsBy(sameRow, before, after)
}

type Same<Row> = (before: Row, after: Row) => boolean

/** The same of rows of any kind; `same` says which of one key are equal. */
export function diffRowsBy<Row>(same: Same<Row>, before: KeyedRows<Row>, after: KeyedRows<Row>): RowChange<Row>[] {
  const changes: RowChange<Row>[] = []
  let start = 0
  const shortest = Math.min(before.keys.length, after.keys.length)
  while (start < shortest && before.keys[start] === after.keys[start]) {
    pushUpdate(same, changes, start, start, before, after, start)
    start++
  }
  let end = 0
  while (
    end < shortest - start &&
    before.keys[before.keys.length - 1 - end] === after.keys[after.keys.length - 1 - end]
  ) {
    end++
  }
  diffMiddle(same, changes, before, after, start, end)
  for (let i = after.keys.length - end; i < after.keys.length; i++) {
    pushUpdate(same, changes, i, i - after.keys.length + before.keys.length, before, after, i)
  }
  return changes
}

function diffMiddle<Row>(
  same: Same<Row>,
  changes: RowChange<Row>[],
  before: KeyedRows<Row>,
  after: KeyedRows<Row>,
  start: number,
  end: number,
): void {
  const beforeEnd = before.keys.length - end
  const afterEnd = after.keys.length - end
  if (start === beforeEnd) {
    for (let i = start; i < afterEnd; i++) {
      changes.push({ op: 'insert', index: i, key: after.keys[i]!, row: after.rows[i]! })
    }
    return
  }
  const newIndex = new Map<string, number>()
  for (let i = start; i < afterEnd; i++) newIndex.set(after.keys[i]!, i)

  for (let i = beforeEnd - 1; i >= start; i--) {
    if (!newIndex.has(before.keys[i]!)) changes.push({ op: 'delete', index: i, key: before.keys[i]! })
  }
  /** rows that are in both, in old order: their place in `before` and in `after` */
  const keptOld: number[] = []
  const keptNew: number[] = []
  const placeOfKey = new Map<string, number>()
  for (let i = start; i < beforeEnd; i++) {
    const place = newIndex.get(before.keys[i]!)
    if (place === undefined) continue
    placeOfKey.set(before.keys[i]!, keptOld.length)
    keptOld.push(i)
    keptNew.push(place)
  }
  const stays = longestIncreasing(keptNew)
  const waiting = new PrefixCounts(keptOld.length)
  for (let place = 0; place < stays.length; place++) if (!stays[place]) waiting.add(place, 1)

  /** new index of the staying row that was passed last, by place; a moved row stands just before the next staying one */
  const placedBefore = new Int32Array(keptOld.length)
  const staysBelow = new Int32Array(keptOld.length + 1)
  for (let place = 0; place < stays.length; place++) staysBelow[place + 1] = staysBelow[place]! + (stays[place] ? 1 : 0)
  let nextStaying = afterEnd
  for (let place = keptOld.length - 1; place >= 0; place--) {
    if (stays[place]) nextStaying = keptNew[place]!
    else placedBefore[place] = nextStaying
  }
  let passed = 0 // places below this stand before the point where we are
  for (let i = start; i < afterEnd; i++) {
    const key = after.keys[i]!
    const row = after.rows[i]!
    const place = placeOfKey.get(key)
    if (place === undefined) {
      changes.push({ op: 'insert', index: i + waiting.below(passed), key, row })
      continue
    }
    if (stays[place]) {
      passed = place + 1
      pushUpdate(same, changes, i + waiting.below(place), keptOld[place]!, before, after, i)
      continue
    }
    const placed = place < passed ? placedBefore[place]! : i + staysBelow[place]! - staysBelow[passed]!
    const from = placed + waiting.below(place)
    waiting.add(place, -1)
    changes.push({ op: 'move', from, index: i + waiting.below(passed), key, row })
  }
}

function pushUpdate<Row>(
  same: Same<Row>,
  changes: RowChange<Row>[],
  index: number,
  oldIndex: number,
  before: KeyedRows<Row>,
  after: KeyedRows<Row>,
  newIndex: number,
): void {
  const row = after.rows[newIndex]!
  if (!same(before.rows[oldIndex]!, row)) {
    changes.push({ op: 'update', index, key: after.keys[newIndex]!, row })
  }
}

/** Marks a longest strictly increasing subsequence. */
function longestIncreasing(values: readonly number[]): boolean[] {
  const tails: number[] = [] // tails[n]: index of the smallest end of a subsequence of length n + 1
  const previous = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    let low = 0
    let high = tails.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (values[tails[middle]!]! < values[i]!) low = middle + 1
      else high = middle
    }
    previous[i] = low > 0 ? tails[low - 1]! : -1
    tails[low] = i
  }
  const chosen = Array.from({ length: values.length }, () => false)
  for (let i = tails.at(-1) ?? -1; i >= 0; i = previous[i]!) chosen[i] = true
  return chosen
}

/** Counts below a place, by a Fenwick tree. */
class PrefixCounts {
  readonly #tree: Int32Array
  constructor(size: number) {
    this.#tree = new Int32Array(size + 1)
  }
  add(place: number, count: number): void {
    for (let i = place + 1; i < this.#tree.length; i += i & -i) this.#tree[i]! += count
  }
  below(place: number): number {
    let sum = 0
    for (let i = place; i > 0; i -= i & -i) sum += this.#tree[i]!
    return sum
  }
}

export function sameRow(a: readonly SqlValue[], b: readonly SqlValue[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!sameValue(a[i]!, b[i]!)) return false
  return true
}

export function sameValue(a: SqlValue, b: SqlValue): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object') return false
  return (
    a instanceof Uint8Array && b instanceof Uint8Array && a.length === b.length && a.every((byte, i) => byte === b[i])
  )
}

/** Applies the steps of a delta in place, in sequence: `keys[i]` names `rows[i]`. */
export function applyChanges<Row>(keys: string[], rows: Row[], changes: readonly RowChange<Row>[]): void {
  for (const change of changes) applyChange(keys, rows, change)
}

/** Applies one step. */
export function applyChange<Row>(keys: string[], rows: Row[], change: RowChange<Row>): void {
  switch (change.op) {
    case 'insert':
      putIn(keys, change.index, change.key)
      putIn(rows, change.index, change.row)
      break
    case 'update':
      keys[change.index] = change.key
      rows[change.index] = change.row
      break
    case 'move':
      keys.splice(change.from, 1)
      rows.splice(change.from, 1)
      putIn(keys, change.index, change.key)
      putIn(rows, change.index, change.row)
      break
    case 'delete':
      keys.splice(change.index, 1)
      rows.splice(change.index, 1)
      break
    default:
      assertNever(change)
  }
}

/** `push` costs a tenth of `splice`, and most rows come at the end. */
function putIn<T>(list: T[], index: number, item: T): void {
  if (index === list.length) list.push(item)
  else list.splice(index, 0, item)
}
