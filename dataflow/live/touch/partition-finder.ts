import { tableKey } from '../../table-key.ts'
import type { DiffTables } from '../../capture/diff-tables.ts'
import type { Row, RowDiff } from '../../capture/diff.ts'
import type { FindKeys, Touch } from '../../operators/touch-partitions.ts'
import type { PartitionKey } from '../../plan/partition/partition-keys.ts'
import type { Move } from '../../plan/fold/fold-groups.ts'
import type { ArmPlan } from '../../plan/query-plan.ts'
import type { Occurrence } from '../../plan/sources/occurrences.ts'
import { touchStatements } from '../../plan/touch/touch-statements.ts'
import { mayBeMangled, type Value } from '../../value.ts'
import type { Arm } from '../partition/arm.ts'
import type { ArmReader } from '../partition/arm-reader.ts'
import { matters } from './touch-finder.ts'
import { CheaperToRerun, kindOfTurn, patience, type TurnGuard } from '../turn-guard.ts'

/**
 * Which partitions of an arm do a turn's diffs touch? Read off the changed rows where the key is made of their columns, else
 * asked by the statements of plan/touch/touch.ts; of groups that are folded, with the rows that move them. Throws CheaperToRerun past
 * the number of partitions that a re-run costs, or when the guard says so.
 */
export function partitionFinder(diffTables: DiffTables, arm: Arm, reader: ArmReader, guard: TurnGuard): FindKeys {
  const { plan } = arm
  return (diffs, touch) => {
    let left = Math.max(20, (patience.share * guard.rerunMs) / reader.partitionCost)
    const guarded: Touch = (key, row, move) => {
      left -= move ? movedRowCost : 1
      if (left < 0) guard.giveUp()
      for (const value of key) if (mayBeMangled(value)) throw new CheaperToRerun()
      touch(key, row, move)
    }
    const { folding } = plan.functions
    const changes = changesOf(arm, diffs)
    if (changes.length === 0) return
    guard.enter(kindOf(arm, changes))
    if (folding?.movesOf) return foldImages(arm, changes, guarded)
    if (folding && foldBySql(diffTables, arm, reader, changes, diffs, guarded)) return
    for (const { occurrence, rows, direct } of changes) {
      if (direct) touchDirectly(arm, rows, guarded)
      else {
        const start = performance.now()
        touchBySql(diffTables, arm, reader, occurrence, diffs, guarded)
        guard.spend(performance.now() - start)
      }
    }
  }
}

/** Rows that changed at a place where the query reads their table, and matter there. */
interface Change {
  readonly place: number
  readonly occurrence: Occurrence
  readonly rows: readonly RowDiff[]
  readonly direct: boolean
}

export function changesOf({ plan }: Arm, diffs: ReadonlyMap<string, readonly RowDiff[]>): Change[] {
  const changes: Change[] = []
  for (let place = 0; place < plan.tableKeys.length; place++) {
    const all = diffs.get(plan.tableKeys[place]!)
    if (!all) continue
    const reading = { filter: plan.functions.filters[place]!, used: plan.used[place]! }
    const rows = all.filter((diff) => matters(diff, reading))
    if (rows.length === 0) continue
    changes.push({ place, occurrence: plan.occurrences[place]!, rows, direct: plan.direct[place]! })
  }
  return changes
}

/** What the guard knows such turns by. */
export function kindOf({ number }: Arm, changes: readonly Change[]): number {
  let places = 0
  let rows = 0
  for (const change of changes) {
    places |= 1 << (change.place % 20)
    rows += change.rows.length
  }
  return kindOfTurn(number, places, rows)
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
  diffTables: DiffTables,
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
    sqls = plan.fold!.moved!.sqls(changed, plan.fold!.inputs, (table) => diffTables.prepare(table))
    plan.moves.set(name, sqls)
  }
  if (sqls === null) return false
  fill(diffTables, plan, diffs)
  const keyWidth = plan.block.keys.length
  let left = mostMoved
  for (const sql of sqls) {
    reader.each(diffTables.indexes.sqlFor(sql), [], (statement) => {
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
  diffTables: DiffTables,
  { plan }: Arm,
  reader: ArmReader,
  occurrence: Occurrence,
  diffs: ReadonlyMap<string, readonly RowDiff[]>,
  touch: (key: readonly Value[]) => void,
): void {
  const name = `${plan.occurrences.indexOf(occurrence)}|${[...diffs.keys()].sort().join('|')}`
  let statements = plan.touches.get(name)
  if (statements === undefined) {
    const changed = new Set(diffs.keys())
    statements = touchStatements(plan.block, occurrence, changed, (table) => diffTables.prepare(table))
    plan.touches.set(name, statements)
  }
  if (statements === null) throw new CheaperToRerun()
  fill(diffTables, plan, diffs)
  const width = plan.block.keys.length
  for (const { sql, isOfEvery } of statements) {
    reader.each(diffTables.indexes.sqlFor(sql), [], (statement) => {
      if (isOfEvery) throw new CheaperToRerun()
      touch(statement.row(width))
    })
  }
}

function fill(diffTables: DiffTables, { occurrences }: ArmPlan, diffs: ReadonlyMap<string, readonly RowDiff[]>): void {
  for (const { table } of occurrences) {
    const rows = diffs.get(tableKey(table.schema, table.name))
    if (rows) diffTables.fill(table, rows)
  }
}
