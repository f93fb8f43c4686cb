import type { Query } from '../../schema/live.ts'
import { bindStatement } from '../bind/bind-statement.ts'
import { Unsupported } from '../bind/unsupported.ts'
import type { DeltaTables } from '../capture/delta-tables.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { Unplannable } from '../plan/unplannable.ts'
import type { Connection } from '../sqlite/connection.ts'
import { findDependencies } from './dependencies.ts'
import type { Maintainer } from './maintainer.ts'
import { Partitioned } from './partitioned.ts'
import { Rerun } from './rerun.ts'

/** What maintainers are made with. */
export interface Surroundings {
  readonly connection: Connection
  readonly deltas: DeltaTables
  readonly catalog: Catalog
}

/** Binds a query against the schema of this moment and chooses how to maintain it. Throws SQLite's own error. */
export function maintain(
  { connection, deltas, catalog }: Surroundings,
  query: Query,
): { readonly maintainer: Maintainer; readonly names: ReadonlySet<string> } {
  const { result: statement, reads } = connection.authorizer.observe(() => connection.prepare(query.sql))
  try {
    if (!statement.readonly || statement.columnCount === 0 || statement.isExplain || !isSelect(query.sql)) {
      throw new Error('only a SELECT can be subscribed to')
    }
    if (query.parameters.length > statement.parameterCount) throw new Error('column index out of range')
    const dependencies = findDependencies(connection, reads, query.sql)
    const { names } = dependencies
    let reason = dependencies.volatile
    if (reason === null) {
      try {
        const bound = bindStatement(query.sql, catalog)
        const maintainer = new Partitioned(connection, deltas, query, bound, statement.columnNames())
        statement.finalize()
        return { maintainer, names }
      } catch (error) {
        if (!(error instanceof Unsupported) && !(error instanceof Unplannable)) throw error
        reason = error.message
      }
    }
    return { maintainer: new Rerun(connection, query, statement, dependencies, reason), names }
  } catch (error) {
    statement.finalize()
    throw error
  }
}

function isSelect(sql: string): boolean {
  return /^(?:\s|;|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:select|with|values)\b/i.test(sql)
}
