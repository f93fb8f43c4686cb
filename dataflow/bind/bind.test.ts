import type { Database } from '@sqlite.org/sqlite-wasm'
import { expect, test } from 'vitest'
import type { Catalog } from '../catalog/catalog.ts'
import { type ReadSql, readCatalog, schemaVersion } from '../catalog/read-catalog.ts'
import { answer, corpora, corporaPresent, corpusQueries } from '../parse/corpora.ts'
import { printSelect } from '../print/print.ts'
import { bindStatement } from './bind-statement.ts'
import { Unsupported } from './unsupported.ts'

const catalogs = new WeakMap<Database, Catalog>()

function catalogOf(db: Database): Catalog {
  const read: ReadSql = (sql, parameters) => db.selectArrays(sql, parameters as string[]) as ReturnType<ReadSql>
  let catalog = catalogs.get(db)
  if (!catalog || catalog.version !== schemaVersion(read)) catalogs.set(db, (catalog = readCatalog(read)))
  return catalog
}

const each = test.skipIf(!corporaPresent).each(corpora)
each('bound queries of %s, printed, answer the same (optional test data ../shared/corpora)', (name) => {
  const step = process.env.PRINT_ALL ? 1 : 100
  const wrong: string[] = []
  const reasons = new Map<string, number>()
  let count = 0
  for (const { corpus, db, sql, expected } of corpusQueries(name, step)) {
    count++
    let printed: string
    try {
      printed = printSelect(bindStatement(sql, catalogOf(db)).query.ast)
    } catch (error) {
      if (!(error instanceof Unsupported)) throw new Error(`${corpus}: ${sql}`, { cause: error })
      reasons.set(error.message, (reasons.get(error.message) ?? 0) + 1)
      console.log(`${corpus}: ${error.message}: ${sql}`)
      continue
    }
    const got = answer(db, printed)
    if (got !== expected)
      wrong.push(`${corpus}: ${sql}\n→ ${printed}\n${got.slice(0, 300)}\nnot ${expected.slice(0, 300)}`)
  }
  console.log(`bound ${count} queries of ${name}, unsupported: ${JSON.stringify(Object.fromEntries(reasons))}`)
  if (wrong.length) console.log(`${wrong.length} wrong\n${wrong.slice(0, 12).join('\n\n')}`)
  expect(wrong.length).toBe(0)
})
