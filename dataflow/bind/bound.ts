import type { Expr, OneSelect, Select } from 'sqlite3-parser'
import type { CatalogTable, ColumnAffinity } from '../catalog/catalog.ts'
import type { Value } from '../value.ts'

/**
 * The bound query: what the planner and the operators read.
 *
 * Binding resolves every name, and keeps SQL at hand: each bound thing carries `ast`, an AST rewritten so that it means
 * the same wherever it is printed:
 *   - every source has an alias that is unique in the whole statement, every column reference is `"alias"."column"`;
 *   - `*` is expanded; views and plain CTEs are inlined as derived tables; NATURAL and USING are spelled out as ON;
 *   - parameters are numbered (`?1`, `?2`, …), so that look-ups can append theirs from `parameterCount + 1` on.
 * So `print(addWhere(select.ast, equals(key, parameter)))` is a look-up with the key inside the sub-plan.
 *
 *   SELECT t.a, count(*) FROM t JOIN u USING (id) WHERE b > ? GROUP BY 1
 *   → sources t, u · on: t.id = u.id (compare, affinity, collation) · where: [t.b > ?1] · groupBy: [t.a] · aggregates: [count(*)]
 */
export interface BoundStatement {
  readonly query: BoundQuery
  /** highest parameter number in use */
  readonly parameterCount: number
  /** names of parameters by number - 1, null for `?` */
  readonly parameterNames: readonly (string | null)[]
  /** every base table that the result depends on, those of nested queries too */
  readonly tables: readonly CatalogTable[]
  /** names of the tables and views that it was bound to, in lower case; DDL on one of them asks for a new binding */
  readonly names: ReadonlySet<string>
}

/** A SELECT with its compound arms, ORDER BY and LIMIT. */
export interface BoundQuery {
  readonly ast: Select
  /** more than one: a compound, combined from the left; `arms[0].operator` is null */
  readonly arms: readonly BoundArm[]
  readonly columns: readonly BoundResultColumn[]
  readonly orderBy: readonly BoundOrderTerm[]
  readonly limit: BoundExpression | null
  readonly offset: BoundExpression | null
  /** columns of enclosing queries that it refers to, nested ones included; empty when it stands alone */
  readonly outer: readonly BoundColumn[]
  /** all sources in it, nested ones included, wherever they are read */
  readonly sources: readonly Source[]
  /** recursive CTEs stay CTEs: `ast.with` declares them */
  readonly recursive: boolean
  /** why the same database may answer differently (`random()`, `'now'`), null when it cannot */
  readonly volatile: string | null
}

export type CompoundOperator = 'UNION ALL' | 'UNION' | 'INTERSECT' | 'EXCEPT'

export type BoundArm = BoundSelect | BoundValues

interface ArmCommon {
  readonly operator: CompoundOperator | null
  readonly ast: OneSelect
  readonly columns: readonly BoundResultColumn[]
}

export interface BoundValues extends ArmCommon {
  readonly kind: 'values'
  readonly rows: readonly (readonly BoundExpression[])[]
}

export interface BoundSelect extends ArmCommon {
  readonly kind: 'select'
  readonly distinct: boolean
  /** null: no FROM, one row */
  readonly from: From | null
  /** the leaves of `from`, left to right */
  readonly sources: readonly Source[]
  /** WHERE split at AND. ON of inner joins stays in `from`. */
  readonly where: readonly BoundExpression[]
  /** an aggregate query has `grouped` set even without GROUP BY (then: always one group) */
  readonly grouped: boolean
  readonly groupBy: readonly BoundExpression[]
  readonly having: BoundExpression | null
  /** each distinct aggregate call of the columns, HAVING and ORDER BY */
  readonly aggregates: readonly BoundAggregate[]
  readonly windows: readonly BoundWindowCall[]
  /** ORDER BY, where the query is this SELECT alone: its terms may read what nothing else does */
  readonly orderBy: readonly BoundOrderTerm[]
}

export interface BoundResultColumn {
  readonly name: string
  readonly expression: BoundExpression
  readonly affinity: Affinity
  readonly collation: string
}

export interface BoundOrderTerm {
  /** index of the result column that it sorts by, or -1 when it is an expression of its own */
  readonly column: number
  readonly expression: BoundExpression
  readonly descending: boolean
  readonly nullsFirst: boolean
  readonly collation: string
}

// ---------------------------------------------------------------------------------------------------------- FROM

export interface Source {
  /** unique in the statement */
  readonly id: number
  /** unique in the statement, the printed SQL uses it */
  readonly alias: string
  readonly relation: Relation
  readonly columns: readonly SourceColumn[]
  /** an outer join may fill its columns with NULL */
  readonly nullSupplied: boolean
}

export type Relation =
  /** `arguments`: of an FTS5 table called as `docs('word')`; they may refer to sources on its left */
  | { readonly kind: 'table'; readonly table: CatalogTable; readonly arguments?: readonly BoundExpression[] }
  /** a derived table, a view or a CTE. It may refer to outer queries, never to its neighbours. */
  | { readonly kind: 'query'; readonly query: BoundQuery; readonly label: string | null }
  /** the recursive CTE (inside its own definition) or a use of it */
  | { readonly kind: 'recursive'; readonly name: string; readonly query: BoundQuery | null }
  /** a table-valued function; its arguments may refer to sources on its left */
  | { readonly kind: 'function'; readonly name: string; readonly arguments: readonly BoundExpression[] }

export interface SourceColumn {
  readonly name: string
  readonly affinity: Affinity
  readonly collation: string
  readonly notNull: boolean
  readonly hidden: boolean
}

export type From =
  | { readonly kind: 'source'; readonly source: Source }
  | {
      readonly kind: 'join'
      readonly join: 'inner' | 'left' | 'right' | 'full'
      readonly left: From
      readonly right: From
      /** ON, USING and NATURAL, split at AND */
      readonly on: readonly BoundExpression[]
    }

// --------------------------------------------------------------------------------------------------- expressions

/** NONE: an expression without affinity. It differs from BLOB: `text_column = none` applies TEXT to the other side. */
export type Affinity = ColumnAffinity | 'NONE'

interface ExpressionCommon {
  /** qualified: may be printed in any scope that has its sources */
  readonly ast: Expr
  readonly affinity: Affinity
  /** what ORDER BY, GROUP BY or DISTINCT of it would compare by */
  readonly collation: string
  /** where that comes from: a COLLATE in it, a column, or nowhere (BINARY); decides whose wins in a comparison */
  readonly collatedBy: 'operator' | 'column' | 'nothing'
  /** sources of this query or enclosing ones that it reads, those read inside its subqueries too */
  readonly sources: ReadonlySet<Source>
  /** contains a subquery, an aggregate, a window call: not a function of one row */
  readonly subquery: boolean
  readonly aggregate: boolean
  readonly window: boolean
  /** false: `random()`, `changes()`, `'now'` */
  readonly deterministic: boolean
  readonly notNull: boolean
}

export type BoundExpression =
  | BoundColumn
  | BoundLiteral
  | BoundParameter
  | BoundUnary
  | BoundBinary
  | BoundComparison
  | BoundBetween
  | BoundInList
  | BoundLike
  | BoundCase
  | BoundCast
  | BoundCollate
  | BoundCall
  | BoundRow
  | BoundAggregate
  | BoundWindowCall
  | BoundSubquery

export interface BoundColumn extends ExpressionCommon {
  readonly kind: 'column'
  readonly source: Source
  /** index into `source.columns`; -1 is the rowid */
  readonly column: number
}
export interface BoundLiteral extends ExpressionCommon {
  readonly kind: 'literal'
  readonly value: Value
}
export interface BoundParameter extends ExpressionCommon {
  readonly kind: 'parameter'
  /** from 1 */
  readonly number: number
}
export interface BoundUnary extends ExpressionCommon {
  readonly kind: 'unary'
  readonly operator:
    '-' | '+' | '~' | 'NOT' | 'IS NULL' | 'IS NOT NULL' | 'IS TRUE' | 'IS FALSE' | 'IS NOT TRUE' | 'IS NOT FALSE'
  readonly operand: BoundExpression
}
export interface BoundBinary extends ExpressionCommon {
  readonly kind: 'binary'
  readonly operator: '+' | '-' | '*' | '/' | '%' | '&' | '|' | '<<' | '>>' | '||' | 'AND' | 'OR' | '->' | '->>'
  readonly left: BoundExpression
  readonly right: BoundExpression
}
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'IS' | 'IS NOT'

/** What SQLite does to both sides before it compares them. NONE: nothing. */
export interface Comparison {
  readonly applied: 'NONE' | 'TEXT' | 'NUMERIC'
  readonly comparedBy: string
}
export interface BoundComparison extends ExpressionCommon, Comparison {
  readonly kind: 'comparison'
  readonly operator: ComparisonOperator
  readonly left: BoundExpression
  readonly right: BoundExpression
}
/** `operand >= low AND operand <= high`, each with its own comparison */
export interface BoundBetween extends ExpressionCommon {
  readonly kind: 'between'
  readonly not: boolean
  readonly operand: BoundExpression
  readonly low: BoundExpression
  readonly high: BoundExpression
  readonly lowComparison: Comparison
  readonly highComparison: Comparison
}
export interface BoundInList extends ExpressionCommon, Comparison {
  readonly kind: 'in-list'
  readonly not: boolean
  readonly operand: BoundExpression
  readonly list: readonly BoundExpression[]
}
export interface BoundLike extends ExpressionCommon {
  readonly kind: 'like'
  readonly operator: 'LIKE' | 'GLOB' | 'MATCH' | 'REGEXP'
  readonly foldsCase: boolean
  readonly not: boolean
  readonly operand: BoundExpression
  readonly pattern: BoundExpression
  readonly escape: BoundExpression | null
}
export interface BoundCase extends ExpressionCommon {
  readonly kind: 'case'
  /** null: each `when` is a condition */
  readonly base: BoundExpression | null
  readonly branches: readonly {
    readonly when: BoundExpression
    /** of `base = when` */
    readonly comparison: Comparison
    readonly result: BoundExpression
  }[]
  readonly otherwise: BoundExpression | null
}
export interface BoundCast extends ExpressionCommon {
  readonly kind: 'cast'
  readonly operand: BoundExpression
  readonly to: ColumnAffinity
}
export interface BoundCollate extends ExpressionCommon {
  readonly kind: 'collate'
  readonly operand: BoundExpression
}
/** A scalar function. */
export interface BoundCall extends ExpressionCommon {
  readonly kind: 'call'
  /** in lower case */
  readonly name: string
  readonly arguments: readonly BoundExpression[]
}
/** A row value: `(a, b)`. */
export interface BoundRow extends ExpressionCommon {
  readonly kind: 'row'
  readonly items: readonly BoundExpression[]
}
export interface BoundAggregate extends ExpressionCommon {
  readonly kind: 'aggregate'
  readonly name: string
  /** `count(*)` */
  readonly star: boolean
  readonly distinct: boolean
  readonly arguments: readonly BoundExpression[]
  readonly orderBy: readonly BoundOrderTerm[]
  readonly filter: BoundExpression | null
}
export interface BoundWindowCall extends ExpressionCommon {
  readonly kind: 'window'
  readonly name: string
  readonly arguments: readonly BoundExpression[]
  readonly filter: BoundExpression | null
  readonly partitionBy: readonly BoundExpression[]
  readonly orderBy: readonly BoundOrderTerm[]
}
export interface BoundSubquery extends ExpressionCommon {
  readonly kind: 'subquery'
  /** scalar: the first row's value (a row when it has several columns) */
  readonly form: 'scalar' | 'exists' | 'in'
  /** NOT IN; NOT EXISTS arrives as unary NOT over it */
  readonly not: boolean
  /** left side of IN */
  readonly operand: BoundExpression | null
  readonly comparison: Comparison | null
  readonly query: BoundQuery
}

/** `left = right` between two sources, usable as the key of a join. */
export interface EquiPair extends Comparison {
  readonly left: BoundExpression
  readonly right: BoundExpression
}
