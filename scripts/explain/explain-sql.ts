import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { openLiveDatabase, type Explanation, type LiveDatabase } from '../../dataflow/index.ts'

/**
 * How the engine would keep a SELECT up to date over this schema. The tables are empty but for a made-up row each, which comes
 * and goes: the engine writes a look-up when it needs it first.
 */
export async function explainSql(sql: string, schema: readonly string[]): Promise<Explanation> {
  const sqlite3 = await sqlite3InitModule()
  const db = new sqlite3.oo1.DB(':memory:')
  const live = openLiveDatabase(sqlite3, db)
  try {
    for (const each of schema) live.run(each)
    const count = db.prepare(sql)
    const parameters = Array<number>(count.parameterCount).fill(1)
    count.finalize()
    const query = live.subscribe({ sql, parameters }, () => {})
    for (const table of query.explain().tables) comeAndGo(live, table)
    return query.explain()
  } finally {
    live.close()
    db.close()
  }
}

/** Ones everywhere: that is also what the parameters are. */
function comeAndGo(live: LiveDatabase, table: string): void {
  const [, name] = /^main\.(.*)$/.exec(table) ?? []
  if (name === undefined) return
  const quoted = `"${name.replaceAll('"', '""')}"`
  const columns = live.all('SELECT name FROM pragma_table_info(?)', [name])
  try {
    live.run(`INSERT INTO ${quoted} VALUES (${columns.map(() => '1').join(', ')})`)
    live.run(`DELETE FROM ${quoted}`)
  } catch {
    // a table that takes no such row: its look-ups stay unwritten
  }
}

/** For people to read. */
export function inWords({ mode, reason, tables, operators }: Explanation): string {
  const lines = [reason === undefined ? mode : `${mode}: ${reason}`, `reads ${tables.join(', ') || 'no table'}`, '']
  for (const { id, kind, label, inputs, sql } of operators) {
    lines.push(`${id}  ${kind} ${label}${inputs.length > 0 ? `  ← ${inputs.join(', ')}` : ''}`)
    for (const each of sql) lines.push(`     ${each.replaceAll(/\s+/g, ' ').trim()}`)
  }
  return lines.join('\n')
}
