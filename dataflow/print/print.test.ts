import { expect, test } from 'vitest'
import { answer, corpora, corporaPresent, corpusQueries } from '../parse/corpora.ts'
import { parseSelect } from '../parse/parse.ts'
import { printSelect } from './print.ts'

test('rewritten trees keep their shape', () => {
  const reprint = (sql: string) => printSelect(parseSelect(sql)!.select)
  expect(reprint('select a + b * c from t where not x or y')).toBe('SELECT (a + (b * c)) FROM t WHERE ((NOT x) OR y)')
  expect(reprint('select "select", "a b" from window group by 1 having filter')).toBe(
    'SELECT "select", "a b" FROM "window" GROUP BY 1 HAVING "filter"',
  )
  expect(reprint('select sum(a) filter (where b) over (w rows 1 preceding) from t window w as (order by c)')).toBe(
    'SELECT sum(a) FILTER (WHERE b) OVER (w ROWS 1 PRECEDING) FROM t WINDOW w AS (ORDER BY c)',
  )
})

const each = test.skipIf(!corporaPresent).each(corpora)
each('reprinted queries of %s answer the same (optional test data ../shared/corpora)', (corpus) => {
  // PRINT_ALL=1 takes them all
  const step = process.env.PRINT_ALL ? 1 : 100
  const wrong: string[] = []
  let count = 0
  for (const { corpus: path, db, sql, expected } of corpusQueries(corpus, step)) {
    count++
    const parsed = parseSelect(sql)
    if (!parsed) wrong.push(`${path}: unread: ${sql}`)
    else if (answer(db, printSelect(parsed.select)) !== expected) wrong.push(`${path}: ${printSelect(parsed.select)}`)
  }
  console.log(`reprinted ${count} queries of ${corpus}`)
  expect(count).toBeGreaterThan({ selects: 200, tpch: 20, sqllogictest: 1000 }[corpus])
  expect(wrong).toEqual([])
})
