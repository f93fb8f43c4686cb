/**
 * What the binder knows of the database: its tables, views and functions, read from SQLite itself (never from parsed DDL
 * alone), as of one schema version. A later schema version means a new catalog and a new binding.
 */
export interface Catalog {
  /** changes with every DDL statement, of any schema */
  readonly version: string
  /** As SQLite resolves a name: `schema` if given, else temp, main, attached ones in order. Case-insensitive. */
  find(name: string, schema?: string): CatalogEntry | null
  /** built-in and registered functions: may it be called again for the same answer? null when there is no such function */
  function(name: string): CatalogFunction | null
  /** not so after PRAGMA case_sensitive_like */
  readonly likeFoldsCase: boolean
}

export type CatalogEntry = CatalogTable | CatalogView

export interface CatalogTable {
  readonly kind: 'table'
  readonly schema: string
  readonly name: string
  /** in declaration order, hidden ones too */
  readonly columns: readonly CatalogColumn[]
  readonly withoutRowid: boolean
  /** fts5, rtree, … : diffs of its content come from shadow tables, if at all */
  readonly virtual: string | null
  /** indices into `columns` of PRIMARY KEY, in key order; empty when there is none */
  readonly primaryKey: readonly number[]
  /** by which the PRIMARY KEY of a WITHOUT ROWID table compares, which may be another than its columns' own */
  readonly keyCollations: readonly string[]
  /** the INTEGER PRIMARY KEY column that is the rowid, or -1 */
  readonly rowidColumn: number
  /** a name by which SQL reaches the rowid (`rowid`, `_rowid_`, `oid`), null if every one is taken or there is no rowid */
  readonly rowidName: string | null
  readonly indexes: readonly CatalogIndex[]
}

export interface CatalogColumn {
  readonly name: string
  readonly declaredType: string
  readonly affinity: ColumnAffinity
  /** BINARY, NOCASE, RTRIM or an application's own, in capitals */
  readonly collation: string
  readonly notNull: boolean
  /** hidden columns (of virtual tables) are not part of `*` */
  readonly hidden: boolean
  /** VIRTUAL generated columns are not in a diff: they are computed on reading */
  readonly generated: 'virtual' | 'stored' | null
  /** what a VIRTUAL column is computed from, as SQL over the table's other columns */
  readonly expression: string | null
}

export type ColumnAffinity = 'BLOB' | 'TEXT' | 'NUMERIC' | 'INTEGER' | 'REAL'

export interface CatalogIndex {
  readonly name: string
  readonly unique: boolean
  /** a partial index serves only queries that imply its WHERE */
  readonly partial: boolean
  /** key columns in order; column -1 is the rowid, -2 an expression */
  readonly columns: readonly { readonly column: number; readonly descending: boolean; readonly collation: string }[]
}

export interface CatalogView {
  readonly kind: 'view'
  readonly schema: string
  readonly name: string
  /** the CREATE VIEW statement */
  readonly sql: string
  readonly columns: readonly string[]
}

export interface CatalogFunction {
  readonly kind: 'scalar' | 'aggregate' | 'window'
  readonly deterministic: boolean
}
