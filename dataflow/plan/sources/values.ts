import type { SelectTable } from 'sqlite3-parser'
import type { BoundSelect, BoundValues } from '../../bind/bound.ts'
import { identifier, nowhere, resultColumn, select, selectFrom } from '../../bind/build-ast.ts'
import { Unplannable } from '../unplannable.ts'

/** VALUES as a SELECT over itself. */
export function selectOfValues({ ast, columns, operator, rows }: BoundValues): BoundSelect {
  if (rows.some((row) => row.some((each) => each.subquery))) throw new Unplannable('a subquery in VALUES')
  const values: SelectTable = { type: 'SelectSelectTable', select: select(ast), alias: undefined, span: nowhere }
  const from = { type: 'FromClause', select: values, joins: undefined, span: nowhere } as const
  const names = columns.map((_, i) => resultColumn(identifier(`column${i + 1}`)))
  return {
    kind: 'select',
    operator,
    ast: selectFrom(names, from),
    columns,
    distinct: false,
    from: null,
    sources: [],
    where: [],
    grouped: false,
    groupBy: [],
    having: null,
    aggregates: [],
    windows: [],
    orderBy: [],
  }
}

/** Each row of VALUES as a SELECT without FROM. */
export function selectsOfValues({ columns, operator, rows }: BoundValues): BoundSelect[] {
  return rows.map((row) => ({
    kind: 'select',
    operator,
    ast: selectFrom(
      row.map(({ ast }) => resultColumn(ast)),
      undefined,
    ),
    columns: columns.map((column, i) => ({ ...column, expression: row[i]! })),
    distinct: false,
    from: null,
    sources: [],
    where: [],
    grouped: false,
    groupBy: [],
    having: null,
    aggregates: [],
    windows: [],
    orderBy: [],
  }))
}
