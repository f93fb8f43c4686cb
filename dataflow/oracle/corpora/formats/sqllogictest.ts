import { recordsOf, type SqlRecord } from './record.ts'

/**
 * The format of SQLite's logic tests, and what DuckDB and RisingWave made of it: records parted by blank lines.
 *
 *   statement ok          query II rowsort label-1     loop i 0 3         foreach x a b
 *   INSERT INTO t …       SELECT a, b FROM t           …${i}…             …${x}…
 *                         ----                         endloop            endloop
 *                         1 2 …
 *
 * `skipif`/`onlyif ENGINE` stand before a record; `halt` ends the file; `mode skip` … `mode unskip` leaves records out. `require`,
 * `hash-threshold`, expected results and the like are not read: SQLite itself is asked.
 */
export function parseLogicTest(text: string): SqlRecord[] {
  const records: SqlRecord[] = []
  let isSkipped = false
  for (const block of unrolled(text.replaceAll('\r\n', '\n').split('\n'))
    .join('\n')
    .split(/\n[ \t]*\n+/)) {
    const lines = block.split('\n').filter((line) => !line.startsWith('#'))
    let isOurs = true
    let head = 0
    for (; head < lines.length; head++) {
      const [word, engine] = lines[head]!.trim().split(/\s+/)
      if (word === 'skipif') isOurs &&= engine !== 'sqlite'
      else if (word === 'onlyif') isOurs &&= engine === 'sqlite'
      else if (word === 'mode') isSkipped = engine === 'skip'
      else if (word !== '' && word !== 'hash-threshold' && word !== 'require') break
    }
    const [word] = (lines[head] ?? '').trim().split(/\s+/)
    if (!isOurs || isSkipped) continue
    if (word === 'halt') break
    if (word !== 'statement' && word !== 'query') continue
    const body = lines.slice(head + 1)
    const end = body.indexOf('----')
    const sql = body.slice(0, end < 0 ? undefined : end).join('\n').trim() // prettier-ignore
    if (sql !== '') records.push(...recordsOf(sql, word))
  }
  return records
}

/** of one loop: enough for every file that was met, and an end for those that count to a million */
const mostTurns = 200

function unrolled(lines: readonly string[]): string[] {
  const out: string[] = []
  for (let at = 0; at < lines.length; at++) {
    const [word, name, ...given] = lines[at]!.trim().split(/\s+/)
    if (word !== 'loop' && word !== 'concurrentloop' && word !== 'foreach' && word !== 'concurrentforeach') {
      out.push(lines[at]!)
      continue
    }
    const end = endOfLoop(lines, at)
    const body = unrolled(lines.slice(at + 1, end))
    const values = word.endsWith('loop') ? counted(Number(given[0]), Number(given[1])) : given
    for (const value of values.slice(0, mostTurns)) out.push('', ...body.map((line) => line.replaceAll(`\${${name}}`, value)), '') // prettier-ignore
    at = end
  }
  return out
}

function endOfLoop(lines: readonly string[], from: number): number {
  let depth = 0
  for (let at = from; at < lines.length; at++) {
    const [word] = lines[at]!.trim().split(/\s+/)
    if (/^(?:concurrent)?(?:loop|foreach)$/.test(word ?? '')) depth++
    if (word === 'endloop' && --depth === 0) return at
  }
  return lines.length
}

const counted = (from: number, to: number): string[] =>
  Array.from({ length: Math.max(0, Math.min(to - from, mostTurns)) }, (_, i) => String(from + i))
