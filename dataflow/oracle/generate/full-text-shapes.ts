/* Full text: matches, what they show, and their ranks. */

import type { Random } from '../random.ts'
import { select, type Sql } from '../sql-text.ts'
import type { Parts } from './parts.ts'
import { quoteName, type Table } from './schema.ts'

export function fullText({ random, schema }: Parts): Sql | null {
  const table = schema.tables.find(({ kind }) => kind === 'fts')
  if (!table) return null
  const { name } = table
  const match = random.pick([`${name} MATCH`, `${name} =`, 'title MATCH', 'body MATCH'])
  const words = random.pick(["'fish'", "'red OR blue'", "'fi*'", "'red NOT dog'", "'title: fish'", "'\"red fish\"'", "'red AND fish'", "'NEAR(red fish, 2)'", "'^red'"]) // prettier-ignore
  const others = schema.tables.filter(({ kind, columns }) => kind === 'table' && columns.some((c) => c.type === 'int'))
  const other = others.length > 0 ? random.pick(others) : table
  const link = other.kind === 'fts' ? 'rowid' : quoteName(other.columns.find((c) => c.type === 'int')!.name)
  return random.pick([
    () => select`SELECT rowid, title, highlight(${name}, 0, '<', '>') FROM ${name} WHERE ${match} ${words} ORDER BY rowid`,
    () => select`SELECT rowid, snippet(${name}, 1, '[', ']', '…', 3) FROM ${name} WHERE ${match} ${words} ORDER BY rank, rowid LIMIT 5`,
    () => select`SELECT rowid, bm25(${name}) FROM ${name} WHERE ${match} ${words} ORDER BY bm25(${name}), rowid`,
    () => select`SELECT count(*), max(rowid) FROM ${name} WHERE ${match} ${words}`,
    () => select`SELECT rowid FROM ${name}(${words}) ORDER BY rowid DESC LIMIT 3`,
    () => select`SELECT f.rowid, f.title, o.${link} FROM ${name} AS f JOIN ${quoteName(other.name)} AS o ON o.${link} = f.rowid WHERE f.${match.startsWith(name) ? 'title MATCH' : match} ${words}`,
    () => select`SELECT o.${link} FROM ${quoteName(other.name)} AS o WHERE o.${link} IN (SELECT rowid FROM ${name} WHERE ${match} ${words})`,
    () => select`SELECT rowid, title FROM ${name} WHERE rowid BETWEEN 3 AND 12`,
    () => select`SELECT title, count(*) FROM ${name} GROUP BY title`,
    () => select`SELECT body FROM ${name} WHERE title LIKE '%fish%' ORDER BY rowid LIMIT 4`,
    () => rankBesideFilter(random, table, other),
    () => rankBesideFilter(random, table, other),
    () => rankBesideFilter(random, table, other),
  ])() // prettier-ignore
}

/** One document's rank is moved by documents that no condition lets in. */
function rankBesideFilter(random: Random, fts: Table, other: Table): Sql {
  const match = `f.${random.pick(['title', 'body'])} MATCH ${random.pick(["'fish'", "'red OR blue'", "'fi*'", "'red'"])}`
  const rank = random.pick([`bm25(${fts.name})`, 'f.rank', `bm25(${fts.name}, 2.0, 0.5)`, 'f.rank'])
  const from = `${fts.name} AS f`.replace(/ AS f$/, rank.startsWith('bm25') ? '' : ' AS f')
  const f = rank.startsWith('bm25') ? fts.name : 'f'
  const own = (sql: string) => sql.replaceAll('f.', `${f}.`)
  const integers = other.columns.filter((c) => c.type === 'int').map((c) => quoteName(c.name))
  const key = other.key.map((name) => `o.${name === 'rowid' ? name : quoteName(name)}`).join(', ')
  if (integers.length === 0 || key === '') {
    return select`SELECT rowid, ${rank} FROM ${from} WHERE ${own(match)} AND rowid < ${String(random.between(3, 20))} ORDER BY ${rank}, rowid`
  }
  const [link, filter] = [random.pick(integers), random.pick(integers)]
  const joined = `${from} JOIN ${quoteName(other.name)} AS o ON o.${link} = ${f}.rowid`
  const where = `${own(match)} AND o.${filter} ${random.pick(['=', '<', '>='])} ${random.between(1, 9)}`
  return random.pick([
    () => select`SELECT ${key}, ${f}.rowid, ${rank} FROM ${joined} WHERE ${where}`,
    () => select`SELECT ${key}, ${f}.rowid FROM ${joined} WHERE ${where} ORDER BY ${rank}, ${f}.rowid, ${key} LIMIT 3`,
    () => select`SELECT ${key} FROM ${quoteName(other.name)} AS o WHERE o.${filter} < 9 AND o.${link} IN (SELECT ${f}.rowid FROM ${from} WHERE ${own(match)} ORDER BY ${rank}, ${f}.rowid LIMIT 2)`,
    () => select`SELECT o.${filter}, count(*), min(s) FROM (SELECT ${f}.rowid AS id, ${rank} AS s FROM ${from} WHERE ${own(match)}) AS r JOIN ${quoteName(other.name)} AS o ON o.${link} = r.id GROUP BY o.${filter}`,
    () => select`SELECT rowid, ${rank} FROM ${from} WHERE ${own(match)} AND rowid < ${String(random.between(3, 20))} ORDER BY rowid`,
  ])() // prettier-ignore
}
