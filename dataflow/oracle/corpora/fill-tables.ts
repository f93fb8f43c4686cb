import type { LiveDatabase } from '../../types.ts'
import { randomValue, type ColumnType } from '../generate/value.ts'
import type { Random } from '../random.ts'

/** Rows for a schema that comes without any: a few of each table, of the declared types. */
export function fillTables(live: LiveDatabase, random: Random, rows: number): void {
  const tables = live.all(`SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`)
  for (const [name, sql] of tables) {
    if (/^create\s+virtual/i.test(String(sql)) && !/fts5/i.test(String(sql))) continue
    const columns = live.all('SELECT name, type, pk FROM pragma_table_info(?)', [name!])
    if (live.all(`SELECT 1 FROM pragma_table_list WHERE name = ? AND type = 'shadow'`, [name!]).length > 0) continue
    for (let i = 1; i <= rows; i++) {
      const values = columns.map(([, type, pk]) => (pk === 1 && /int/i.test(String(type)) ? i : randomValue(random, typeOf(String(type))))) // prettier-ignore
      const holes = values.map(() => '?').join(', ')
      live.run(`INSERT OR IGNORE INTO "${String(name).replaceAll('"', '""')}" VALUES (${holes})`, values)
    }
  }
}

function typeOf(declared: string): ColumnType {
  if (/int|bool/i.test(declared)) return 'int'
  if (/char|text|clob/i.test(declared)) return 'text'
  if (/real|floa|doub|num|dec/i.test(declared)) return 'real'
  return declared === '' ? 'any' : 'text'
}
