import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type KyselyPlugin,
} from 'kysely'
import { withSqlValues, type TypedQuery } from '../react/live-query.ts'

/**
 * Writes typed queries for the tables of `Schema`; it runs none. What it builds goes to the hooks as it is, and to a
 * connection through `typed`.
 */
export function queryBuilder<Schema>(plugins: KyselyPlugin[] = []): Kysely<Schema> {
  return new Kysely<Schema>({
    plugins,
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}

/** SQL, parameters and row type of a Kysely query, whether it is compiled or not. */
export function typed<Row>(query: CompiledQuery<Row> | { compile(): CompiledQuery<Row> }): TypedQuery<Row> {
  return withSqlValues('compile' in query ? query.compile() : query)
}
