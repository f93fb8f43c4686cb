import type { Query } from '../../schema/live.ts'
import type { BoundStatement } from '../bind/bound.ts'
import { bindStatement } from '../bind/bind-statement.ts'
import { tableKey } from '../table-key.ts'
import type { DiffTables } from '../capture/diff-tables.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { mayLoseRows } from '../plan/whole/automatic-index.ts'
import { planQuery, type QueryPlan } from '../plan/query-plan.ts'
import { Unplannable } from '../plan/unplannable.ts'
import { planWhole } from '../plan/whole/whole-plan.ts'
import type { Connection } from '../sqlite/connection.ts'
import { findDependencies, type Dependencies } from './dependencies.ts'
import type { Maintainer } from './maintainer.ts'
import { Partitioned } from './partition/partitioned.ts'
import { planSweep, type SweepPlan } from '../plan/sweep/sweep-plan.ts'
import { Rerun } from './whole/rerun.ts'
import { Staged } from './stages/staged.ts'
import { Swept } from './sweep/swept.ts'
import { Whole } from './whole/whole.ts'

/** What maintainers are made with; all of it of one schema version, but for the connection. */
export interface Surroundings {
  readonly connection: Connection
  readonly diffTables: DiffTables
  readonly catalog: Catalog
  /** by SQL text */
  readonly plans: Map<string, Planned>
}

export interface Planned {
  readonly dependencies: Dependencies
  readonly parameterCount: number
  readonly columns: readonly string[]
  /** the reason to re-run, or how not to */
  readonly plan: QueryPlan | string
  /** null: it cannot be bound, or may answer differently each time */
  readonly statement: BoundStatement | null
  /** it may go by stages where it does not go by parts: not known before it was tried */
  stages: boolean
  /** how it is made along a list; null: it is not */
  sweep: SweepPlan | null
}

const mostPlans = 1000

/** Chooses how to maintain a query against the schema of this moment. Throws SQLite's own error. */
export function maintain(
  surroundings: Surroundings,
  query: Query,
  /** re-run it, for this reason */
  rerunBecause?: string,
): { readonly maintainer: Maintainer; readonly names: ReadonlySet<string> } {
  const { connection, diffTables, plans, catalog } = surroundings
  let planned = plans.get(query.sql)
  if (!planned) {
    planned = planText(surroundings, query.sql)
    if (plans.size >= mostPlans) plans.clear()
    plans.set(query.sql, planned)
  }
  const { dependencies, parameterCount, plan, columns } = planned
  if (query.parameters.length > parameterCount) throw new Error('column index out of range')
  const { names } = dependencies
  if (rerunBecause !== undefined) return { maintainer: whole(rerunBecause), names }
  return { maintainer: swept() ?? byParts(), names }

  function swept(): Maintainer | null {
    if (!planned!.sweep) return null
    try {
      const value = (query: Query) => maintain(surroundings, query).maintainer
      const swept = new Swept(connection, diffTables, query, planned!.sweep, columns, value, byParts)
      const left = unfollowed(dependencies, swept.tables)
      if (left === null) return swept
      swept.close()
      throw new Unplannable(left)
    } catch (error) {
      if (!(error instanceof Unplannable)) throw error
      planned!.sweep = null
      return null
    }
  }

  function byParts(): Maintainer {
    return typeof plan === 'string' ? (staged() ?? whole(plan)) : partitioned(plan)
  }

  function staged(): Maintainer | null {
    if (!planned!.stages) return null
    try {
      const staged = new Staged(connection, diffTables, query, bindStatement(query.sql, catalog), (statement) => {
        return new Partitioned(connection, diffTables, query, planQuery(connection, statement, columns))
      })
      const left = unfollowed(dependencies, staged.tables)
      if (left === null) return staged
      staged.close()
      throw new Unplannable(left)
    } catch (error) {
      planned!.stages = false
      return error instanceof Unplannable ? null : whole(messageOf(error))
    }
  }

  function partitioned(plan: QueryPlan): Maintainer {
    try {
      return new Partitioned(connection, diffTables, query, plan)
    } catch (error) {
      // what the values of the parameters decide: LIMIT; and statements of ours beyond SQLite's limits
      return whole(messageOf(error))
    }
  }

  /** What goes neither by parts nor by stages. */
  function whole(reason: string): Maintainer {
    const { statement } = planned!
    try {
      if (statement) return new Whole(connection, diffTables, query, planWhole(statement, reason), dependencies)
    } catch (error) {
      if (!(error instanceof Unplannable)) throw error
    }
    return new Rerun(connection, query, connection.prepare(query.sql), dependencies, reason)
  }
}

function planText({ connection, catalog }: Surroundings, sql: string): Planned {
  const { result: statement, reads } = connection.authorizer.observe(() => connection.prepare(sql))
  try {
    if (!statement.readonly || statement.columnCount === 0 || statement.isExplain || !isSelect(sql)) {
      throw new Error('only a SELECT can be subscribed to')
    }
    const { parameterCount } = statement
    const columns = statement.columnNames()
    const bound = bindOrReason(sql, catalog)
    const isBound = typeof bound !== 'string'
    const dependencies = findDependencies(connection, reads, sql, isBound ? bound : null)
    const planned = { parameterCount, columns, stages: false, sweep: null }
    if (!isBound) return { ...planned, dependencies, statement: null, plan: dependencies.volatile ?? bound }
    let sweep: SweepPlan | null = null
    try {
      if (dependencies.volatile !== null) {
        return { ...planned, dependencies, statement: null, plan: dependencies.volatile }
      }
      if (mayLoseRows(bound.query)) {
        return { ...planned, dependencies, statement: null, plan: 'a key WITHOUT ROWID compared by another collation' }
      }
      sweep = planSweep(connection, bound, catalog)
      const plan = planQuery(connection, bound, columns)
      const left = unfollowed(dependencies, plan.tables)
      if (left !== null) throw new Unplannable(left)
      return { ...planned, dependencies, statement: bound, plan, sweep }
    } catch (error) {
      // SQLite accepted the statement: whatever stops us from planning it, re-running answers it
      return {
        ...planned,
        dependencies,
        statement: dependencies.volatile === null && bound.query.volatile === null ? bound : null,
        plan: dependencies.volatile ?? messageOf(error),
        stages: error instanceof Unplannable,
        sweep,
      }
    }
  } finally {
    statement.finalize()
  }
}

/** Law: no table that SQLite says it reads is left out, whatever the plan has found by itself. What is, or null. */
function unfollowed({ tables }: Dependencies, followed: Maintainer['tables']): string | null {
  const names = new Set(followed.map(({ shape }) => tableKey(shape.schema, shape.name)))
  const missing = tables.find(({ schema, name }) => !names.has(tableKey(schema, name)))
  return missing ? `SQLite reads ${missing.name}, the plan does not` : null
}

/** SQLite accepted the statement: whatever stops us from binding it, re-running answers it. */
function bindOrReason(sql: string, catalog: Catalog): BoundStatement | string {
  try {
    return bindStatement(sql, catalog)
  } catch (error) {
    return messageOf(error)
  }
}

function isSelect(sql: string): boolean {
  return /^(?:\s|;|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:select|with|values)\b/i.test(sql)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
