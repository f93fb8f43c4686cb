import { tableKey } from '../capture/capture-diff.ts'
import type { DeltaTables } from '../capture/delta-tables.ts'
import type { Row, RowDiff } from '../capture/diff.ts'
import type { FindKeys, Touch } from '../operators/touch-partitions.ts'
import type { PartitionKey } from '../plan/block.ts'
import { isDirect } from '../plan/query-plan.ts'
import type { Occurrence } from '../plan/touch.ts'
import { touchStatements } from '../plan/touch-statements.ts'
import { mayBeMangled, type Value } from '../value.ts'
import type { Arm } from './arm.ts'
import type { ArmReader } from './arm-reader.ts'
import { matters } from './touch-finder.ts'

/** The guard: this turn would cost more than to run the query again. */
export class CheaperToRerun extends Error {}

/**
 * Which partitions of an arm do a turn's diffs touch? Read off the changed rows where the key is made of their columns, else
 * asked by the statements of plan/touch.ts. Throws CheaperToRerun past the number of partitions that a re-run costs.
 */
export function partitionFinder(
  deltas: DeltaTables,
  arm: Arm,
  reader: ArmReader,
  /** milliseconds of reading everything again */
  refreshCost: () => number,
): FindKeys {
  const { plan } = arm
  const direct = plan.occurrences.map((each) => isDirect(plan.block, each))
  const tables = plan.tableKeys
  return (diffs, touch) => {
    let left = Math.max(20, (1.1 * refreshCost()) / reader.partitionCost)
    const guarded: Touch = (key, row, move) => {
      if (--left < 0) throw new CheaperToRerun()
      for (const value of key) if (mayBeMangled(value)) throw new CheaperToRerun()
      touch(key, row, move)
    }
    for (let i = 0; i < tables.length; i++) {
      const all = diffs.get(tables[i]!)
      if (!all) continue
      const reading = { filter: plan.functions.filters[i]!, used: plan.used[i]! }
      const rows = all.filter((diff) => matters(diff, reading))
      if (rows.length === 0) continue
      if (direct[i] || plan.functions.folding) touchDirectly(arm, rows, guarded)
      else touchBySql(deltas, arm, reader, plan.occurrences[i]!, diffs, guarded)
    }
  }
}

function touchDirectly({ plan }: Arm, rows: readonly RowDiff[], touch: Touch): void {
  const { keys } = plan.block
  const { folding, project } = plan.functions
  for (const diff of rows) {
    const { before, after } = diff
    if (folding) folding.movesOf(diff, (key, row, weight) => touch(key, undefined, { row, weight }))
    else if (project) {
      if (before) touch(keyOf(keys, before), null)
      if (after) touch(keyOf(keys, after), after)
    } else {
      if (before) touch(keyOf(keys, before))
      if (after) touch(keyOf(keys, after))
    }
  }
}

function keyOf(keys: readonly PartitionKey[], row: Row): Value[] {
  return keys.map(({ plain }) => row[plain!.column]!)
}

function touchBySql(
  deltas: DeltaTables,
  { plan }: Arm,
  reader: ArmReader,
  occurrence: Occurrence,
  diffs: ReadonlyMap<string, readonly RowDiff[]>,
  touch: (key: readonly Value[]) => void,
): void {
  const name = `${plan.occurrences.indexOf(occurrence)}|${[...diffs.keys()].sort().join('|')}`
  let sqls = plan.touches.get(name)
  if (sqls === undefined) {
    const changed = new Set(diffs.keys())
    sqls = touchStatements(plan.block, occurrence, changed, (table) => deltas.prepare(table))
    plan.touches.set(name, sqls)
  }
  if (sqls === null) throw new CheaperToRerun()
  for (const { table } of plan.occurrences) {
    const rows = diffs.get(tableKey(table.schema, table.name))
    if (rows) deltas.fill(table, rows)
  }
  const width = plan.block.keys.length
  for (const sql of sqls) reader.each(deltas.indexes.sqlFor(sql), [], (statement) => touch(statement.row(width)))
}
