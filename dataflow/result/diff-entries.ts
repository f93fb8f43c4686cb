import type { RowChange } from '../../schema/live.ts'
import { diffRows, sameRow } from '../../schema/live/row-changes.ts'
import { takesNameOf, type Entry } from './entry.ts'
import type { UnkeyedRows } from './ordered-list.ts'

/**
 * `diffRows` of a result that was read again, without the keys of rows that stay where they are: an entry that is the old object, or has
 * the old one's name, needs none made.
 *
 * Law: the steps are those of `diffRows` over the keys and rows of both.
 */
export function diffEntries(before: UnkeyedRows, after: UnkeyedRows): RowChange[] {
  const [old, now] = [before.entries, after.entries]
  const changes: RowChange[] = []
  const update = (entry: Entry, was: Entry, index: number) => {
    if (entry !== was && !sameRow(was.row, entry.row)) {
      changes.push({ op: 'update', index, key: entry.key, row: entry.row })
    }
  }
  const shortest = Math.min(old.length, now.length)
  let start = 0
  for (; start < shortest && takesNameOf(now[start]!, old[start]!); start++) update(now[start]!, old[start]!, start)
  let end = 0
  while (end < shortest - start && takesNameOf(now[now.length - 1 - end]!, old[old.length - 1 - end]!)) end++
  for (const change of diffRows(middle(old, start, end), middle(now, start, end))) {
    const index = change.index + start
    changes.push(change.op === 'move' ? { ...change, from: change.from + start, index } : { ...change, index })
  }
  for (let i = now.length - end; i < now.length; i++) update(now[i]!, old[i - now.length + old.length]!, i)
  return changes
}

function middle(entries: readonly Entry[], start: number, end: number) {
  const part = entries.slice(start, entries.length - end)
  return { keys: part.map(({ key }) => key), rows: part.map(({ row }) => row) }
}
