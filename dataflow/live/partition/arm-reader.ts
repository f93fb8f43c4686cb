import type { SqlValue } from '../../../schema/live.ts'
import { encodeKey, keyId, type KeyId } from '../../key.ts'
import { sameValues } from '../../same-value.ts'
import type { LookupIndexes } from '../../capture/lookup-indexes.ts'
import type { Entries } from '../../graph/graph.ts'
import type { PartitionReader } from '../../operators/recompute-partitions.ts'
import type { PartitionId } from '../../operators/touch-partitions.ts'
import { inputsSql, recomputeSql, type Cut } from '../../plan/partition/block-sql.ts'
import { Alignment } from '../../result/align-rows.ts'
import { mostColumns, ReadRows } from '../../result/read-rows.ts'
import type { Reread } from '../../result/reread.ts'
import { RereadInOrder } from '../../result/reread-in-order.ts'
import { RereadInPlace } from '../../result/reread-in-place.ts'
import { nameEntry, partitionOf, ReadEntry, type Entry } from '../../result/entry.ts'
import { matchOrdinals } from '../../result/row-keys.ts'
import type { Connection } from '../../sqlite/connection.ts'
import type { Statement } from '../../sqlite/statement.ts'
import { mayBeMangled, type Value } from '../../value.ts'
import type { Arm } from './arm.ts'
import type { TurnGuard } from '../turn-guard.ts'

/**
 * Makes the entries of one arm: all of them at first, then those of a touched partition, by what is cheapest:
 *   from its last state and the rows that moved (plan/fold/fold-groups.ts) · from the changed row alone (plan/partition/project-row.ts) ·
 *   by the query with the partition's key put inside (plan/partition/block-sql.ts)
 */
export class ArmReader implements PartitionReader {
  readonly #connection: Connection
  readonly #indexes: LookupIndexes
  readonly #parameters: readonly SqlValue[]
  readonly #parameterCount: number
  readonly #arm: Arm
  readonly #guard: TurnGuard
  /** mean milliseconds of one partition */
  partitionCost = 0.02

  constructor(
    connection: Connection,
    indexes: LookupIndexes,
    parameters: readonly SqlValue[],
    parameterCount: number,
    arm: Arm,
    guard: TurnGuard,
  ) {
    this.#connection = connection
    this.#indexes = indexes
    this.#parameters = parameters
    this.#parameterCount = parameterCount
    this.#arm = arm
    this.#guard = guard
  }

  /** Of those that are to be read by a look-up, the guard is told the number. */
  expect(partitions: Entries<PartitionId>): void {
    let lookUps = 0
    for (const [{ moves, row }] of partitions) if (!moves && row === undefined) lookUps++
    this.#guard.expect(lookUps)
  }

  /** A partition as it is now; `before`: its entries as they are kept. */
  read(partition: PartitionId, before: readonly Entry[]): readonly Entry[] {
    const { folding, project } = this.#arm.plan.functions
    let values: Value[] | null | 'ask' = 'ask'
    if (partition.moves && folding) {
      values = folding.next(before[0]?.values ?? null, partition.moves, () => this.#inputs(partition, false))
    } else if (partition.row !== undefined && project) values = project(partition.row)
    if (values === null) return []
    if (values !== 'ask') return [this.#entry(values, 0, partition.id)]
    const entries = this.#ask(partition, before)
    const read = partition.moves ? () => this.#inputs(partition, true) : null
    folding?.adopt(before[0]?.values ?? null, entries[0]?.values ?? null, read)
    return entries
  }

  /** `old`: what was read the last time, of which the entries that are as they were stay the same objects. */
  hydrate(cut: Cut | null, old: readonly Entry[] = []): Entry[] {
    const sql = this.#arm.plan.hydrate(cut)
    if (this.#arm.namesRepeat) {
      const rows: Value[][] = []
      this.#readAll(sql, (statement) => void rows.push(statement.row()))
      return this.#repeated(rows, old)
    }
    const entries: Entry[] = []
    if (old.length === 0) {
      this.#readAll(sql, (statement) => void entries.push(this.#entry(statement.row(), 0)))
      return entries
    }
    const aligned = new Alignment<readonly Value[]>(
      old.map(({ values }) => values),
      sameValues,
    )
    const forget = this.#arm.plan.functions.folding?.forget
    this.#readAll(sql, (statement) => {
      const values = aligned.take(statement.row())
      const place = aligned.places.at(-1)!
      if (place >= 0) forget?.(old[place]!.values)
      entries.push(place >= 0 ? old[place]! : this.#entry(values, 0))
    })
    return entries
  }

  /** Are its rows no more than what is shown, each by a name of its own? Then they can be read without entries. */
  get readsPlainRows(): boolean {
    const { columns, extra } = this.#arm.plan.block.layout
    if (this.#arm.plan.fold?.slots.some(({ name }) => name === 'distinct')) return false
    return !this.#arm.namesRepeat && extra.length === 0 && columns <= mostColumns
  }

  /** Everything, beside what was read the last time. `isOrdered`: rows stand as they are read, else where they stood. */
  rereadRows(old: ReadRows | null, isOrdered: boolean): Reread {
    const { columns, keys, order } = this.#arm.plan.block.layout
    const named = [...new Set([...keys, ...order])].filter((place) => place < columns)
    const before = old ?? new ReadRows([], [], this.#arm.names, [])
    const reread = isOrdered || !old ? new RereadInOrder(before) : new RereadInPlace(before)
    const row: SqlValue[] = []
    this.#readAll(this.#arm.plan.hydrate(null), (statement) => {
      const reals = statement.readInto(row)
      for (const place of named) if (mayBeMangled(row[place])) throw mangled()
      reread.take(row, reals)
    })
    return reread
  }

  /** Steps a statement of this query's, its own parameters bound first, then `key`, until `visit` says false or the guard stops it. */
  each(sql: string, key: readonly Value[], visit: (statement: Statement) => boolean | void): void {
    this.#with(sql, key, (statement) => {
      this.#guard.lookUp(this.#connection.limit, () => {
        while (statement.step() && visit(statement) !== false);
      })
    })
  }

  #readAll(sql: string, visit: (statement: Statement) => void): void {
    const { limit } = this.#connection
    this.#with(sql, [], (statement) => {
      limit.takenBy(statement.pointer)
      while (statement.step()) visit(statement)
      this.#guard.rerunSteps += limit.takenBy(statement.pointer)
    })
  }

  #with(sql: string, key: readonly Value[], read: (statement: Statement) => void): void {
    const statement = this.#connection.take(sql)
    try {
      const count = Math.min(this.#parameters.length, statement.parameterCount)
      for (let i = 0; i < count; i++) statement.bind(i + 1, this.#parameters[i]!)
      for (let i = 0; i < key.length; i++) statement.bind(this.#parameterCount + 1 + i, key[i]!)
      read(statement)
    } finally {
      this.#connection.giveBack(sql, statement)
    }
  }

  #ask(partition: PartitionId, before: readonly Entry[]): Entry[] {
    const start = performance.now()
    const rows = this.#lookUp(partition, '', (nulls, first) => recomputeSql(this.#arm.plan.block, nulls, first), (row) => partitionOf(row, this.#arm.names)) // prettier-ignore
    const entries = this.#arm.namesRepeat
      ? this.#repeated(rows, before)
      : rows.map((row) => this.#entry(row, 0, partition.id))
    const took = performance.now() - start
    this.partitionCost += 0.1 * (took - this.partitionCost)
    this.#guard.spendOnPartition(took)
    return entries
  }

  /** What a fold reads of each row of a group; not `guarded` where it is read once, so that later turns need not. */
  #inputs(partition: PartitionId, guarded: boolean): Value[][] {
    const { block, fold } = this.#arm.plan
    const make = (nulls: readonly boolean[], first: number) => inputsSql(block, fold!.inputs, nulls, first)
    const width = block.keys.length
    return this.#lookUp(partition, 'rows ', make, (row) => keyId(row.slice(0, width), this.#arm.collations), guarded)
  }

  /** Rows of a partition, by its key put inside. */
  #lookUp(
    { values, id }: PartitionId,
    kind: string,
    make: (nulls: readonly boolean[], first: number) => string,
    partitionOf: (row: readonly Value[]) => KeyId,
    guarded = true,
  ): Value[][] {
    const nulls = values.map((value) => value === null)
    const name = kind + nulls.map((isNull) => (isNull ? '1' : '0')).join('')
    const { recompute } = this.#arm.plan
    let sql = recompute.get(name)
    if (sql === undefined) recompute.set(name, (sql = make(nulls, this.#parameterCount + 1)))
    const start = performance.now()
    const rows: Value[][] = []
    const key = nulls.includes(true) ? values.filter((value) => value !== null) : values
    const take = (row: Value[]) => {
      // an affinity may let more through than the key says
      if (partitionOf(row) === id) rows.push(row)
    }
    if (!guarded) {
      this.#with(this.#indexes.sqlFor(sql), key, (statement) => {
        while (statement.step()) take(statement.row())
      })
      return rows
    }
    this.each(this.#indexes.sqlFor(sql), key, (statement) => {
      take(statement.row())
      if (rows.length % 256 === 255) this.#guard.check(performance.now() - start)
    })
    return rows
  }

  /** Entries of rows that may share names: those that are as they were `before` keep theirs. */
  #repeated(rows: readonly (readonly Value[])[], before: readonly Entry[]): Entry[] {
    const { names } = this.#arm
    const own = rows.map((row) => nameEntry(row, names, 0))
    const contentOf = (name: string, row: readonly Value[]) => `${name}|${encodeKey(row)}`
    const ordinals = matchOrdinals(
      own,
      rows.map((row, i) => contentOf(own[i]!, row)),
      before.map(({ values, ordinal }) => [contentOf(nameEntry(values, names, 0), values), ordinal]),
    )
    return rows.map((row, i) => this.#entry(row, ordinals[i]!))
  }

  #entry(values: readonly Value[], ordinal: number, partition: KeyId | null = null): Entry {
    const { layout } = this.#arm.plan.block
    for (const place of layout.keys) if (mayBeMangled(values[place])) throw mangled()
    for (const place of layout.order) if (mayBeMangled(values[place])) throw mangled()
    return new ReadEntry(values, layout.columns, partition, this.#arm.names, ordinal)
  }
}

function mangled(): Error {
  return new Error('text that may not be UTF-8 cannot be a key')
}
