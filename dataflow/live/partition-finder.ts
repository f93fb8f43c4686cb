import { tableKey } from '../capture/capture-diff.ts'
import type { DeltaTables } from '../capture/delta-tables.ts'
import type { Row, RowDiff } from '../capture/diff.ts'
import type { FindKeys, Touch } from '../operators/touch-partitions.ts'
import type { PartitionKey } from '../plan/partition-keys.ts'
import type { Move } from '../plan/fold-groups.ts'
import { isDirect, type ArmPlan } from '../plan/query-plan.ts'
import type { Occurrence } from '../plan/occurrences.ts'
import { touchStatements } from '../plan/touch-statements.ts'
import { mayBeMangled, type Value } from '../value.ts'
import type { Arm } from './arm.ts'
import type { ArmReader } from './arm-reader.ts'
import { matters } from './touch-finder.ts'

/** The guard: this turn would cost more than to run the query again. */
export class CheaperToRerun extends Error {}

/**
 * Which partitions of an arm do a turn's diffs touch? Read off the changed rows where the key is made of their columns, else
 * asked by the statements of plan/touch.ts; of groups that are folded, with the rows that move them. Throws CheaperToRerun past
 * the number of partitions that a re-run costs.
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
      left -= move ? movedRowCost : 1
      if (left < 0) throw new CheaperToRerun()
      for (const value of key) if (mayBeMangled(value)) throw new CheaperToRerun()
      touch(key, row, move)
    }
    const { folding } = plan.functions
    const changes: Change[] = []
    for (let i = 0; i < tables.length; i++) {
      const all = diffs.get(tables[i]!)
      if (!all) continue
      const reading = { filter: plan.functions.filters[i]!, used: plan.used[i]! }
      const rows = all.filter((diff) => matters(diff, reading))
      if (rows.length > 0) changes.push({ occurrence: plan.occurrences[i]!, rows, direct: direct[i]! })
    }
    if (changes.length === 0) return
    if (folding?.movesOf) return foldImages(arm, changes, guarded)
    if (folding && foldBySql(deltas, arm, reader, changes, diffs, guarded)) return
    for (const { occurrence, rows, direct } of changes) {
      if (direct) touchDirectly(arm, rows, guarded)
      else touchBySql(deltas, arm, reader, occurrence, diffs, guarded)
    }
  }
}

/** Rows that changed at a place where the query reads their table, and matter there. */
interface Change {
  readonly occurrence: Occurrence
  readonly rows: readonly RowDiff[]
  readonly direct: boolean
}

/** of a partition's cost */
const movedRowCost = 0.1
/** past so many of either, groups are read again: each of a few that grow much is cheaper so */
const [mostChanged, mostMoved] = [100, 400]

function foldImages({ plan }: Arm, changes: readonly Change[], touch: Touch): void {
  const { keys } = plan.block
  const { movesOf } = plan.functions.folding!
  const moved: (move: Move) => void = (move) => touch(move.row.slice(0, keys.length), undefined, move)
  for (const { rows } of changes) {
    for (const diff of rows) {
      if (movesOf!(diff, moved)) continue
      if (diff.before) touch(keyOf(keys, diff.before))
      if (diff.after) touch(keyOf(keys, diff.after))
    }
  }
}

/** False when it is too much; what was touched is then to be touched to be read again. */
function foldBySql(
  deltas: DeltaTables,
  { plan }: Arm,
  reader: ArmReader,
  changes: readonly Change[],
  diffs: ReadonlyMap<string, readonly RowDiff[]>,
  touch: Touch,
): boolean {
  if (changes.reduce((sum, { rows }) => sum + rows.length, 0) > mostChanged) return false
  const name = changes.map(({ occurrence }) => plan.occurrences.indexOf(occurrence)).join()
  let sqls = plan.moves.get(name)
  if (sqls === undefined) {
    const changed = changes.map(({ occurrence }) => occurrence.source)
    sqls = plan.fold!.moved!.sqls(changed, plan.fold!.inputs, (table) => deltas.prepare(table))
    plan.moves.set(name, sqls)
  }
  if (sqls === null) return false
  fill(deltas, plan, diffs)
  const keyWidth = plan.block.keys.length
  let left = mostMoved
  for (const sql of sqls) {
    reader.each(deltas.indexes.sqlFor(sql), [], (statement) => {
      if (--left < 0) return false
      const row = statement.row()
      const weight = row.pop() as number
      touch(row.slice(0, keyWidth), undefined, { row, weight })
      return true
    })
    if (left < 0) return false
  }
  return true
}

function touchDirectly({ plan }: Arm, rows: readonly RowDiff[], touch: Touch): void {
  const { keys } = plan.block
  const { project } = plan.functions
  for (const { before, after } of rows) {
    if (before) touch(keyOf(keys, before), project ? null : undefined)
    if (after) touch(keyOf(keys, after), project ? after : undefined)
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
  fill(deltas, plan, diffs)
  const width = plan.block.keys.length
  for (const sql of sqls) reader.each(deltas.indexes.sqlFor(sql), [], (statement) => touch(statement.row(width)))
}

function fill(deltas: DeltaTables, { occurrences }: ArmPlan, diffs: ReadonlyMap<string, readonly RowDiff[]>): void {
  for (const { table } of occurrences) {
    const rows = diffs.get(tableKey(table.schema, table.name))
    if (rows) deltas.fill(table, rows)
  }
}
