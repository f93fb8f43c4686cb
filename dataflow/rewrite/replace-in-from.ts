import type { FromClause, SelectSelectTable, SelectTable } from 'sqlite3-parser'

/** FROM with what `replace` makes of the derived table that is called `alias`, in parentheses too. */
export function replaceInFrom(
  from: FromClause,
  alias: string,
  replace: (table: SelectSelectTable) => SelectTable,
): FromClause {
  const inTable = (each: SelectTable): SelectTable => {
    if (each.type === 'SubSelectTable') return { ...each, from: replaceInFrom(each.from, alias, replace) }
    return each.type === 'SelectSelectTable' && each.alias?.name.text === alias ? replace(each) : each
  }
  return {
    ...from,
    select: from.select && inTable(from.select),
    joins: from.joins?.map((join) => ({ ...join, table: inTable(join.table) })),
  }
}
