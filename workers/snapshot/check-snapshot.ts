import { tables } from '../../schema/tables/tables.ts'
import type { RawSql } from '../runtime/serving/raw-sql.ts'

/**
 * A snapshot crosses a trust boundary: before a row of it is taken, its tables must be ours, letter by letter, with nothing beside
 * them, and each value of its column's type and bounds. Its pages need no look: rows are read one by one and written anew, so a damaged
 * page is an error while it is read, and no damage here.
 *
 * Null, or what is wrong with it.
 */
export function faultOfSnapshot(sql: RawSql, database: string): string | null {
  const expected = schemaOf(sql, 'main')
  const found = schemaOf(sql, database)
  for (const [name, text] of found) {
    if (expected.get(name) !== text)
      return expected.has(name) ? `${name} is not as this build makes it` : `${name} is none of ours`
  }
  for (const name of expected.keys()) if (!found.has(name)) return `${name} is missing`
  for (const table of Object.keys(tables)) {
    if (sql.prepare(`SELECT 1 FROM ${database}.${table} WHERE ${strange(sql, table)} LIMIT 1`).rows().length > 0) {
      return `${table} has a value that does not belong there`
    }
  }
  return null
}

/** Everything in it by kind and name; what the runtime and SQLite keep for themselves is left out. */
function schemaOf(sql: RawSql, database: string): Map<string, string> {
  const rows = sql
    .prepare(
      `SELECT type || ' ' || name, ifnull(sql, '') FROM ${database}.sqlite_schema
       WHERE (name NOT LIKE 'rsql!_%' ESCAPE '!' OR ?) AND name NOT IN ('sqlite_sequence', 'sqlite_stat1') AND name NOT LIKE 'sqlite!_autoindex!_%' ESCAPE '!'`,
    )
    .rows(database === 'main' ? 0 : 1) as [string, string][]
  return new Map(rows)
}

/** True of a row with a value of another type than its column's, or a longer one than any of ours. */
function strange(sql: RawSql, table: string): string {
  const columns = sql.prepare(`SELECT name, type FROM pragma_table_info('${table}')`).rows() as [string, string][]
  const typed = columns.flatMap(([column, type]) => {
    const lengths = `octet_length(${column}) > ${longest(table)}`
    switch (type) {
      case 'INTEGER':
        return `typeof(${column}) NOT IN ('integer', 'null')`
      case 'TEXT':
        return `(typeof(${column}) NOT IN ('text', 'null') OR ${lengths})`
      case 'BLOB':
        return `(typeof(${column}) NOT IN ('blob', 'text', 'null') OR ${lengths})`
      default:
        return [] // of any type: words of the index, values of meta
    }
  })
  return typed.length === 0 ? 'false' : typed.join(' OR ')
}

/** A block has up to 500 events, and a page's state all of its updates; the longest of all else is who reacted to a message. */
const longest = (table: string): number =>
  ['event_blocks', 'component_doc', 'meta'].includes(table) ? 64 << 20 : 4 << 20
