import type { Catalog, CatalogTable } from '../catalog/catalog.ts'
import { parseSelect } from '../parse/parse.ts'
import { bindQuery } from './bind-query.ts'
import { type Binder, firstWith, newAliases, numberParameters } from './binder.ts'
import type { BoundStatement } from './bound.ts'
import { Unsupported } from './unsupported.ts'

/**
 * Binds the SELECT in `sql`, which SQLite has already accepted (so errors need no words here).
 * Throws `Unsupported` for what this engine only re-runs.
 */
export function bindStatement(sql: string, catalog: Catalog): BoundStatement {
  const parsed = parseSelect(sql)
  if (!parsed) throw new Unsupported('a statement that the parser does not read')
  const { names, numbers } = numberParameters(parsed.select)
  const behindWith = firstWith(parsed.select)
  const binder: Binder = {
    catalog,
    bindQuery: (...query) => bindQuery(binder, ...query),
    parameterNumber: (parameter) => numbers.get(parameter)!,
    isUnion: (text, offset) => text !== parsed.text || offset > behindWith,
    newSource: newAliases(),
    tables: new Set<CatalogTable>(),
    names: new Set<string>(),
    home: null,
    volatile: null,
  }
  const query = binder.bindQuery(parsed.select, null, parsed.text, null)
  return { query, parameterCount: names.length, parameterNames: names, tables: [...binder.tables], names: binder.names }
}
