import {
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type KyselyPlugin,
  type QueryResult,
} from 'kysely'
import { withSqlValues, type TypedQuery } from '../react/live-query.ts'
import type { QueryResult as SqlResult, SqlValue } from '../schema/live.ts'

/** A Kysely query that is not compiled yet. */
export interface Compilable<Row> {
  compile(): CompiledQuery<Row>
}

export interface QueryBuilderOptions {
  /** what `execute()` asks: the connection of `connect`. Without it nothing is executed. */
  readonly connection?: { query(sql: string, parameters: readonly SqlValue[]): Promise<SqlResult> }
  readonly plugins?: KyselyPlugin[]
}

/**
 * Builds typed queries for the tables of `Schema`. The hooks take what it builds as it is. `execute()` reads once; changes
 * are the work of commands, so it has no transactions.
 */
export function queryBuilder<Schema>({ connection, plugins = [] }: QueryBuilderOptions = {}): Kysely<Schema> {
  return new Kysely<Schema>({
    plugins,
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => driverOf(connection),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}

/** SQL, parameters and row type of a Kysely query, whether it is compiled or not. */
export function typed<Row>(query: CompiledQuery<Row> | Compilable<Row>): TypedQuery<Row> {
  return withSqlValues('compile' in query ? query.compile() : query)
}

/** In a command: runs an INSERT, UPDATE or DELETE. */
export function run(
  database: { run(sql: string, parameters: readonly SqlValue[]): void },
  query: CompiledQuery | Compilable<unknown>,
): void {
  const { sql, parameters } = typed(query)
  database.run(sql, parameters)
}

function driverOf(connection: QueryBuilderOptions['connection']): Driver {
  const unsupported = () => Promise.reject(new Error('transactions are commands (defineDatabase)'))
  const connected: DatabaseConnection = {
    async executeQuery<Row>(compiled: CompiledQuery): Promise<QueryResult<Row>> {
      if (!connection) throw new Error('this query builder has no connection: give the query to a hook, or to `typed`')
      const { sql, parameters } = withSqlValues(compiled)
      const { columns, rows, changes } = await connection.query(sql, parameters)
      const named = rows.map((values) => Object.fromEntries(columns.map((column, at) => [column, values[at]])))
      return { rows: named as Row[], numAffectedRows: BigInt(changes) }
    },
    streamQuery() {
      throw new Error('a live query is told of its rows as they change: streams are not supported')
    },
  }
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connected),
    beginTransaction: unsupported,
    commitTransaction: unsupported,
    rollbackTransaction: unsupported,
    releaseConnection: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
  }
}
