/**
 * The format of SQLite's logic tests: records parted by blank lines.
 *
 *   statement ok          query II rowsort label-1
 *   INSERT INTO t …       SELECT a, b FROM t
 *                         ----
 *                         1 2 …
 *
 * `skipif`/`onlyif ENGINE` stand before a record; `halt` ends the file; `hash-threshold` concerns the expected results, which
 * are not read: SQLite itself is asked.
 */
export type LogicRecord =
  { readonly kind: 'statement'; readonly sql: string } | { readonly kind: 'query'; readonly sql: string }

export function parseLogicTest(text: string): LogicRecord[] {
  const records: LogicRecord[] = []
  for (const block of text.replaceAll('\r\n', '\n').split(/\n[ \t]*\n+/)) {
    const lines = block.split('\n').filter((line) => !line.startsWith('#'))
    let isOurs = true
    let head = 0
    for (; head < lines.length; head++) {
      const [word, engine] = lines[head]!.trim().split(/\s+/)
      if (word === 'skipif') isOurs &&= engine !== 'sqlite'
      else if (word === 'onlyif') isOurs &&= engine === 'sqlite'
      else if (word !== '' && word !== 'hash-threshold') break
    }
    const [word] = (lines[head] ?? '').trim().split(/\s+/)
    if (!isOurs) continue
    if (word === 'halt') break
    if (word !== 'statement' && word !== 'query') continue
    const body = lines.slice(head + 1)
    const end = body.indexOf('----')
    const sql = body.slice(0, end < 0 ? undefined : end).join('\n').trim() // prettier-ignore
    if (sql !== '') records.push({ kind: word, sql })
  }
  return records
}
