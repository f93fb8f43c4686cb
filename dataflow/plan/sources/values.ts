import type { SelectTable } from 'sqlite3-parser'
import type { BoundSelect, BoundValues } from '../../bind/bound.ts'
import { identifier, nowhere, resultColumn, select, selectFrom } from '../../bind/build-ast.ts'
import { plainSelect } from '../../bind/plain-select.ts'
import { Unplannable } from '../unplannable.ts'

/** VALUES as a SELECT over itself. */
export function selectOfValues({ ast, columns, operator, rows }: BoundValues): BoundSelect {
  if (rows.some((row) => row.some((each) => each.subquery))) throw new Unplannable('a subquery in VALUES')
  const values: SelectTable = { type: 'SelectSelectTable', select: select(ast), alias: undefined, span: nowhere }
  const from = { type: 'FromClause', select: values, joins: undefined, span: nowhere } as const
  const names = columns.map((_, i) => resultColumn(identifier(`column${i + 1}`)))
  return plainSelect({ ast: selectFrom(names, from), columns, operator }, null)
}

/** Each row of VALUES as a SELECT without FROM. */
export function selectsOfValues({ columns, operator, rows }: BoundValues): BoundSelect[] {
  return rows.map((row) => {
    const ast = selectFrom(row.map((each) => resultColumn(each.ast)), undefined) // prettier-ignore
    return plainSelect(
      { ast, columns: columns.map((column, i) => ({ ...column, expression: row[i]! })), operator },
      null,
    )
  })
}
