import type { Query } from '../../schema/live.ts'
import type { Connection } from '../sqlite/connection.ts'
import { findDependencies } from './dependencies.ts'
import type { Maintainer } from './maintainer.ts'
import { Rerun } from './rerun.ts'

/** Binds a query against the schema of this moment and chooses how to maintain it. Throws SQLite's own error. */
export function maintain(
  connection: Connection,
  query: Query,
): { readonly maintainer: Maintainer; readonly names: ReadonlySet<string> } {
  const { result: statement, reads } = connection.authorizer.observe(() => connection.prepare(query.sql))
  try {
    if (!statement.readonly || statement.columnCount === 0 || statement.isExplain || !isSelect(query.sql)) {
      throw new Error('only a SELECT can be subscribed to')
    }
    if (query.parameters.length > statement.parameterCount) throw new Error('column index out of range')
    const dependencies = findDependencies(connection, reads, query.sql)
    const reason = dependencies.volatile ?? 'not yet maintained by parts'
    return {
      maintainer: new Rerun(connection, query, statement, dependencies, reason),
      names: dependencies.names,
    }
  } catch (error) {
    statement.finalize()
    throw error
  }
}

function isSelect(sql: string): boolean {
  return /^(?:\s|;|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:select|with|values)\b/i.test(sql)
}
