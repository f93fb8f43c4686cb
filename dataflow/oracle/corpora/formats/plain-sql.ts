import { splitStatements } from '../../order-evidence.ts'
import { recordsOf, type SqlRecord } from './record.ts'

/** A file of SQL as psql takes it (tests of PostgreSQL's kind, pg_ivm's): its own commands begin with a backslash and are left out. */
export function parsePlainSql(text: string): SqlRecord[] {
  const sql = text.replaceAll(/^\\.*$/gm, '').replaceAll(/\\g?(?:set|exec)\b.*$/gm, ';')
  return splitStatements(sql).flatMap((statement) => recordsOf(statement))
}

/**
 * SQL in the texts of another language, between three quotes (Feldera's tests in Python and Java). The tables of a folder are often in
 * one file and its views in others: tables come first.
 */
export function parseQuotedSql(files: readonly string[]): SqlRecord[] {
  const texts = files.flatMap((file) => [...file.matchAll(/'''([\s\S]*?)'''|"""([\s\S]*?)"""/g)].map(([, one, two]) => one ?? two ?? '')) // prettier-ignore
  const records = texts.filter((text) => /^\s*(?:create|insert|select|with)\b/i.test(text)).flatMap(parsePlainSql)
  const isTable = ({ sql }: SqlRecord): boolean => /^create\s+table/i.test(sql)
  return [...records.filter(isTable), ...records.filter((record) => !isTable(record))]
}
